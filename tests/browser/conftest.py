"""Fixtures of the browser tests: one Chromium, homes made once and copied, windows that are watched."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from playwright.sync_api import Browser

from tests.browser import rooms
from tests.browser.served import Served, serve
from tests.browser.windows import Watch, chromium

Windows = Callable[..., Watch]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this folder."""
    with chromium() as found:
        yield found


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    """Open a fresh profile, watched; the test fails for whatever its pages were caught at."""
    with ExitStack() as stack:
        watches: list[Watch] = []

        def opened(**options: Any) -> Watch:
            context = browser.new_context(**options)
            stack.callback(context.close)
            watches.append(Watch(context))
            return watches[-1]

        yield opened
        assert [complaint for watch in watches for complaint in watch.complaints] == []


def _made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A home that one worker makes for all."""
    base = factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"room-{name}"
    with FileLock(f"{home}.lock"):
        if not (home / "made").exists():
            make(home)
            (home / "made").touch()
    return home


@pytest.fixture(scope="session")
def old_month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of two weeks; not to be changed."""
    return _made_once(tmp_path_factory, "old-month", rooms.old_month)


@pytest.fixture(scope="session")
def long_shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of 250 seeded attempts; not to be changed."""
    return _made_once(tmp_path_factory, "long-shelf", rooms.long_shelf)


@pytest.fixture(scope="package")
def looked_at(old_month: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page of a copy of the two weeks, for tests that change nothing."""
    home = tmp_path_factory.mktemp("looked-at") / "home"
    shutil.copytree(old_month, home)
    with serve(home) as served:
        yield served


@pytest.fixture(scope="package")
def shelf(long_shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page of a copy of the long shelf, for tests that change nothing."""
    home = tmp_path_factory.mktemp("shelf") / "home"
    shutil.copytree(long_shelf, home)
    with serve(home) as served:
        yield served


@pytest.fixture
def desk(old_month: Path, tmp_path: Path) -> Iterator[Served]:
    """The page of a copy of the two weeks that a test may change."""
    shutil.copytree(old_month, tmp_path / "home")
    with serve(tmp_path / "home") as served:
        yield served
