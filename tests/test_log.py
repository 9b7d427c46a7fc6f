"""The log: what is written, and what never is."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline import log
from pipeline.log import DayFile, event, hide, redacted

TODAY = datetime(2026, 11, 24, 9, tzinfo=UTC)
CANARY = 'c4n4ry-"secret"\\-of-a-vendor'


@pytest.fixture(autouse=True)
def _nothing_hidden_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_hidden", set())


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with an open log."""
    opened = DayFile(tmp_path / "logs", "info", TODAY)
    yield tmp_path / "logs"
    opened.close()


def _lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "2026-11-24.jsonl").read_text("utf-8").splitlines()]


def test_an_event_is_one_line_with_its_name_and_fields(folder: Path) -> None:
    event("stored", generation=7, asset="week12/lobster/cover", note=None, simulated=False, path=Path("a/b"))

    (line,) = _lines(folder)
    assert datetime.fromisoformat(line.pop("at")).tzinfo is not None
    assert line == {
        "level": "info",
        "event": "stored",
        "generation": 7,
        "asset": "week12/lobster/cover",
        "note": None,
        "simulated": False,
        "path": "a/b",
    }


def test_chinese_words_stay_readable(folder: Path) -> None:
    event("planned", note="一只龙虾")

    assert "一只龙虾" in (folder / "2026-11-24.jsonl").read_text("utf-8")


def test_a_hidden_word_is_in_no_line_however_it_is_quoted(folder: Path) -> None:
    hide(CANARY, None, "")

    event("failed", note=f"the server said {CANARY}!")
    event(f"said {CANARY}")

    text = (folder / "2026-11-24.jsonl").read_text("utf-8")
    assert "c4n4ry" not in text
    assert _lines(folder)[0]["note"] == "the server said ***!"


def test_words_too_short_to_be_secrets_are_left_alone() -> None:
    hide("abc")

    assert redacted("abc") == "abc"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "HMAC-SHA256 Credential=AKLT/20261124/cn, Signature=0123abcd",
            "HMAC-SHA256 Credential=***, Signature=***",
        ),
        ("X-Security-Token: STS2abc then", "X-Security-Token: *** then"),
        ("see https://p9.example/a.png?x-expires=1&sig=2 now", "see https://p9.example/a.png?*** now"),
        ('"http://127.0.0.1:1/p?sig=2"', '"http://127.0.0.1:1/p?***"'),
        ("https://example.com/a.png", "https://example.com/a.png"),
    ],
)
def test_signatures_and_url_queries_are_cut_out(said: str, kept: str) -> None:
    assert redacted(said) == kept


def test_a_quoted_url_does_not_break_its_line(folder: Path) -> None:
    event("failed", note='asked "https://example.com/a?sig=1" in vain')

    assert _lines(folder)[0]["note"] == 'asked "https://example.com/a?***" in vain'


def test_the_traceback_of_a_fault_is_kept_without_its_secrets(folder: Path) -> None:
    hide(CANARY)
    logger = logging.getLogger("pipeline.providers.simulator.server")

    logger.error("request_failed", exc_info=ValueError(CANARY))

    (line,) = _lines(folder)
    assert line["traceback"].endswith("ValueError: ***")


def test_what_is_below_the_level_is_left_out(tmp_path: Path) -> None:
    opened = DayFile(tmp_path, "warning", TODAY)

    event("quiet")
    event("loud", level=logging.WARNING)
    opened.close()

    assert [line["event"] for line in _lines(tmp_path)] == ["loud"]


def test_a_closed_log_is_written_to_no_more(tmp_path: Path) -> None:
    DayFile(tmp_path, "info", TODAY).close()

    event("late")

    assert (tmp_path / "2026-11-24.jsonl").read_text("utf-8") == ""


def test_a_log_that_can_not_be_written_is_left_out(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logs").write_text("a file where the folder belongs")

    opened = DayFile(tmp_path / "logs", "info", TODAY)
    event("stored", level=logging.ERROR)
    opened.close()

    assert capfd.readouterr() == ("", "")
