"""The log: one file a day, JSON lines, an event name and fields. Secrets and URL queries never enter it."""

import json
import logging
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

_LOGGER = logging.getLogger("pipeline")
_PATTERNS = (
    re.compile(r"(Signature=|Credential=|X-Security-Token:?\s*)[^\s,\"']+", re.IGNORECASE),
    re.compile(r"(https?://[^\s\"'?]+\?)[^\s\"']+"),
)
_hidden: set[str] = set()


def hide(*secrets: str | None) -> None:
    """Never let these words into a log or a traceback of this process."""
    _hidden.update(secret for secret in secrets if secret and len(secret) >= 4)


def redacted(text: str) -> str:
    """The text without known secrets, signatures and URL queries."""
    for secret in _hidden:
        text = text.replace(secret, "***")
    for pattern in _PATTERNS:
        text = pattern.sub(r"\1***", text)
    return text


class _JsonLines(logging.Formatter):
    """One object a line: when, how grave, what, and its fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line, every text in it redacted."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "event": record.getMessage()}
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps({name: _plain(value) for name, value in line.items()}, ensure_ascii=False)


def _plain(value: object) -> object:
    """A field as JSON takes it. Redacted before its quotes are escaped, so that a secret is found whole."""
    return value if value is None or isinstance(value, bool | int | float) else redacted(str(value))


class DayFile:
    """The open log of one command. A log that cannot be written is no reason to stop: it is left out."""

    def __init__(self, folder: Path, level: str, today: datetime) -> None:
        # A line that a full disk refuses is left out too: a traceback would tell the author nothing.
        logging.raiseExceptions = False
        self._handler = _file_handler(folder, today)
        _LOGGER.addHandler(self._handler)
        _LOGGER.setLevel(level.upper())
        _LOGGER.propagate = False

    def close(self) -> None:
        """Close the file."""
        _LOGGER.removeHandler(self._handler)
        with suppress(OSError):  # what the disk did not take before, it refuses again
            self._handler.close()


def _file_handler(folder: Path, today: datetime) -> logging.Handler:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(folder / f"{today:%Y-%m-%d}.jsonl", encoding="utf-8")
    except OSError:
        return logging.NullHandler()
    handler.setFormatter(_JsonLines())
    return handler


def event(name: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Write one line: an event's name and its facts."""
    _LOGGER.log(level, name, extra={"fields": fields})
