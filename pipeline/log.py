"""The log: one file a day, JSON lines, an event name and fields. Secrets and URL queries never enter it."""

import json
import logging
import re
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
        """The record as a line, redacted as a whole."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = getattr(record, "fields", {})
        line = {"at": at, "level": record.levelname.lower(), "event": record.getMessage(), **fields}
        return redacted(json.dumps(line, ensure_ascii=False, default=str))


class DayFile:
    """The open log of one command. A log that cannot be written is no reason to stop: it is left out."""

    def __init__(self, folder: Path, level: str, today: datetime) -> None:
        self._handler: logging.Handler | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._handler = logging.FileHandler(folder / f"{today:%Y-%m-%d}.jsonl", encoding="utf-8")
        except OSError:
            return
        self._handler.setFormatter(_JsonLines())
        _LOGGER.addHandler(self._handler)
        _LOGGER.setLevel(level.upper())
        _LOGGER.propagate = False

    def close(self) -> None:
        """Close the file."""
        if self._handler is not None:
            _LOGGER.removeHandler(self._handler)
            self._handler.close()


def event(name: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Write one line: an event's name and its facts."""
    _LOGGER.log(level, name, extra={"fields": fields})
