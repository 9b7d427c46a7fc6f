"""Every slot of an asset: the file that lies there, what is wrong with it, its crop in the master."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.delivery.evidence import Case, Claim
from pipeline.delivery.findings import Finding
from pipeline.delivery.labelling import carries_labels, label_text
from pipeline.delivery.layout import MANIFEST
from pipeline.delivery.verify import SlotFrom, Wanted, judge
from pipeline.errors import PictureError
from pipeline.history.records import Delivered, Master
from pipeline.home import Home
from pipeline.plan.masters import GOOD_SHARE
from pipeline.plan.model import SlotPlan
from pipeline.platforms.model import Slot
from pipeline.render.examine import Examined, examine
from pipeline.render.facts import bytes_in_words
from pipeline.render.geometry import PixelBox
from pipeline.review.asset import Seen
from pipeline.review.snippets import CropYaml, crop_yaml
from pipeline.spec.aim import Whose, spelt
from pipeline.spec.model import Focus
from pipeline.spec.whereabouts import focus_marks
from pipeline.stages.handover import entry_of

_KEPT = 256
"""Examined files that are remembered; examining one takes longer than a page should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotView:
    """One slot of one asset. `file` None: none lies there that shows what the spec asks now.

    `size` and `limit` in words, `limit` empty where none is known. `window` is the crop in pixels of the
    master, `kept` its share of the picture, `subject_kept` that of the subject (0..1, None: none is known),
    `focus` its centre in 0..1 of the master, `whose` who says so. `line`: where the spec sets it itself, for
    which `yaml` would stand there instead. `labelled`: the file is to carry the AI labels.
    """

    slot: Slot
    file: Delivered | None
    findings: tuple[Finding, ...]
    label: str
    labelled: bool
    size: str
    limit: str
    window: PixelBox
    kept: float
    subject_kept: float | None
    focus: Focus
    whose: Whose
    line: int | None
    yaml: CropYaml

    @property
    def point(self) -> str:
        """The focus as it is typed."""
        return spelt(self.focus)

    @property
    def spec_decides(self) -> bool:
        """Whether the spec says where it is centred, and no newer word does."""
        return self.whose is Whose.SPEC

    @property
    def cut(self) -> bool:
        """Whether less than half of the picture or of its subject is left, in a slot that is cropped."""
        shares = (self.kept, 1.0 if self.subject_kept is None else self.subject_kept)
        return self.slot.height is not None and min(shares) < GOOD_SHARE

    @property
    def over(self) -> bool:
        """Whether the file has more bytes than its slot takes."""
        return any(finding.code == "bytes" for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsView:
    """The slots of an asset over their master. `version` is what a new focus must carry."""

    master: Master
    slots: tuple[SlotView, ...]
    version: int


Examiner = Callable[[Path, str, str | None], Examined | PictureError]


def examiner() -> Examiner:
    """Reads a file by path, hash and label text, and remembers what it is."""

    @lru_cache(maxsize=_KEPT)
    def read(path: Path, sha256: str, text: str | None) -> Examined | PictureError:
        del sha256  # only part of what is remembered: other bytes at the same path are read again
        try:
            return examine(path, text=text)
        except PictureError as error:
            return error

    return read


def view_slots(home: Home, seen: Seen, read: Examiner) -> SlotsView | None:
    """Every slot of an asset; None while it has no picture."""
    master = seen.action.master
    if master is None:
        return None
    files = {file.slot: file for file in seen.outcome.files}
    marks = focus_marks(seen.spec, seen.image, seen.image.slots)
    slots = []
    for plan in seen.action.slots:
        mark = marks.get(plan.slot.id)
        file = files.get(plan.slot.id)
        slots.append(_slot(home, seen, master, plan, file, mark.line if mark else None, read))
    words = seen.facts.known.focus_points.get(seen.image.key, ())
    return SlotsView(master=master, slots=tuple(slots), version=len(words))


def _slot(
    home: Home,
    seen: Seen,
    master: Master,
    plan: SlotPlan,
    file: Delivered | None,
    line: int | None,
    read: Examiner,
) -> SlotView:
    slot, focus = plan.slot, plan.aim.focus or _centre(plan.fit.box, master)
    return SlotView(
        slot=slot,
        file=file,
        findings=() if file is None else _findings(home, seen, slot, file, read),
        label="" if file is None else file.label,
        labelled=file is not None and carries_labels(file.label),
        size="" if file is None else bytes_in_words(file.bytes),
        limit="" if slot.max_bytes is None else bytes_in_words(slot.max_bytes),
        window=plan.fit.box,
        kept=plan.fit.kept,
        subject_kept=plan.fit.subject_kept,
        focus=focus,
        whose=plan.aim.whose,
        line=line,
        yaml=crop_yaml(seen.image, slot.id, focus),
    )


def _centre(window: PixelBox, master: Master) -> Focus:
    left, top, right, bottom = window
    across, down = (left + right) / 2 / master.width, (top + bottom) / 2 / master.height
    return Focus(round(across, 3), round(down, 3), said=True)


def _findings(home: Home, seen: Seen, slot: Slot, file: Delivered, read: Examiner) -> tuple[Finding, ...]:
    """What `verify` would say about a delivered file."""
    path = home.root / file.path
    manifest = path.parent.parent / MANIFEST
    entry = entry_of(seen.outcome, file, path.relative_to(manifest.parent).as_posix())
    claim = Claim(manifest=manifest, spec=file.spec, simulated=seen.simulated, entry=entry)
    found = read(path, file.sha256, label_text(claim))
    if isinstance(found, PictureError):
        return (Finding(code="unreadable", message=found.message.removeprefix(f"{path}: ")),)
    case = Case(path=path, claim=claim, asset=file.asset, slot=slot.id, spec=file.spec)
    return judge(case, Wanted(slot=slot, said_by=SlotFrom.MANIFEST), found)
