"""Make files from masters, side by side, and put each in its place. Order: temp file, row, rename.

The row comes before the rename, so that a file of ours is known as ours whenever the process dies; what
lies in the place and is not ours is never touched.
"""

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import IncompleteError, PictureError, PipelineError
from pipeline.failpoint import reach
from pipeline.history.records import Delivered, Generation, Master
from pipeline.plan.model import Action, Plan, SlotPlan, Work
from pipeline.render.renditions import Job, Press, Rendered, Unfit
from pipeline.spec.model import OwnFile
from pipeline.stages.mending import Mender, may_be_fetched
from pipeline.stages.studio import Studio
from pipeline.storage import folder_inside, leads_out, publish, sha256_file, temp_path, writing

_ASSETS_AT_ONCE = 4
"""They hash, sync and write rows; the cores and the decoded pictures are the press's to share out."""


def check_places(studio: Studio, plan: Plan) -> None:
    """Before anything is paid: whether the files of the plan could be written where they belong.

    Raises IncompleteError for a folder that leads elsewhere or cannot be written.
    """
    if not plan.purchases:
        return
    stems = {slot.stem for action in plan.actions for slot in action.slots if slot.work is Work.RENDER}
    for folder in sorted({(studio.home.root / stem).parent for stem in stems}):
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        if leads_out(studio.output, folder):
            folder_inside(studio.output, folder)  # says so
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            raise IncompleteError(
                f"{there} cannot be written: nothing was bought",
                next_step="make it writable, then type the same command again",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of one slot: the file that was written, or why there is none."""

    asset: str
    slot: str
    file: Delivered | None
    problem: str = ""
    code: str = ""
    next_step: str | None = None
    warning: str | None = None


class Renderer:
    """Renders assets in a few threads while pictures are still being made."""

    def __init__(self, studio: Studio, *, overwrite: bool) -> None:
        self._studio = studio
        self._overwrite = overwrite
        self._mender = Mender(studio)
        self._press = Press(workers=studio.render_threads)
        self._pool = ThreadPoolExecutor(max_workers=_ASSETS_AT_ONCE, thread_name_prefix="render")
        self._futures: list[Future[tuple[Made, ...]]] = []

    def start(self, action: Action, master: Master, generation: Generation | None) -> None:
        """Queue every file that an action has to make from its master."""
        self._futures.append(self._pool.submit(self._asset, action, master, generation))

    def finish(self, *, early: bool = False) -> tuple[Made, ...]:
        """Wait for all of it, `early` only for what has begun. A fault of ours in a thread is raised here."""
        self._end(drop=early)
        done = (future for future in self._futures if not future.cancelled())
        return tuple(made for future in done for made in future.result())

    def give_up(self) -> None:
        """Do not start what has not begun; what has is finished whole. Raises nothing."""
        self._end(drop=True)

    def _end(self, *, drop: bool) -> None:
        self._pool.shutdown(wait=True, cancel_futures=drop)
        self._press.close()

    def _asset(self, action: Action, master: Master, generation: Generation | None) -> tuple[Made, ...]:
        plans = action.to_render
        studio = self._studio
        source = action.image.source
        own = source.path if isinstance(source, OwnFile) else None
        try:
            if not self._mender.is_sound(master, generation, own):
                damaged = _damaged(studio, action, master, generation)
                return _all(action, plans, damaged, code="picture_damaged")
            folders = [folder_inside(studio.output, (studio.home.root / plan.stem).parent) for plan in plans]
            jobs = [
                Job(recipe=plan.recipe, target=temp_path(folder))
                for plan, folder in zip(plans, folders, strict=True)
                if plan.recipe is not None
            ]
            try:
                with writing(folders[0]):
                    results = self._press.render(studio.store.path(master.sha256, master.ending), jobs)
                return tuple(
                    self._place(action, plan, result, generation)
                    for plan, result in zip(plans, results, strict=True)
                )
            finally:
                for job in jobs:  # a full disk gets the room of those back that found no place
                    job.target.unlink(missing_ok=True)
        except PipelineError as error:
            return _all(action, plans, error)

    def _place(
        self, action: Action, plan: SlotPlan, result: Rendered | Unfit, generation: Generation | None
    ) -> Made:
        if isinstance(result, Unfit):
            return Made(
                asset=action.asset,
                slot=plan.slot.id,
                file=None,
                problem=result.message,
                code="unfit",
                next_step=f"pipeline platforms {plan.slot.platform}   (configs/platforms.yaml overrides)",
            )
        studio = self._studio
        path = studio.home.root / f"{plan.stem}.{result.format.value}"
        foreign = not self._overwrite and self._is_foreign(path, result.sha256)
        if foreign:
            result.path.unlink(missing_ok=True)
            return Made(
                asset=action.asset,
                slot=plan.slot.id,
                file=None,
                problem=f"{studio.home.relative(path)} is not ours, and was left alone",
                code="not_ours",
                next_step=f"move it away, or: pipeline run {action.shown}{action.flag} --overwrite",
            )
        file = _delivered(studio, action, plan, result, path, generation)
        reach("rendered")
        studio.memory.will_write(file)
        reach("noted")
        publish(result.path, path)
        reach("published")
        return Made(asset=action.asset, slot=plan.slot.id, file=file, warning=result.warning)

    def _is_foreign(self, path: Path, sha256: str) -> bool:
        """Whether something lies there that we never wrote (unless it is exactly what we would write)."""
        if not path.exists():
            return False
        lies = sha256_file(path)
        return lies != sha256 and not self._studio.queries.wrote(self._studio.home.relative(path), lies)


def _damaged(studio: Studio, action: Action, master: Master, generation: Generation | None) -> PictureError:
    """A picture in the store that is not what was bought. What costs nothing is named before what pays."""
    name = studio.home.relative(studio.store.path(master.sha256, master.ending))
    restore = "pipeline restore DIR --force"
    if generation is None:
        return PictureError(f"{name} is damaged", next_step=f"{restore}   (from a backup)")
    regenerate = f"pipeline regenerate {action.asset}{action.flag}"
    step = f"{regenerate}   (pays; or {restore}, from a backup)"
    if may_be_fetched(studio, generation):
        run = f"pipeline run {action.shown}{action.flag}"
        step = f"{run}   (asks for it again, for nothing; else {restore}, or {regenerate}, which pays)"
    said = "is damaged" if studio.provider is None else "is damaged, and could not be fetched again"
    return PictureError(f"{name} {said}", next_step=step)


def _all(
    action: Action, plans: Sequence[SlotPlan], error: PipelineError, *, code: str = "render_failed"
) -> tuple[Made, ...]:
    return tuple(
        Made(
            asset=action.asset,
            slot=plan.slot.id,
            file=None,
            problem=error.message,
            code=code,
            next_step=error.next_step,
        )
        for plan in plans
    )


def _delivered(
    studio: Studio,
    action: Action,
    plan: SlotPlan,
    result: Rendered,
    path: Path,
    generation: Generation | None,
) -> Delivered:
    recipe = result.recipe
    return Delivered(
        path=studio.home.relative(path),
        sha256=result.sha256,
        bytes=result.bytes,
        mtime_ns=result.path.stat().st_mtime_ns,
        spec=action.spec,
        asset=action.asset,
        slot=plan.slot.id,
        rendition=recipe.key,
        generation=generation.id if generation else None,
        provider=generation.provider if generation else "own",
        master=recipe.master,
        width=result.width,
        height=result.height,
        format=result.format.value,
        crop=recipe.box,
        scale=round(recipe.scale, 4),
        label=label_words(action, recipe.label.text if recipe.label else None),
        at=studio.clock.now(),
    )


def label_words(action: Action, drawn: str | None) -> str:
    """What the manifest says about the label: what was drawn and written, or whose choice it was."""
    if drawn is not None:
        return f"{drawn}, TC260:AIGC"
    return "none: the author's own picture" if not action.ai else "none: label: none in the spec"
