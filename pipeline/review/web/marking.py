"""What is decided on several pictures of a grid at once: all that were marked, or none of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pipeline.errors import UsageError
from pipeline.history.records import Generation, Marked
from pipeline.history.states import State
from pipeline.review.decisions import generation_of
from pipeline.review.web.forms import Form, number_in, posting
from pipeline.review.web.lookup import read_back
from pipeline.review.web.rendering import selected, undone
from pipeline.review.web.site import Site
from pipeline.review.words import WORDS
from pipeline.safekeeping.trash import take_out, throw_away

REVERSED = {
    "reject": "allow",
    "allow": "reject",
    "trash": "restore",
    "restore": "trash",
    "select": "unselect",
    "note": "unnote",
}
"""By what was done, what undoes it."""


class _Decision(Protocol):
    def __call__(self, marked: Sequence[Marked], *, at: datetime) -> None:
        """Say something of several pictures, all or none."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """What was just done to how many pictures, and the form that takes it back.

    `words`: under which name the note that was written is told, where it was one.
    """

    done: str
    marks: tuple[str, ...]
    words: str

    @property
    def deed(self) -> str | None:
        """The name of what takes it back, None for what is taken back elsewhere."""
        return REVERSED.get(self.done)


@dataclass(frozen=True, slots=True)
class Marking:
    """Decisions on what was ticked in a grid, or on the one picture whose own button was pressed."""

    site: Site

    def routes(self) -> Iterator[Route]:
        """Each with its address."""
        deeds = {
            "reject": self.reject,
            "allow": self.allow,
            "trash": self.trash,
            "restore": self.restore,
            "note": self.note,
            "unnote": self.unnote,
            "select": self.select,
            "unselect": self.unselect,
        }
        for name, deed in deeds.items():
            yield posting(f"/marked/{name}", deed, self.site.keys)

    def reject(self, request: Request, form: Form) -> Response:
        """These pictures never again; attempts without one are passed over."""
        del request
        return self._decide(
            form, "reject", self.site.library.memory.reject, changes=lambda it: not it.rejected
        )

    def allow(self, request: Request, form: Form) -> Response:
        """Rejections are taken back."""
        del request
        library = self.site.library
        return self._decide(form, "allow", library.memory.take_rejection_back, changes=lambda it: it.rejected)

    def trash(self, request: Request, form: Form) -> Response:
        """Out of sight, and out of reuse."""
        del request
        library, numbers = self.site.library, self._lying(form, thrown=False)
        throw_away(library.home, library.search, library.memory, numbers, at=self.site.now())
        return self._back(form, "trash", numbers)

    def restore(self, request: Request, form: Form) -> Response:
        """Back in sight."""
        del request
        library, numbers = self.site.library, self._lying(form, thrown=True)
        take_out(library.home, library.search, library.memory, numbers, at=self.site.now())
        return self._back(form, "restore", numbers)

    def note(self, request: Request, form: Form) -> Response:
        """The same words on each."""
        del request
        marked, text = [one.generation for one in _marked(form)], form.text("text")
        noted = self.site.library.memory.note_each(marked, text, at=self.site.now())
        if not noted:
            raise UsageError(WORDS.nothing_to_decide)
        return self._back(form, "note", noted, words=self.site.told.keep(text))

    def unnote(self, request: Request, form: Form) -> Response:
        """The note that was written on each goes, and no other."""
        del request
        numbers, text = [one.generation for one in _marked(form)], self.site.told.read(form.text("words"))
        if text is None:
            raise UsageError(WORDS.nothing_to_decide)
        for number in numbers:
            self.site.library.memory.remove_note(number, text, at=self.site.now())
        return self._back(form, "unnote", numbers)

    def select(self, request: Request, form: Form) -> Response:
        """The asset that asked for this picture shows it from now on; the mark has the asset's version."""
        del request
        mark = _only(form)
        item = self._generation(mark)
        return selected(
            self.site,
            item.asset,
            mark,
            lambda version: _go_back(form, "select", [f"{item.id}-{version}"]),
        )

    def unselect(self, request: Request, form: Form) -> Response:
        """The newest word on the asset that asked for this picture is taken back."""
        del request
        mark = _only(form)
        asset = self._generation(mark).asset
        word = self.site.library.memory.undo(asset, at=self.site.now(), expected=mark.version)
        if word is None:
            return _go_back(form, "unselect", [str(mark.generation)])
        return undone(
            self.site, asset, word, lambda said: _go_back(form, "unselect", [str(mark.generation)], said)
        )

    def _decide(
        self, form: Form, done: str, decide: _Decision, *, changes: Callable[[Generation], bool]
    ) -> Response:
        """Decide on those that it changes; the others are not named, and an undo leaves them alone."""
        items = {one: self._generation(one) for one in _marked(form)}
        marked = [one for one, item in items.items() if item.state is State.STORED and changes(item)]
        if not marked:
            raise UsageError(WORDS.nothing_to_decide)
        decide(marked, at=self.site.now())
        return self._back(form, done, [one.generation for one in marked])

    def _lying(self, form: Form, *, thrown: bool) -> list[int]:
        """Those marked that lie in the trash, or do not."""
        marked = [one.generation for one in _marked(form) if self._generation(one).trashed is thrown]
        if not marked:
            raise UsageError(WORDS.nothing_to_decide)
        return marked

    def _generation(self, marked: Marked) -> Generation:
        return generation_of(self.site.library, marked.generation)

    def _back(self, form: Form, done: str, numbers: Sequence[int], words: str = "") -> Response:
        versions = self.site.library.gallery.versions_of_generations(numbers)
        return _go_back(form, done, [f"{number}-{versions[number]}" for number in numbers], words=words)


def _go_back(form: Form, done: str, marks: Sequence[str], told: str = "", words: str = "") -> Response:
    """To the grid as it was, with what was done and how to take it back; `told`: with a sentence instead."""
    path = str(read_back(form.text("back")))
    what = {"done": done, "marks": " ".join(marks)} | ({"words": words} if words else {})
    said = urlencode({"said": told} if told else what)
    at = f"#g{marks[0].partition('-')[0]}" if len(marks) == 1 else ""
    return RedirectResponse(f"{path}{'&' if '?' in path else '?'}{said}{at}", status_code=303)


def undoing_of(request: Request) -> Undoing | None:
    """What the address says was just done; None where it says nothing that can be read."""
    done, marks = request.query_params.get("done", ""), request.query_params.get("marks", "").split()
    if done not in WORDS.done_many or not marks:
        return None
    return Undoing(done, tuple(marks), request.query_params.get("words", ""))


def _marked(form: Form) -> tuple[Marked, ...]:
    """The picture whose own button was pressed, else all that were ticked. Raises UsageError for none."""
    marks = (form.text("one"),) if form.text("one") else form.every("marked")
    if not marks:
        raise UsageError(WORDS.nothing_marked)
    return tuple(sorted((_mark(mark) for mark in dict.fromkeys(marks)), key=lambda one: one.generation))


def _only(form: Form) -> Marked:
    marks = _marked(form)
    if len(marks) > 1:
        raise UsageError(WORDS.one_only)
    return marks[0]


def _mark(text: str) -> Marked:
    number, _, version = text.partition("-")
    return Marked(number_in(number), number_in(version))
