"""The three keys that decide what is paid for and what is rendered. Pure; knows no file and no provider.

The canonical form is a contract: UTF-8 JSON, sorted keys, no white space, NFC text. Each key carries the
version of its form (`q1:`, `g1:`, `r1:`), so that a change of the form shows instead of splitting the
history in two without a word.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


def canonical_json(value: Json) -> bytes:
    """The one spelling of `value`: sorted keys, no spaces, NFC, UTF-8. Raises ValueError on NaN."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return unicodedata.normalize("NFC", text).encode()


def _tagged(tag: str, value: Json) -> str:
    return f"{tag}:{hashlib.sha256(canonical_json(value)).hexdigest()}"


def normal_prompt(prompt: str) -> str:
    """The prompt as it is asked and compared: NFC, outer white space trimmed."""
    return unicodedata.normalize("NFC", prompt).strip()


def request_key(
    *,
    provider: str,
    model: str,
    prompt: str,
    seed: int | None = None,
    params: Mapping[str, Json] | None = None,
    references: tuple[str, ...] = (),
) -> str:
    """`q1:` what the provider is asked, apart from the size. Absent parts leave no trace in the key."""
    asked: dict[str, Json] = {"provider": provider, "model": model, "prompt": normal_prompt(prompt)}
    if seed is not None:
        asked["seed"] = seed
    if params:
        asked["params"] = dict(params)
    if references:
        asked["references"] = list(references)
    return _tagged("q1", asked)


def generation_key(request: str, width: int, height: int) -> str:
    """`g1:` a request and the pixels it asks for."""
    return _tagged("g1", {"request": request, "width": width, "height": height})


def rendition_key(recipe: Mapping[str, Json]) -> str:
    """`r1:` everything that decides a rendition's bytes."""
    return _tagged("r1", dict(recipe))


def file_sha256(data: bytes) -> str:
    """Lower-case hex SHA-256 of bytes in memory."""
    return hashlib.sha256(data).hexdigest()


def account_name(access_key_id: str) -> str:
    """An account as the history keeps it: 12 hex digits that do not give the key id away."""
    return hashlib.sha256(f"account:{access_key_id}".encode()).hexdigest()[:12]
