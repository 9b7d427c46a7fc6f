"""`index.html`: every asset of a spec on one page that opens without a server. Must not read a picture.

No script, nothing from elsewhere, everything escaped: a prompt can say anything.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from importlib.resources import files
from urllib.parse import quote

from pipeline.render.facts import bytes_in_words

_KNOWN_STATES = ("delivered", "waiting", "unknown", "refused", "failed", "blocked", "draft")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFile:
    """One picture on the page; `path` relative to the page, `note` a warning or empty."""

    slot: str
    path: str
    width: int
    height: int
    bytes: int
    format: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMissing:
    """A slot without a file, and why."""

    slot: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetAsset:
    """One asset; `cost` in words or empty; `reason` says why it is in its state where that needs words."""

    key: str
    alt: str = ""
    prompt: str = ""
    model: str = ""
    state: str
    reason: str = ""
    cost: str = ""
    generation: int | None = None
    task_id: str | None = None
    files: tuple[SheetFile, ...] = ()
    missing: tuple[SheetMissing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetArticle:
    """One post and its assets, in order."""

    slug: str
    title: str
    assets: tuple[SheetAsset, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the page shows. `cost` is the total in words."""

    spec: str
    simulated: bool
    articles: tuple[SheetArticle, ...]
    cost: str = ""


def sheet_html(sheet: Sheet) -> str:
    """The whole page. The same sheet gives the same text: it holds no date."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src 'self' file:; style-src 'sha256-{digest}'; base-uri 'none'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(sheet.spec)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"{_header(sheet)}<main>\n{''.join(map(_article, sheet.articles))}</main>\n</body>\n</html>\n"
    )


def _header(sheet: Sheet) -> str:
    assets = [asset for article in sheet.articles for asset in article.assets]
    states = Counter(asset.state for asset in assets)
    chips = "".join(f"<li>{_chip(state, f'{count} {state}')}</li>" for state, count in sorted(states.items()))
    pictures = sum(len(asset.files) for asset in assets)
    facts = _joined((_count(len(sheet.articles), "article"), _count(pictures, "file"), sheet.cost))
    banner = (
        '<p class="banner"><strong>Simulated pictures.</strong> A rehearsal: nothing was bought, '
        "nothing here is for publishing.</p>\n"
        if sheet.simulated
        else ""
    )
    links = "".join(
        f'<li><a href="#{quote(article.slug)}" lang="zh-CN">{escape(article.title)}</a></li>'
        for article in sheet.articles
    )
    return (
        f'{banner}<header>\n<h1>{escape(sheet.spec)}</h1>\n<p class="facts">{facts}</p>\n'
        f'<ul class="chips">{chips}</ul>\n<nav><ol>{links}</ol></nav>\n</header>\n'
    )


def _article(article: SheetArticle) -> str:
    return (
        f'<section id="{escape(article.slug)}">\n<h2 lang="zh-CN">{escape(article.title)} '
        f"<small>{escape(article.slug)}</small></h2>\n{''.join(map(_asset, article.assets))}</section>\n"
    )


def _asset(asset: SheetAsset) -> str:
    generation = "" if asset.generation is None else f"generation {asset.generation}"
    task = "" if asset.task_id is None else f"task {asset.task_id}"
    facts = _joined((asset.model, asset.cost, generation, task))
    prompt = f'<blockquote lang="zh-CN">{escape(asset.prompt)}</blockquote>\n' if asset.prompt else ""
    reason = f'<p class="reason">{escape(asset.reason)}</p>\n' if asset.reason else ""
    gaps = "".join(map(_gap, asset.missing))
    pictures = "".join(_figure(file, asset) for file in asset.files)
    return (
        f"<article>\n<h3><code>{escape(asset.key)}</code> {_chip(asset.state, asset.state)}</h3>\n"
        f'{prompt}<p class="facts">{facts}</p>\n{reason}'
        + (f'<div class="files">\n{pictures}{gaps}</div>\n' if pictures or gaps else "")
        + "</article>\n"
    )


def _figure(file: SheetFile, asset: SheetAsset) -> str:
    url = quote(file.path, safe="/")
    alt = escape(f"{asset.alt or asset.key.rpartition('/')[2]} ({file.slot})")
    size = bytes_in_words(file.bytes)
    note = f'<span class="note">{escape(file.note)}</span>' if file.note else ""
    return (
        f'<figure><a href="{url}"><img src="{url}" width="{file.width}" height="{file.height}" alt="{alt}" '
        f'loading="lazy"></a><figcaption><b>{escape(file.slot)}</b>'
        f"<span>{file.width} × {file.height}</span><span>{size} {escape(file.format)}</span>"
        f"{note}</figcaption></figure>\n"
    )


def _gap(missing: SheetMissing) -> str:
    return (
        f'<div class="gap"><b>{escape(missing.slot)}</b><span>not there</span>'
        f"<span>{escape(missing.reason)}</span></div>\n"
    )


def _chip(state: str, words: str) -> str:
    kind = state if state in _KNOWN_STATES else "other"
    return f'<span class="chip {kind}">{escape(words)}</span>'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _joined(parts: Iterable[str]) -> str:
    return " · ".join(f"<span>{escape(part)}</span>" for part in parts if part)


@lru_cache(maxsize=1)
def _style() -> str:
    return (files("pipeline.delivery") / "sheet.css").read_text(encoding="utf-8")
