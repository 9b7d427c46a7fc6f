"""Points set by hand and subjects found in masters, through backup and restore."""

from pathlib import Path

from alembic import command

from pipeline.history.records import FocusPoint
from pipeline.history.schema import HEAD, Checked, Standing, check
from pipeline.subject import Subject
from tests.history.alembics import alembic_at
from tests.history.book import NOW, after
from tests.safekeeping.ward import Ward

POINT = FocusPoint(asset="week12/cats/cat", slot="wechat.cover", x=0.5, y=0.4, spec_said="auto", at=after(60))
SUBJECT = Subject(method="saliency/1", columns=bytes(range(64)), rows=bytes(64), grid=bytes(range(256)))


def _pointed(ward: Ward) -> None:
    """A picture with a subject that was found in it, and a point set by hand."""
    found = ward.paint("cat").master
    assert found is not None
    ward.book.memory.point_at(POINT)
    assert ward.book.memory.keep_subject(found.sha256, SUBJECT, at=NOW)


def _kept(ward: Ward) -> tuple[tuple[FocusPoint, ...], list[Subject]]:
    known = ward.book.queries.known(requests=[], assets=[POINT.asset], specs=[])
    hashes = [master.sha256 for master in ward.book.queries.masters()]
    return known.focus_points.get(POINT.asset, ()), list(ward.book.queries.subjects(hashes).values())


def test_an_empty_home_gets_points_and_subjects_back(ward: Ward, other: Ward, folder: Path) -> None:
    _pointed(ward)
    ward.back_up(folder)

    other.restore(folder)

    assert _kept(other) == ((POINT,), [SUBJECT])


def test_what_was_pointed_at_since_the_backup_stays_after_a_restore_by_force(
    ward: Ward, folder: Path
) -> None:
    ward.paint("dog")
    ward.back_up(folder)
    _pointed(ward)
    ward.close()

    done = ward.restore(folder, force=True)

    assert done.brought is not None
    assert (done.brought.generations, done.brought.decisions) == (1, 1)
    assert _kept(ward) == ((POINT,), [SUBJECT])


def test_a_backup_of_the_first_revision_takes_in_the_points_of_a_history_that_stands(
    ward: Ward, other: Ward, folder: Path
) -> None:
    ward.paint("dog")
    ward.close()
    with alembic_at(ward.path) as (config, _):
        command.downgrade(config, "0001")
    assert ward.back_up(folder).record.revision == "0001"
    _pointed(other)
    other.close()

    done = other.restore(folder, force=True)

    assert done.record.revision == "0001"
    assert check(other.path) == Checked(Standing.CURRENT, HEAD)
    assert _kept(other) == ((POINT,), [SUBJECT])
    assert other.rows("SELECT count(*) FROM generation") == [(2,)]


def test_a_backup_with_points_is_put_into_a_history_of_the_first_revision(
    ward: Ward, other: Ward, folder: Path
) -> None:
    _pointed(ward)
    ward.back_up(folder)
    other.paint("dog")
    other.close()
    with alembic_at(other.path) as (config, _):
        command.downgrade(config, "0001")

    done = other.restore(folder, force=True)

    assert done.brought is not None
    assert done.brought.generations == 1
    assert check(other.path) == Checked(Standing.CURRENT, HEAD)
    assert _kept(other) == ((POINT,), [SUBJECT])
