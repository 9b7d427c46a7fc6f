"""`doctor` and `db`: what is set up, what is missing, and whether the history is whole."""

import pytest

from pipeline.commands.opening import _announcement, here
from pipeline.history.schema import HEAD, Upgraded
from pipeline.providers.simulator.server import Simulator
from tests.commands.bench import MODEL, Desk, image, point_at, vendor


def test_doctor_in_an_empty_home_names_the_first_step_and_changes_nothing(desk: Desk) -> None:
    said = desk("doctor")

    assert said.code == 0
    assert f"home        {desk.root}\n" in said.out
    assert "history     none yet\n" in said.out
    assert "credentials none: the simulator serves\nnothing is broken\n" in said.out
    assert said.last == "next: pipeline init"
    assert not (desk.root / "data").exists()


def test_doctor_online_asks_for_free_whether_key_and_rights_are_fine(desk: Desk, jimeng: Simulator) -> None:
    desk.settings(f"prices: {{{MODEL}: 2000}}\nqps: 2\n")
    desk("run", desk.spec(image()), "--yes")

    said = desk("doctor", "--online")
    offline = desk("doctor")

    assert said.code == 0
    assert f"history     1 generation, 1 picture, at revision {HEAD}" in said.out
    assert f"prices      {MODEL}" in said.out
    assert "online      the provider accepts signature and rights\nall is well\n" in said.out
    assert "accepts signature" not in offline.out
    assert jimeng._server.world.billed() == 1


def test_doctor_tells_wrong_keys_from_a_network_that_fails(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with vendor() as server:
        point_at(monkeypatch, server)
        monkeypatch.setenv("VOLC_SECRETKEY", "not-the-secret")
        wrong = desk("doctor", "--online")
    unreached = desk("doctor", "--online")

    assert wrong.code == 5
    assert "SignatureDoesNotMatch" in wrong.err
    assert wrong.last == "next: pipeline doctor --online"
    assert unreached.code == 3
    assert "The server could not be reached." in unreached.err


def test_doctor_names_missing_and_broken_credentials(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = desk("doctor", "--online")
    monkeypatch.setenv("VOLC_SECRETKEY", "half-a-pair")
    half = desk("doctor")

    assert (missing.code, half.code) == (5, 5)
    assert missing.last == "next: set VOLC_ACCESSKEY and VOLC_SECRETKEY, then ask again"
    assert "VOLC_SECRETKEY is set but VOLC_ACCESSKEY is not" in half.err
    assert "half-a-pair" not in half.out + half.err


def test_doctor_finds_pictures_that_are_missing_and_orders_in_doubt(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.settings(f"prices: {{{MODEL}: 2000}}\n")
    with vendor({"on": "process", "fault": "lost_reply", "prompt": "雾"}) as server:
        point_at(monkeypatch, server)
        desk("run", desk.spec(image("cover"), image("fog", "雾")), "--yes")
    [blob] = (desk.root / "data" / "blobs").rglob("*.png")
    blob.unlink()

    said = desk("doctor")

    assert said.code == 3
    assert f"missing from the store: {blob.parent.name}{blob.name}" in said.err
    assert "of week12/lobster/fog, may have cost 0.20 CNY" in said.err
    assert said.err.splitlines()[-2:] == [
        "or --resubmit, to let the next run buy them again",
        "next: pipeline resolve --all --abandon",
    ]


def test_a_damaged_database_is_found_by_doctor_and_check(desk: Desk) -> None:
    desk("run", desk.spec(image()))
    desk.change("PRAGMA foreign_keys=OFF")
    desk.change("UPDATE generation SET blob_sha256 = 'gone'")

    checked = desk("db", "check")
    doctor = desk("doctor")

    assert (checked.code, doctor.code) == (3, 3)
    assert "1 rows name a row that is not there" in checked.out
    assert "put the newest copy from data/backups/ in its place" in checked.err
    assert checked.last == "next: pipeline restore DIR"
    assert "1 rows name a row that is not there" in doctor.err
    assert doctor.last == "next: pipeline db check"


def test_a_file_that_is_no_database_is_said(desk: Desk) -> None:
    (desk.root / "data").mkdir()
    (desk.root / "data" / "history.db").write_bytes(b"not a database" * 100)

    checked = desk("db", "check")
    doctor = desk("doctor")

    assert (checked.code, doctor.code) == (2, 3)
    assert "history.db" in doctor.err


def test_a_database_cut_short_is_said(desk: Desk) -> None:
    desk("run", desk.spec(image()))
    path = desk.root / "data" / "history.db"
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])

    said = desk("doctor")

    assert said.code == 3
    assert "database: " in said.err


def test_db_check_of_a_whole_database(desk: Desk) -> None:
    absent = desk("db", "check")
    begun = desk("db", "upgrade")
    again = desk("db", "upgrade")
    whole = desk("db", "check")

    assert (absent.code, absent.out) == (0, f"{desk.root} has no history yet\n")
    assert "a new history begins" in begun.err
    assert again.out == f"{desk.root}/data/history.db is at revision {HEAD} already\n"
    assert whole.out == f"{desk.root}/data/history.db: whole, at revision {HEAD}\n"
    assert {said.code for said in (begun, again, whole)} == {0}


def test_a_database_of_another_revision_is_found_and_not_touched(desk: Desk) -> None:
    desk("db", "upgrade")
    desk.change("UPDATE alembic_version SET version_num = '9999'")

    checked = desk("db", "check")
    doctor = desk("doctor")
    run = desk("run", desk.spec(image()))

    assert (checked.code, doctor.code, run.code) == (3, 3, 2)
    assert f"revision 9999, this program writes {HEAD}" in checked.out
    for said in (checked, doctor):
        assert said.last == "next: install the newer version of this program again"
    assert f"at revision 9999, this program writes {HEAD}" in doctor.out


def test_another_program_s_database_is_left_to_it(desk: Desk) -> None:
    desk("db", "upgrade")
    desk.change("DELETE FROM alembic_version")

    said = desk("doctor")

    assert said.code == 3
    assert said.last == "next: choose another home with --home DIR"


def test_an_upgrade_is_announced_with_the_copy_that_was_kept(desk: Desk) -> None:
    kept = desk.root / "data" / "backups" / "history-0001.db"

    words = _announcement(here(None), Upgraded(source="0001", backup=kept))

    assert words == (
        "the history was upgraded from revision 0001; "
        f"the old one is kept as history-0001.db in {kept.parent}"
    )
