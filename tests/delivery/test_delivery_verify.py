"""The rules of `verify` on values: every finding, and that nothing else is found."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.delivery.evidence import Case, Claim, Lack
from pipeline.delivery.findings import Grade
from pipeline.delivery.labelling import label_text
from pipeline.delivery.manifest import FileEntry
from pipeline.delivery.verify import SlotFrom, fitting, judge, lacking, wanted_slot
from pipeline.platforms.catalog import load_catalog
from pipeline.platforms.model import Box, Confidence, Format
from pipeline.render.aigc import AigcLabel
from pipeline.render.containers import Place
from pipeline.render.examine import Examined
from pipeline.render.facts import PictureFacts
from pipeline.render.metadata import Found
from pipeline.render.sighting import Sighting
from tests.delivery.conftest import MakeEntry

CATALOG = load_catalog()
PATH = Path("/home/lobster/wechat/01-cover.cover.jpg")
LABEL = AigcLabel(label="1", content_producer="jimeng", produce_id="cd" * 16)
HIDDEN = Found(place=Place.XMP, text=LABEL.json(), label=LABEL)
SIGHT = Sighting(box=(560, 330, 620, 360), letters=20, contrast=15.0, likeness=0.99)
FACTS = PictureFacts(sha256="ab" * 32, format=Format.JPEG, width=900, height=383, bytes=51_291)
SEEN = Examined(facts=FACTS, whole=True, hidden=(HIDDEN,), looked_for="AI生成", visible=SIGHT, letters=20)


@pytest.fixture
def delivered(entry: MakeEntry) -> FileEntry:
    """A file of wechat.cover that `SEEN` fits in everything."""
    return replace(entry(), label="AI生成, TC260:AIGC")


def _case(entry: FileEntry | None, path: Path = PATH) -> Case:
    if entry is None:
        return Case(path=path)
    claim = Claim(manifest=path.parent.parent / "manifest.json", spec="week12", simulated=False, entry=entry)
    return Case(path=path, claim=claim, asset=entry.asset, slot=entry.slot, spec="week12")


def _found(entry: FileEntry | None, seen: Examined, path: Path = PATH) -> list[tuple[str, Grade]]:
    case = _case(entry, path)
    return [(item.code, item.grade) for item in judge(case, wanted_slot(case, CATALOG, None), seen)]


def _faults(entry: FileEntry | None, seen: Examined, path: Path = PATH) -> list[str]:
    return [code for code, grade in _found(entry, seen, path) if grade is Grade.FAULT]


def _seen(**facts: object) -> Examined:
    return replace(SEEN, facts=replace(FACTS, **facts))  # type: ignore[arg-type] # each test gives what fits


def _hidden(**values: str) -> Found:
    label = replace(LABEL, **values)
    return Found(place=Place.XMP, text=label.json(), label=label)


def test_a_file_as_it_was_delivered_has_no_findings(delivered: FileEntry) -> None:
    assert _found(delivered, SEEN) == []


def test_a_changed_file_is_told_by_its_hash_alone(delivered: FileEntry) -> None:
    assert _faults(delivered, _seen(sha256="ef" * 32)) == ["changed"]


def test_a_manifest_that_belies_the_file_it_hashes_is_at_fault(delivered: FileEntry) -> None:
    assert _faults(replace(delivered, bytes=5), SEEN) == ["manifest_wrong"]


def test_a_file_with_another_end_is_at_fault(delivered: FileEntry) -> None:
    assert _faults(delivered, replace(SEEN, whole=False)) == ["not_whole"]
    assert _faults(None, replace(SEEN, whole=False)) == []


@pytest.mark.parametrize(
    ("name", "kind", "codes"),
    [
        ("a.cover.jpeg", Format.JPEG, []),
        ("a.cover.JPG", Format.JPEG, []),
        ("a.cover.png", Format.PNG, []),
        ("a.cover.png", Format.JPEG, ["ending"]),
        ("cover", Format.JPEG, ["ending"]),
        ("a.cover.webp", Format.WEBP, ["format"]),
    ],
)
def test_ending_and_format_are_held_against_the_bytes(name: str, kind: Format, codes: list[str]) -> None:
    assert _faults(None, _seen(format=kind), PATH.with_name(name)) == codes


def test_pixels_are_exact(delivered: FileEntry) -> None:
    entry = replace(delivered, width=901)

    assert _faults(entry, _seen(width=901)) == ["pixels"]


@pytest.mark.parametrize(("height", "codes"), [(1440, []), (1441, ["pixels"])])
def test_a_free_height_follows_the_crop(delivered: FileEntry, height: int, codes: list[str]) -> None:
    entry = replace(
        delivered, slot="wechat.inline", width=1080, height=height, crop=(0, 0, 1536, 2048), label="none: own"
    )
    seen = replace(_seen(width=1080, height=height), hidden=(), looked_for=None, visible=None)

    assert _faults(entry, seen) == codes
    assert _faults(replace(entry, crop=(0, 0, 0, 5)), seen) == []
    assert _faults(replace(entry, crop=(0, 0, 10**400, 10**400)), seen) == ["pixels"]


def test_a_sure_limit_is_a_fault_and_a_doubtful_one_a_warning() -> None:
    slot = CATALOG["wechat.thumb"]
    seen = _seen(width=360, height=200, bytes=64_001)
    case = Case(path=PATH)
    doubtful = replace(slot, bytes_confidence=Confidence.LOW)

    sure, unsure = (judge(case, wanted_slot(case, CATALOG, one), seen) for one in (slot, doubtful))

    assert [(item.code, item.grade) for item in sure] == [("bytes", Grade.FAULT)]
    assert [(item.code, item.grade) for item in unsure] == [("bytes", Grade.WARNING)]


def test_a_slot_that_is_not_known_here_is_a_warning(delivered: FileEntry) -> None:
    assert _found(replace(delivered, slot="own.slot"), SEEN) == [("slot_unknown", Grade.WARNING)]


@pytest.mark.parametrize(
    ("sight", "code"),
    [
        (None, "label_missing"),
        (replace(SIGHT, letters=18), "label_small"),
        (replace(SIGHT, contrast=4.4), "label_faint"),
        (replace(SIGHT, box=(800, 330, 860, 360)), "label_covered"),
    ],
)
def test_the_visible_label_is_there_and_large_and_plain_and_clear(
    delivered: FileEntry, sight: Sighting | None, code: str
) -> None:
    assert _faults(delivered, replace(SEEN, visible=sight)) == [code]


def test_a_pixel_lost_to_compression_is_no_fault(delivered: FileEntry) -> None:
    sight = replace(SIGHT, letters=19)

    assert _found(delivered, replace(SEEN, visible=sight)) == []


def test_what_the_platform_covers_is_not_clear(delivered: FileEntry) -> None:
    slot = replace(CATALOG["wechat.cover"], keep_in=None, covered=(Box(0.0, 0.5, 1.0, 1.0),))
    case = _case(delivered)

    assert [item.code for item in judge(case, wanted_slot(case, CATALOG, slot), SEEN)] == ["label_covered"]


@pytest.mark.parametrize(
    ("hidden", "code"),
    [
        ((), "hidden_missing"),
        ((HIDDEN, HIDDEN), "hidden_many"),
        ((Found(place=Place.XMP, text="{", label=None),), "hidden_invalid"),
        ((_hidden(content_producer=""),), "hidden_invalid"),
        ((_hidden(produce_id="名"),), "hidden_invalid"),
        ((replace(HIDDEN, text=HIDDEN.text + "名"),), "hidden_invalid"),
    ],
)
def test_one_valid_hidden_label_is_due(delivered: FileEntry, hidden: tuple[Found, ...], code: str) -> None:
    assert _faults(delivered, replace(SEEN, hidden=hidden)) == [code]


@pytest.mark.parametrize(
    ("hidden", "code"),
    [(_hidden(label="2"), "hidden_label"), (_hidden(produce_id="ef" * 16), "hidden_produce_id")],
)
def test_other_words_are_the_provider_s_own_only_in_an_unchanged_file(
    delivered: FileEntry, hidden: Found, code: str
) -> None:
    seen = replace(SEEN, hidden=(hidden,))
    changed = replace(seen, facts=replace(FACTS, sha256="ef" * 32))

    assert _found(delivered, seen) == [(code, Grade.WARNING)]
    assert _faults(delivered, changed) == ["changed", code]


def test_where_the_manifest_says_none_none_may_be_hidden(delivered: FileEntry) -> None:
    entry = replace(delivered, label="none: the author's own picture")
    bare = replace(SEEN, hidden=(), looked_for=None, visible=None)

    assert _found(entry, bare) == []
    assert _faults(entry, replace(bare, hidden=(HIDDEN,))) == ["hidden_unwanted"]


def test_where_nobody_knows_about_labels_two_are_still_one_too_many(delivered: FileEntry) -> None:
    unknown = replace(delivered, label="unknown: the file was changed by hand")
    seen = replace(SEEN, looked_for=None, visible=None)
    broken = Found(place=Place.EXIF, text="{", label=None)

    assert _found(unknown, seen) == [("label_unknown", Grade.WARNING)]
    assert _found(None, seen) == []
    assert _faults(None, replace(seen, hidden=(HIDDEN, HIDDEN))) == ["hidden_many"]
    assert _faults(None, replace(seen, hidden=(broken,))) == ["hidden_invalid"]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("AI生成, TC260:AIGC", "AI生成"),
        ("由 AI 生成, TC260:AIGC", "由 AI 生成"),
        ("AI生成", None),
        ("none: label: none in the spec", None),
        ("Al生成, TC260:AIGC", None),
        ("AI生成" + "x" * 100 + ", TC260:AIGC", None),
        ("AI生成\x1b[2J, TC260:AIGC", None),
    ],
)
def test_the_text_to_look_for_is_what_a_label_can_say(
    delivered: FileEntry, words: str, text: str | None
) -> None:
    claim = _case(replace(delivered, label=words)).claim

    assert label_text(claim) == text
    assert label_text(None) is None


def test_the_slot_is_the_option_s_then_the_manifest_s_then_the_name_s(delivered: FileEntry) -> None:
    option = CATALOG["x.post"]

    said = wanted_slot(_case(delivered), CATALOG, option)
    told = wanted_slot(_case(delivered), CATALOG, None)
    spelled = wanted_slot(_case(None, Path("/a/wechat/03-a.b.thumb.png")), CATALOG, None)
    none = wanted_slot(_case(None, Path("/a/photos/cover.png")), CATALOG, None)

    assert (said.slot, said.said_by) == (option, SlotFrom.OPTION)
    assert (told.slot, told.said_by) == (CATALOG["wechat.cover"], SlotFrom.MANIFEST)
    assert (spelled.slot, spelled.said_by) == (CATALOG["wechat.thumb"], SlotFrom.NAME)
    assert (none.slot, none.said_by) == (None, None)


def test_a_picture_that_no_manifest_names_beside_one_is_a_warning() -> None:
    case = Case(path=PATH, strange=True)

    assert [item.code for item in judge(case, wanted_slot(case, CATALOG, None), SEEN)] == ["not_named"]


def test_the_slots_that_a_picture_fits_are_told() -> None:
    assert fitting(CATALOG, _seen(width=1600, height=900)) == ("zhihu.cover", "x.post")
    assert fitting(CATALOG, _seen(width=77, height=77)) == ()
    assert "wechat.inline" in fitting(CATALOG, _seen(width=1080, height=4000))


@pytest.mark.parametrize("lack", list(Lack))
def test_every_lack_is_a_fault_in_words(lack: Lack) -> None:
    finding = lacking(Case(path=PATH, lack=lack, reason="why", asset="w/a/b", slot="x.post"))

    assert (finding.code, finding.grade) == (lack.value, Grade.FAULT)
    assert len(finding.message.split()) > 3
