"""What there is to verify at a path; manifests are files of others, and may say anything."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.delivery.evidence import MAX_MANIFEST, Case, Lack, gather

ENTRY: dict[str, Any] = {
    "asset": "week12/lobster/cover",
    "slot": "wechat.cover",
    "path": "wechat/01-cover.cover.jpg",
    "width": 900,
    "height": 383,
    "bytes": 3,
    "format": "jpg",
    "sha256": "ab" * 32,
    "crop": [0, 0, 900, 383],
    "scale": 1.0,
    "generation": 1,
    "task_id": "7",
    "cost": None,
    "master": "cd" * 32,
    "label": "AI生成, TC260:AIGC",
}


def _article(folder: Path, *paths: str, **more: Any) -> Path:
    """An article's folder with a manifest of these files, each of three bytes."""
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"abc")
    files = [{**ENTRY, "path": path} for path in paths]
    said = {"spec": "week12", "article": "lobster", "title": "龙虾", "simulated": False, "files": files}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({**said, "missing": [], **more}), "utf-8")
    return folder


def _told(cases: tuple[Case, ...], base: Path) -> list[tuple[str, bool, Lack | None]]:
    return [(str(case.path.relative_to(base)), case.claim is not None, case.lack) for case in cases]


def test_a_folder_gives_named_files_and_then_pictures_that_nobody_names(tmp_path: Path) -> None:
    folder = _article(tmp_path / "lobster", "wechat/01-a.cover.jpg", "x/01-a.post.jpg")
    for name in ("wechat/own.PNG", "notes.txt", ".tmp-1.jpg", ".git/a.jpg"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"abc")
    (tmp_path / "elsewhere.webp").write_bytes(b"abc")

    cases = gather(tmp_path)

    assert _told(cases, tmp_path) == [
        ("lobster/wechat/01-a.cover.jpg", True, None),
        ("lobster/x/01-a.post.jpg", True, None),
        ("elsewhere.webp", False, None),
        ("lobster/wechat/own.PNG", False, None),
    ]
    assert [case.strange for case in cases] == [False, False, False, True]


def test_a_file_finds_its_manifest_above(tmp_path: Path) -> None:
    folder = _article(tmp_path / "lobster", "wechat/01-a.cover.jpg", "wechat/02-b.inline.jpg")

    [case] = gather(folder / "wechat" / "02-b.inline.jpg")

    assert case.claim is not None
    assert (case.claim.entry.path, case.claim.manifest) == (
        "wechat/02-b.inline.jpg",
        folder / "manifest.json",
    )
    assert (case.spec, case.slot, case.asset) == ("week12", "wechat.cover", "week12/lobster/cover")


def test_a_platform_s_folder_gives_what_the_manifest_above_says_about_it(tmp_path: Path) -> None:
    gap = {"asset": "week12/lobster/b", "slot": "x.post", "state": "failed", "reason": "gone"}
    folder = _article(tmp_path / "lobster", "wechat/01-a.cover.jpg", "x/01-a.post.jpg", missing=[gap])
    (folder / "x" / "01-a.post.jpg").unlink()

    assert _told(gather(folder / "x"), folder) == [("x/01-a.post.jpg", False, Lack.MISSING)]
    assert [case.lack for case in gather(folder)] == [None, Lack.MISSING, Lack.NOT_DELIVERED]
    assert gather(folder / "manifest.json") == gather(folder)


def test_any_file_may_be_named_whatever_its_ending(tmp_path: Path) -> None:
    (tmp_path / "cover").write_bytes(b"abc")

    assert _told(gather(tmp_path / "cover"), tmp_path) == [("cover", False, None)]


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    assert _told(gather(tmp_path), tmp_path) == [(".", False, Lack.EMPTY)]


@pytest.mark.parametrize("path", ["../secret.jpg", "/etc/passwd", "a/../../secret.jpg", "c:\\x.jpg", ""])
def test_a_path_out_of_the_folder_makes_the_manifest_useless(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"abc")
    folder = _article(tmp_path / "lobster", files=[{**ENTRY, "path": path}])

    [case] = gather(folder)

    assert case.lack is Lack.MANIFEST
    assert "outside its folder" in case.reason


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"null",
        b"[" * 100_000,
        json.dumps({"files": "all"}).encode(),
        json.dumps({"spec": "a", "article": "b", "title": "c", "simulated": False, "missing": [], "files": [
            {**ENTRY, "width": "wide"}]}).encode(),
        json.dumps({"spec": "a", "article": "b", "title": "c", "simulated": False, "missing": [], "files": [
            {**ENTRY, "crop": [1, 2]}]}).encode(),
        b'{"spec":"a","files":[{"width":1e999}]}',
    ],
)  # fmt: skip
def test_a_manifest_that_says_nothing_usable_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)

    [case] = gather(tmp_path)

    assert (case.lack, case.path) == (Lack.MANIFEST, tmp_path / "manifest.json")
    assert case.reason


def test_a_manifest_that_is_no_plain_file_is_not_opened(tmp_path: Path) -> None:
    for name in ("pipe", "link", "folder", "large"):
        (tmp_path / name).mkdir()
    os.mkfifo(tmp_path / "pipe" / "manifest.json")
    (tmp_path / "link" / "manifest.json").symlink_to("/dev/zero")
    (tmp_path / "folder" / "manifest.json").mkdir()
    with (tmp_path / "large" / "manifest.json").open("wb") as file:
        file.truncate(MAX_MANIFEST + 1)

    reasons = {case.path.parent.name: case.reason for case in gather(tmp_path)}

    assert reasons == {
        "large": "is too large for a manifest",
        "link": "is a link, a folder or a device, not a file",
        "pipe": "is a link, a folder or a device, not a file",
    }
    assert [case.lack for case in gather(tmp_path / "folder" / "manifest.json")] == [Lack.MANIFEST]


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "01-a.cover.jpg").write_bytes(b"secret")
    folder = _article(tmp_path / "lobster", "x/real.jpg")
    (folder / "wechat").symlink_to(tmp_path / "outside")
    (folder / "x" / "link.jpg").symlink_to(tmp_path / "outside" / "01-a.cover.jpg")
    (folder / "x" / "circle.jpg").symlink_to("circle.jpg")
    (folder / "x" / "inside.jpg").symlink_to("real.jpg")
    names = ("wechat/01-a.cover.jpg", "x/link.jpg", "x/circle.jpg", "x/inside.jpg")
    _article(folder, files=[{**ENTRY, "path": name} for name in names])

    cases = gather(folder)

    assert [case.lack for case in cases] == [Lack.OUTSIDE, Lack.OUTSIDE, Lack.MISSING, None]


def test_links_that_no_manifest_names_are_not_followed_out_of_the_folder_either(tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    folder = tmp_path / "lobster"
    folder.mkdir()
    (folder / "broken.jpg").symlink_to("gone.jpg")
    (folder / "link.jpg").symlink_to(tmp_path / "secret.jpg")

    assert [case.lack for case in gather(folder)] == [Lack.MISSING, Lack.OUTSIDE]
    assert [case.lack for case in gather(folder / "link.jpg")] == [None]


@pytest.mark.parametrize("path", ["a\0b.jpg", "x" * 300 + ".jpg", "manifest.json/a.jpg"])
def test_a_name_that_no_file_can_have_is_missing(tmp_path: Path, path: str) -> None:
    folder = _article(tmp_path / "lobster", files=[{**ENTRY, "path": path}])

    [case] = gather(folder)

    assert (case.lack, bool(case.reason)) == (Lack.MISSING, True)
