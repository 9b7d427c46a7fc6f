"""Bundles that were cut off, changed, or made to do harm are refused in words, and nothing is taken in."""

import io
import json
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from PIL import Image  # noqa: TID251 - a real picture for a bundle

from pipeline.errors import HistoryError, IncompleteError, PipelineError, UsageError
from pipeline.history.schema import upgrade
from pipeline.history.states import Choice
from pipeline.safekeeping.export import export_bundle
from pipeline.safekeeping.taking_in import take_in
from tests.history.book import NOW
from tests.safekeeping.ward import LATER, Ward, everything, files_of, png, rows

Parts = dict[str, bytes]


class Forge:
    """A good bundle, taken apart; `make` writes what it was changed into."""

    def __init__(self, path: Path, good: Path) -> None:
        self.path = path
        with zipfile.ZipFile(good) as archive:
            self.parts: Parts = {name: archive.read(name) for name in archive.namelist()}

    @property
    def manifest(self) -> Any:
        return json.loads(self.parts["manifest.json"])

    def say(self, **changes: Any) -> None:
        """Change the manifest."""
        self.parts["manifest.json"] = json.dumps(self.manifest | changes).encode()

    def rows(self, *statements: str, honest: bool = True) -> None:
        """Change the database by plain SQL; `honest`: its hash and size follow."""
        path = self.path.with_suffix(".db")
        path.write_bytes(self.parts["history.db"])
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("PRAGMA ignore_check_constraints=ON")
            for statement in statements:
                database.execute(statement)
        self.put_database(path.read_bytes(), honest=honest)
        path.unlink()

    def put_database(self, data: bytes, *, honest: bool = True) -> None:
        self.parts["history.db"] = data
        if honest:
            self.say(database={"sha256": sha256(data).hexdigest(), "bytes": len(data)})

    def picture(self, data: bytes, **row: Any) -> None:
        """Put other bytes in the place of the one picture, with a hash that is right."""
        (old,) = self.manifest["pictures"]
        del self.parts[f"blobs/{old['sha256'][:2]}/{old['sha256'][2:]}.png"]
        digest = sha256(data).hexdigest()
        self.parts[f"blobs/{digest[:2]}/{digest[2:]}.png"] = data
        facts = {"sha256": digest, "bytes": len(data), **row}
        columns = ", ".join(f"{name} = '{value}'" for name, value in facts.items())
        self.rows(
            f"UPDATE blob SET {columns}",  # noqa: S608 - our own values
            f"UPDATE generation SET blob_sha256 = '{digest}'",  # noqa: S608 - the same
        )
        self.say(pictures=[{"sha256": digest, "ending": "png", "bytes": len(data)}])

    def make(self) -> None:
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self.parts.items():
                archive.writestr(name, data)


@pytest.fixture
def forge(ward: Ward, tmp_path: Path) -> Forge:
    """A bundle of one cat, to be changed."""
    cat = ward.paint("cat")
    ward.book.memory.decide(cat.asset, cat.id, Choice.SELECTED, cat.request, at=NOW)
    good = tmp_path / "good.zip"
    export_bundle(ward.home, ward.path, good, only=None, now=NOW)
    return Forge(tmp_path / "forged.zip", good)


def _refused(other: Ward, path: Path, kind: type[PipelineError]) -> str:
    """Import a bundle that must be refused; its words. What the home has stays as it was."""
    other.paint("mine")
    before = everything(other.path), files_of(other.home.root)

    with pytest.raises(kind) as refusal:
        take_in(other.home, other.path, path, now=LATER)

    other.close()
    after = everything(other.path), files_of(other.home.root)
    assert after[0] == before[0]
    assert after[1].keys() - {"data/history.db.upgrade-lock"} == before[1].keys() - {
        "data/history.db.upgrade-lock"
    }
    assert refusal.value.next_step
    return refusal.value.message


def test_the_bundle_that_is_forged_below_is_good(forge: Forge, other: Ward) -> None:
    forge.make()

    assert take_in(other.home, other.path, forge.path, now=LATER).brought.generations == 1


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no zip at all" * 100])
def test_a_file_that_is_no_zip(other: Ward, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data)

    assert "is not a bundle" in _refused(other, path, UsageError)


def test_a_file_that_is_not_there(other: Ward, tmp_path: Path) -> None:
    assert "there is no such file" in _refused(other, tmp_path / "a.zip", UsageError)


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_a_bundle_that_was_cut_off(forge: Forge, other: Ward, share: float) -> None:
    forge.make()
    data = forge.path.read_bytes()
    forge.path.write_bytes(data[: int(len(data) * share)])

    assert "it may have been cut off on its way" in _refused(other, forge.path, UsageError)


def test_a_bundle_with_a_flipped_byte_in_every_part(forge: Forge, other: Ward) -> None:
    forge.make()
    whole = forge.path.read_bytes()
    with zipfile.ZipFile(forge.path) as archive:
        middles = [entry.header_offset + 60 + entry.compress_size // 2 for entry in archive.infolist()]
    other.paint("mine")
    before = everything(other.path)

    for place in middles:
        forge.path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with pytest.raises(IncompleteError, match="nothing was taken in"):
            take_in(other.home, other.path, forge.path, now=LATER)

    assert everything(other.path) == before


def test_a_zip_of_something_else(other: Ward, tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("cat.png", png("cat"))

    assert "no bundle: it has no manifest.json" in _refused(other, path, UsageError)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"kind": "something else", "format": 1}',
        b'{"kind": "pipeline bundle", "format": true}',
    ],
)
def test_a_manifest_that_is_none(forge: Forge, other: Ward, text: bytes) -> None:
    forge.parts["manifest.json"] = text
    forge.make()

    assert "manifest.json cannot be read" in _refused(other, forge.path, IncompleteError)


@pytest.mark.parametrize(
    "changes",
    [
        {"pictures": [{"sha256": "../../etc/passwd", "ending": "png", "bytes": 1}]},
        {"pictures": [{"sha256": "A" * 64, "ending": "png", "bytes": 1}]},
        {"pictures": [{"sha256": "a" * 64, "ending": "exe", "bytes": 1}]},
        {"pictures": [{"sha256": "a" * 64, "ending": "png", "bytes": -1}]},
        {"pictures": [{"sha256": "a" * 64, "ending": "png", "bytes": 1}] * 2},
        {"database": {"sha256": "a" * 64, "bytes": "many"}},
        {"lacking": ["x"]},
        {"created_at": "yesterday"},
        {"generations": -1},
    ],
)
def test_a_manifest_that_says_what_cannot_be(forge: Forge, other: Ward, changes: dict[str, Any]) -> None:
    forge.say(**changes)
    forge.make()

    assert "manifest.json cannot be read" in _refused(other, forge.path, IncompleteError)


@pytest.mark.parametrize("changes", [{"format": 2}, {"revision": "9999"}])
def test_a_bundle_of_a_newer_version(forge: Forge, other: Ward, changes: dict[str, Any]) -> None:
    forge.say(**changes)
    forge.make()

    assert "made by a newer version of this program" in _refused(other, forge.path, HistoryError)


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil", "blobs/../../evil", "blobs/ab/cd.png", "C:\\evil", "blobs/"]
)
def test_a_zip_with_more_than_its_manifest_lists(
    forge: Forge, other: Ward, tmp_path: Path, name: str
) -> None:
    forge.parts[name] = b"evil"
    forge.make()

    assert "which is no part of a bundle" in _refused(other, forge.path, IncompleteError)
    assert not (tmp_path / "evil.txt").exists()


def test_a_zip_with_less_than_its_manifest_lists(forge: Forge, other: Ward) -> None:
    del forge.parts["history.db"]
    forge.make()

    assert "it lacks history.db" in _refused(other, forge.path, IncompleteError)


def _write(forge: Forge, change: Callable[[zipfile.ZipInfo], None], name: str = "history.db") -> None:
    with zipfile.ZipFile(forge.path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in forge.parts.items():
            entry = zipfile.ZipInfo(part)
            if part == name:
                change(entry)
            archive.writestr(entry, data)


def test_a_symbolic_link_in_the_place_of_a_part(forge: Forge, other: Ward) -> None:
    def link(entry: zipfile.ZipInfo) -> None:
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16

    _write(forge, link)

    assert "is a link" in _refused(other, forge.path, IncompleteError)


def test_a_part_that_is_packed_in_an_unusual_way(forge: Forge, other: Ward) -> None:
    def pack(entry: zipfile.ZipInfo) -> None:
        entry.compress_type = zipfile.ZIP_LZMA

    _write(forge, pack)

    assert "packed in a way that is not read here" in _refused(other, forge.path, IncompleteError)


def test_a_part_that_is_there_twice(forge: Forge, other: Ward) -> None:
    forge.make()
    with zipfile.ZipFile(forge.path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("history.db", forge.parts["history.db"])

    assert "twice" in _refused(other, forge.path, IncompleteError)


def test_a_part_of_another_size_than_announced(forge: Forge, other: Ward) -> None:
    forge.put_database(forge.parts["history.db"] + b"x", honest=False)
    forge.make()

    assert "has another size than announced" in _refused(other, forge.path, IncompleteError)


@pytest.mark.parametrize("name", ["history.db", "blobs"])
def test_a_part_of_another_hash_than_announced(forge: Forge, other: Ward, name: str) -> None:
    part = next(one for one in forge.parts if one.startswith(name))
    forge.parts[part] = forge.parts[part][:-1] + bytes([forge.parts[part][-1] ^ 1])
    forge.make()

    assert "another hash" in _refused(other, forge.path, IncompleteError)


def test_a_bomb(forge: Forge, other: Ward) -> None:
    forge.put_database(bytes(200_000_000))
    forge.make()

    assert "made to fill a disk" in _refused(other, forge.path, IncompleteError)


def test_a_picture_that_is_said_to_be_huge(forge: Forge, other: Ward) -> None:
    (picture,) = forge.manifest["pictures"]
    forge.make()
    data = bytearray(forge.path.read_bytes())
    size = 300_000_000
    name = f"blobs/{picture['sha256'][:2]}/{picture['sha256'][2:]}.png".encode()
    central = data.rindex(name) - 46
    data[central + 24 : central + 28] = size.to_bytes(4, "little")
    manifest = forge.manifest | {"pictures": [picture | {"bytes": size}]}
    text = json.dumps(manifest).encode()
    forge.parts["manifest.json"] = text
    forge.make()
    data = bytearray(forge.path.read_bytes())
    central = data.rindex(name) - 46
    data[central + 24 : central + 28] = size.to_bytes(4, "little")
    forge.path.write_bytes(data)

    assert "over 200 MB" in _refused(other, forge.path, IncompleteError)


def test_a_bundle_that_the_disk_has_no_room_for(
    forge: Forge, other: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge.make()
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))

    assert "are free" in _refused(other, forge.path, UsageError)


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TRIGGER t AFTER INSERT ON blob BEGIN DELETE FROM generation; END",),
        ("CREATE VIEW v AS SELECT 1",),
        ("CREATE TABLE more (a)",),
        ("DROP TABLE subject",),
        ("DROP TABLE subject", "CREATE VIRTUAL TABLE subject USING fts5(master)"),
        ("ALTER TABLE blob ADD COLUMN more INTEGER",),
        ("UPDATE generation SET width = 'wide'",),
        ("UPDATE generation SET planned_at = 'yesterday'",),
        ("UPDATE generation SET planned_at = '2026-13-41 00:00:00.000000'",),
        ("UPDATE generation SET planned_at = '2026-11-24X09:30:00.000000'",),
        ("UPDATE generation SET planned_at = '2026-11-24T09:30:00.000000'",),
        ("UPDATE generation SET planned_at = '2026-W48-2 09:30:00.0000000'",),
        ("UPDATE generation SET planned_at = '2026-11-24 09:30:00+00:0000'",),
        ("UPDATE generation SET planned_at = '0001-01-01 00:00:00.000000'",),
        ("UPDATE generation SET sent_at = '9999-12-31 23:59:59.999999'",),
        ("UPDATE decision SET at = '2026-11-24X09:30:00.000000'",),
        ("UPDATE generation SET cost = 9223372036854775807",),
        ("UPDATE generation SET cost = -1",),
        ("UPDATE generation SET cost = 9e999",),
        ("UPDATE generation SET http_status = 4294967296",),
        ("UPDATE generation SET seed = 1.5",),
        ("UPDATE decision SET id = -1",),
        ("UPDATE generation SET params = '{\"seed\": NaN}'",),
        ("UPDATE generation SET params = '{\"scale\": -Infinity}'",),
        ('UPDATE generation SET params = \'{"half": "\\ud800"}\'',),
        ("UPDATE generation SET prompt = CAST(x'ff' AS TEXT)",),
        ("UPDATE generation SET params = '['",),
        ("UPDATE generation SET params = '[]'",),
        ("UPDATE generation SET state = 'lost'",),
        ("UPDATE generation SET charged = 'no'",),
        ("UPDATE generation SET purpose = 'fun'",),
        ("UPDATE generation SET resolution = 'perhaps'",),
        ("UPDATE decision SET choice = 'adored'",),
        ("UPDATE generation SET id = 9223372036854775807",),
        ("UPDATE generation SET attempt = 9223372036854775807",),
        ("UPDATE generation SET prompt = 'a' || char(0)",),
        ("UPDATE event SET target = 'nowhere'",),
        ("UPDATE event SET note = zeroblob(10)",),
        ("UPDATE blob SET width = 0",),
        ("UPDATE generation SET blob_sha256 = 'x'",),
    ],
)
def test_a_database_whose_rows_or_tables_are_not_ours(
    forge: Forge, other: Ward, statements: tuple[str, ...]
) -> None:
    forge.rows(*statements)
    forge.make()

    assert "its database is none of ours" in _refused(other, forge.path, IncompleteError)


@pytest.mark.parametrize("data", [b"", b"no database" * 1000, b"SQLite format 3\0" + bytes(5000)])
def test_a_database_that_is_none(forge: Forge, other: Ward, data: bytes) -> None:
    forge.put_database(data)
    forge.make()

    assert "its database is none of ours" in _refused(other, forge.path, IncompleteError)


def test_a_database_that_is_damaged_inside(forge: Forge, other: Ward) -> None:
    data, path = forge.parts["history.db"], forge.path.with_suffix(".db")
    path.write_bytes(data)
    (page,) = rows(path, "SELECT rootpage FROM sqlite_master WHERE name = 'generation'")[0]
    start = (page - 1) * 4096
    forge.put_database(data[:start] + b"\xff" * 4096 + data[start + 4096 :])
    forge.make()

    assert "its database is none of ours" in _refused(other, forge.path, IncompleteError)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE generation SET asset_key = 'week12/a b; rm -rf ~/c'", "cannot be the key of an asset"),
        ("UPDATE generation SET asset_key = '../../x'", "cannot be the key of an asset"),
        ("UPDATE decision SET asset_key = 'a/b/c/d'", "cannot be the key of an asset"),
        ("UPDATE generation SET spec = '../week12'", "cannot be the name of a spec"),
        ("DELETE FROM generation", "another number of generations"),
        ("UPDATE blob SET bytes = bytes + 1", "other pictures than it holds"),
        ("UPDATE blob SET ending = '../x'", "other pictures than it holds"),
    ],
)
def test_rows_that_name_what_cannot_be(forge: Forge, other: Ward, statement: str, words: str) -> None:
    follow = ["DELETE FROM event", "DELETE FROM decision"] if statement.startswith("DELETE") else []
    forge.rows(statement, *follow)
    forge.make()

    assert words in _refused(other, forge.path, IncompleteError)


def test_a_picture_that_is_no_picture(forge: Forge, other: Ward) -> None:
    forge.picture(b"<html><script>alert(1)</script></html>")
    forge.make()

    assert "is none that is taken here" in _refused(other, forge.path, IncompleteError)


def test_a_picture_that_unpacks_to_too_many_pixels(forge: Forge, other: Ward) -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    forge.picture(out.getvalue(), width=20_000, height=20_000)
    forge.make()

    assert "is none that is taken here" in _refused(other, forge.path, IncompleteError)


def test_a_picture_of_another_size_than_its_row(forge: Forge, other: Ward) -> None:
    forge.rows("UPDATE blob SET width = 9000")
    forge.make()

    assert "is not what its row says" in _refused(other, forge.path, IncompleteError)


def test_the_owner_of_a_row_is_never_believed(forge: Forge, other: Ward, tmp_path: Path) -> None:
    lock = tmp_path / "somebody.lock"
    lock.touch()
    forge.rows("UPDATE generation SET owner = '../../../somebody'")
    forge.make()

    take_in(other.home, other.path, forge.path, now=LATER)

    assert other.rows("SELECT owner FROM generation") == [(None,)]
    assert lock.exists()


def test_a_bundle_of_an_older_version_is_brought_to_date(forge: Forge, other: Ward, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    upgrade(old, "0001")
    with closing(sqlite3.connect(old)) as database, database:
        database.execute("PRAGMA journal_mode=DELETE")
    forge.put_database(old.read_bytes())
    forge.say(revision="0001", generations=0, pictures=[])
    forge.parts = {name: data for name, data in forge.parts.items() if not name.startswith("blobs")}
    forge.make()

    assert take_in(other.home, other.path, forge.path, now=LATER).brought.generations == 0


@pytest.mark.parametrize("seed", [-1, 2**63 - 1])
def test_a_seed_may_be_any_whole_number(forge: Forge, other: Ward, seed: int) -> None:
    forge.rows(f"UPDATE generation SET seed = {seed}")  # noqa: S608 - a number
    forge.make()

    take_in(other.home, other.path, forge.path, now=LATER)

    assert other.rows("SELECT seed FROM generation") == [(seed,)]


def test_a_stale_or_changed_copy_of_a_row_never_replaces_what_this_home_knows(
    forge: Forge, ward: Ward
) -> None:
    before = everything(ward.path)
    forge.rows("UPDATE generation SET cost = 1, error_message = 'changed'")
    forge.make()

    take_in(ward.home, ward.path, forge.path, now=LATER)

    assert everything(ward.path) == before
