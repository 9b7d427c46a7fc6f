"""The home is found the same from whichever folder a command is typed."""

from pathlib import Path

import pytest

from pipeline.home import Home, find_home


def _marked(folder: Path, mark: str) -> Path:
    (folder / mark).parent.mkdir(parents=True)
    (folder / mark).write_bytes(b"")
    return folder


@pytest.mark.parametrize("mark", ["data/history.db", "configs/settings.yaml"])
@pytest.mark.parametrize("start", [".", "configs", "output/week12/lobster"])
def test_the_nearest_folder_upwards_with_a_history_or_settings_is_the_home(
    tmp_path: Path, mark: str, start: str
) -> None:
    root = _marked(tmp_path, mark)
    (tmp_path / start).mkdir(parents=True, exist_ok=True)

    assert find_home(tmp_path / start) == Home(root)


def test_an_inner_home_wins_over_an_outer_one(tmp_path: Path) -> None:
    _marked(tmp_path, "data/history.db")
    inner = _marked(tmp_path / "blog", "configs/settings.yaml")

    assert find_home(inner / "configs") == Home(inner)


def test_a_folder_of_that_name_is_no_mark(tmp_path: Path) -> None:
    (tmp_path / "blog" / "data" / "history.db").mkdir(parents=True)

    assert find_home(tmp_path / "blog", fallback=tmp_path) == Home(tmp_path)


def test_a_named_home_wins_though_it_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _marked(tmp_path / "marked", "data/history.db")
    monkeypatch.chdir(tmp_path)

    assert find_home(tmp_path / "marked", named=Path("elsewhere")) == Home(tmp_path / "elsewhere")


def test_without_a_mark_the_fallback_is_the_home_else_the_start(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"

    assert find_home(here, fallback=there) == Home(there)
    assert find_home(here) == Home(here)


def test_a_home_is_found_through_a_relative_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _marked(tmp_path, "data/history.db")
    monkeypatch.chdir(tmp_path / "data")

    assert find_home(Path()) == Home(tmp_path)


def test_everything_that_is_written_lies_below_the_home() -> None:
    home = Home(Path("/home/amy"))

    assert {name: home.relative(getattr(home, name)) for name in _FOLDERS} == _FOLDERS


_FOLDERS = {
    "data": "data",
    "database": "data/history.db",
    "blobs": "data/blobs",
    "logs": "data/logs",
    "runs": "data/runs",
    "inbox": "data/inbox",
    "simulator": "data/simulator",
    "configs": "configs",
}


def test_simulated_deliveries_lie_apart_from_real_ones() -> None:
    home = Home(Path("/home/amy"))

    assert home.relative(home.output(simulated=False)) == "output"
    assert home.relative(home.output(simulated=True)) == "output/simulated"


def test_a_path_outside_of_the_home_has_no_name_in_it() -> None:
    with pytest.raises(ValueError, match="not in the subpath"):
        Home(Path("/home/amy")).relative(Path("/etc/passwd"))
