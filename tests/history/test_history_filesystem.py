"""A history is not begun on a network file system: SQLite's locks do not hold there."""

from pathlib import Path

import pytest

from pipeline.errors import HistoryError
from pipeline.history import schema
from pipeline.history.filesystem import network_kind
from tests.history.book import NOW

_MOUNTS = """/dev/sda1 / ext4 rw 0 0
server:/home /mnt/share nfs4 rw 0 0
/dev/sdb1 /mnt/share/local xfs rw 0 0
//nas/work /mnt/my\\040disk cifs rw 0 0
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/amy/data", None),
        ("/mnt/share", "nfs4"),
        ("/mnt/share/pictures/data", "nfs4"),
        ("/mnt/share/local/data", None),
        ("/mnt/my disk/data", "cifs"),
        ("/mnt/shared/data", None),
    ],
)
def test_the_innermost_mount_decides(path: str, kind: str | None) -> None:
    assert network_kind(Path(path), _MOUNTS) == kind


def test_without_mounts_nothing_is_known() -> None:
    assert network_kind(Path("/anywhere"), "") is None


def test_this_machine_s_own_disk_is_local(tmp_path: Path) -> None:
    assert network_kind(tmp_path) is None


def test_a_system_without_a_mount_table_is_taken_as_local(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.history.filesystem._MOUNTS", tmp_path / "none")

    assert network_kind(tmp_path) is None


def test_a_history_on_a_network_file_system_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "network_kind", lambda _path: "nfs4")

    with pytest.raises(HistoryError, match="nfs4") as raised:
        schema.make_ready(tmp_path / "data" / "history.db", now=NOW)

    assert "PIPELINE_DATABASE_URL" in (raised.value.next_step or "")
    assert not (tmp_path / "data" / "history.db").exists()
