"""Finding a key pair where the vendor's tools keep it. Must never show, log or quote what it reads.

Order: `VOLC_ACCESSKEY` and `VOLC_SECRETKEY`, else `~/.volc/credentials` (INI), else `~/.volc/config`
(JSON; the vendor's Python and Node tools write different keys into that same file, both are read).
"""

import json
from collections.abc import Mapping
from configparser import ConfigParser
from configparser import Error as IniError
from pathlib import Path

from pipeline.errors import CredentialsError
from pipeline.providers.jimeng.signing import Credentials

_ACCESS, _SECRET, _TOKEN = "VOLC_ACCESSKEY", "VOLC_SECRETKEY", "VOLC_SESSION_TOKEN"
_NEXT = f"set {_ACCESS} and {_SECRET}, then try again"


def load_credentials(environ: Mapping[str, str], home_dir: Path) -> Credentials | None:
    """The key pair of this user, whose home folder is `home_dir`; None where none is set up.

    Raises CredentialsError for one half of a pair, and for a file that cannot be read as what it should be.
    """
    access, secret = environ.get(_ACCESS, "").strip(), environ.get(_SECRET, "").strip()
    if access and secret:
        return _pair(access, secret, environ.get(_TOKEN, "").strip(), "the environment")
    if access or secret:
        there, lacking = (_ACCESS, _SECRET) if access else (_SECRET, _ACCESS)
        raise CredentialsError(f"{there} is set but {lacking} is not; both are needed", next_step=_NEXT)
    folder = home_dir / ".volc"
    return _from_ini(folder / "credentials") or _from_json(folder / "config")


def _from_ini(path: Path) -> Credentials | None:
    text = _text(path)
    if text is None:
        return None
    # Keys may hold `%`; nothing in this file is a template.
    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except IniError:
        raise _refusal(path, "it is no INI file") from None
    if not parser.has_section("default"):
        raise _refusal(path, "it has no section [default]") from None
    section = parser["default"]
    access, secret = section.get("access_key_id", ""), section.get("secret_access_key", "")
    if not access or not secret:
        raise _refusal(path, "[default] needs both access_key_id and secret_access_key") from None
    return _pair(access, secret, section.get("session_token", ""), str(path))


def _from_json(path: Path) -> Credentials | None:
    text = _text(path)
    if text is None:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _refusal(path, "it is no JSON") from None
    if not isinstance(found, dict):
        raise _refusal(path, "it is no JSON object") from None
    for access_name, secret_name, token_name in (("ak", "sk", "session_token"), (_ACCESS, _SECRET, _TOKEN)):
        access, secret = found.get(access_name), found.get(secret_name)
        if isinstance(access, str) and isinstance(secret, str) and access and secret:
            token = found.get(token_name)
            return _pair(access, secret, token if isinstance(token, str) else "", str(path))
    raise _refusal(path, f"it needs both ak and sk, or both {_ACCESS} and {_SECRET}") from None


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8-sig") if path.is_file() else None
    except (OSError, UnicodeDecodeError):
        raise _refusal(path, "it cannot be read as UTF-8 text") from None


def _pair(access: str, secret: str, token: str, origin: str) -> Credentials:
    values = (access, secret, token)
    if not all(value.isascii() and value.isprintable() and " " not in value for value in values):
        raise CredentialsError(
            f"the key pair from {origin} has spaces or characters that no key has; copy it again",
            next_step=_NEXT,
        )
    return Credentials(access_key=access, secret_key=secret, session_token=token or None)


def _refusal(path: Path, reason: str) -> CredentialsError:
    """Always raised `from None`: parsers put pieces of the file, so of the secret, into their messages."""
    return CredentialsError(f"{path} cannot be used: {reason}", next_step=f"correct it, or {_NEXT}")
