"""What a spec, an article, an image and a style may be called. Pure; the one place of that rule."""

import unicodedata

MAX_BYTES = 64
FOREIGN = "imported"
"""The first part of the keys of pictures that were made elsewhere; no spec is called so."""
RESERVED = frozenset({"failed", "rejected", "unreviewed", "none", "simulated"})


def normal_name(text: str) -> str:
    """A name as it is kept: NFC. What a file system or keyboard took apart is put together again."""
    return unicodedata.normalize("NFC", text)


def folded(name: str) -> str:
    """What two names must not share: file systems may not tell them apart."""
    return unicodedata.normalize("NFC", name.casefold())


def name_problem(text: str) -> str | None:
    """Why `text` is not a name, or None. Letters of any script, digits, `-` and `_`; at most 64 bytes."""
    name = normal_name(text)
    if not name:
        return "is empty; a name has letters, digits, - and _"
    wrong = next((character for character in name if not _fits(character)), None)
    if wrong is not None:
        return f"{name!r} has {wrong!r} in it; a name has letters, digits, - and _ only"
    size = len(name.encode())
    if size > MAX_BYTES:
        return f"{name!r} takes {size} bytes; a name has at most {MAX_BYTES} (a Chinese character takes 3)"
    if folded(name) in RESERVED:
        return f"{name!r} is taken by the program; choose another name"
    return None


def is_foreign(asset: str) -> bool:
    """Whether an asset's key is the name of a picture that was made elsewhere: no spec asks for it."""
    return folded(asset.partition("/")[0]) == FOREIGN


def spec_name_problem(text: str) -> str | None:
    """Why `text` cannot name a spec, or None."""
    if is_foreign(text):
        return f"{text!r} names the pictures that `import` takes in; choose another name"
    return name_problem(text)


def _fits(character: str) -> bool:
    # Marks belong to the letters of scripts such as Devanagari and Thai.
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd" or character in "-_"
