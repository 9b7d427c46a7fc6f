"""What a look at the files finds: pictures missing or changed, files without a row, deliveries counted."""

from hashlib import sha256
from pathlib import Path

from pipeline.history.backup import Picture
from pipeline.safekeeping.check import Examined, examine
from pipeline.safekeeping.pictures import Fate
from tests.history.book import written
from tests.safekeeping.ward import Ward, files_of


def test_a_home_without_fault_has_none(ward: Ward) -> None:
    ward.paint("cat")
    ward.own("shot")

    assert examine(ward.home, ward.path) == Examined(
        pictures=2, ailing=(), unreferenced=(), gone=0, changed=0
    )


def test_a_missing_and_a_changed_picture_are_found_with_those_who_show_them(ward: Ward) -> None:
    gone, changed, own = ward.paint("gone"), ward.paint("changed"), ward.own("shot")
    ward.paint("whole")
    ward.blob(gone.master).unlink()
    place = ward.blob(changed.master)
    place.write_bytes(bytes(place.stat().st_size))
    ward.blob(own).unlink()

    found = examine(ward.home, ward.path)

    assert found.pictures == 4
    assert {(picture.shown, picture.specs, fate) for picture, fate in found.ailing} == {
        (((gone.id, gone.asset),), (), Fate.MISSING),
        (((changed.id, changed.asset),), (), Fate.DAMAGED),
        ((), ("configs/week12.yaml",), Fate.MISSING),
    }


def test_a_picture_that_two_generations_show_is_one_finding(ward: Ward) -> None:
    first = ward.paint("cat")
    second = ward.paint("cat", request="q1:other", asset="week12/cats/again")
    ward.blob(first.master).unlink()

    ((picture, _),) = examine(ward.home, ward.path).ailing

    assert picture.shown == ((first.id, first.asset), (second.id, second.asset))


def test_something_else_in_a_pictures_place_is_damage(ward: Ward) -> None:
    place = ward.blob(ward.paint("cat").master)
    data = place.read_bytes()
    place.unlink()
    place.mkdir()
    (place / "inside").write_bytes(data)

    ((picture, fate),) = examine(ward.home, ward.path).ailing

    assert (picture.sha256, fate) == (sha256(data).hexdigest(), Fate.DAMAGED)


def test_a_file_in_the_place_of_a_folder_of_the_store_is_damage(ward: Ward) -> None:
    place = ward.blob(ward.paint("cat").master)
    place.unlink()
    place.parent.rmdir()
    place.parent.touch()

    ((_, fate),) = examine(ward.home, ward.path).ailing

    assert fate is Fate.DAMAGED


def test_files_that_no_row_names_are_listed_and_stay(ward: Ward) -> None:
    ward.paint("cat")
    stranger = ward.put("the second picture of the task")
    (ward.home.blobs / ".tmp-1-ab.png").write_bytes(b"being written")
    before = files_of(ward.home.blobs)

    found = examine(ward.home, ward.path)

    assert found.unreferenced == (ward.blob(stranger),)
    assert found.ailing == ()
    assert files_of(ward.home.blobs) == before


def test_delivered_files_are_counted_by_what_became_of_them(ward: Ward) -> None:
    contents: dict[str, bytes | None] = {
        "as-written": b"new",
        "as-before": b"old",
        "by-hand": b"x",
        "gone": None,
    }
    for name, data in contents.items():
        path = f"output/week12/cats/wechat/{name}.jpg"
        for version in (b"old", b"new"):
            ward.book.memory.will_write(written(path=path, sha256=sha256(version).hexdigest()))
        place = ward.home.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if data is not None:
            place.write_bytes(data)
    ward.book.memory.will_write(written(path="output/week12/cats/wechat"))

    found = examine(ward.home, ward.path)

    assert (found.gone, found.changed) == (1, 2)


def test_a_home_without_a_store_has_no_strangers(ward: Ward) -> None:
    _ = ward.book

    assert examine(ward.home, ward.path) == Examined(
        pictures=0, ailing=(), unreferenced=(), gone=0, changed=0
    )


def test_a_picture_without_anyone_is_only_a_hash() -> None:
    picture = Picture(sha256="ab" * 32, ending="png", bytes=1)

    assert (picture.shown, picture.specs) == ((), ())


def test_nothing_is_changed_by_looking(ward: Ward, tmp_path: Path) -> None:
    ward.paint("cat")
    ward.put("a stranger")
    ward.close()
    before = files_of(tmp_path)

    examine(ward.home, ward.path)

    assert files_of(tmp_path) == before
