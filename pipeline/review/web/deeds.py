"""What the buttons do. Each is one decision on the version that was seen, then the files are made again."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.errors import UsageError
from pipeline.history.records import Marked
from pipeline.history.states import Resolution
from pipeline.review.asset import provider_for
from pipeline.review.decisions import centre, generation_of, settle
from pipeline.review.web.forms import Form, number_in, posting
from pipeline.review.web.rendering import rendered, selected, serving, undone
from pipeline.review.web.site import Site, go
from pipeline.review.workshop import Reach
from pipeline.safekeeping.trash import take_out, throw_away
from pipeline.stages.deciding import centre_back, image_of


@dataclass(frozen=True, slots=True)
class Deeds:
    """Every change but those that pay."""

    site: Site

    def routes(self) -> Iterator[Route]:
        """Each with its address."""
        keys = self.site.keys
        yield posting("/select/{asset:path}", self.select, keys)
        yield posting("/reject/{number}", self.reject, keys)
        yield posting("/allow/{number}", self.allow, keys)
        yield posting("/undo/{asset:path}", self.undo, keys)
        yield posting("/note/{number}", self.note, keys)
        yield posting("/note-asset/{asset:path}", self.note_asset, keys)
        yield posting("/unnote/{number}", self.unnote, keys)
        yield posting("/unnote-asset/{asset:path}", self.unnote_asset, keys)
        yield posting("/focus/{asset:path}", self.focus, keys)
        yield posting("/focus-back/{asset:path}", self.focus_back, keys)
        yield posting("/resolve/{number}", self.resolve, keys)
        yield posting("/trash/{number}", self.trash, keys)
        yield posting("/restore/{number}", self.restore, keys)

    def select(self, request: Request, form: Form) -> Response:
        """An asset shows this generation from now on; its files are made at once."""
        asset = request.path_params["asset"]
        number, version, pin = form.number("generation"), form.number("version"), bool(form.text("pin"))
        said = "pinned" if pin else "selected"
        return selected(
            self.site,
            asset,
            Marked(number, version),
            lambda _: go(f"/assets/{asset}", said=said, at=f"g{number}"),
            pin=pin,
        )

    def reject(self, request: Request, form: Form) -> Response:
        """This picture never again, for anyone."""
        number = number_in(request.path_params["number"])
        item = generation_of(self.site.library, number)
        self.site.library.memory.reject([Marked(number, form.number("version"))], at=self.site.now())
        return go(f"/assets/{form.text('asset') or item.asset}", said="rejected", at=f"g{number}")

    def allow(self, request: Request, form: Form) -> Response:
        """The rejection is taken back; where the asset shows the picture again, its files are made."""
        number, library = number_in(request.path_params["number"]), self.site.library
        item = generation_of(library, number)
        asset = form.text("asset") or item.asset
        library.memory.take_rejection_back([Marked(number, form.number("version"))], at=self.site.now())
        return rendered(
            self.site,
            asset,
            serving(self.site, asset, number),
            lambda: go(f"/assets/{asset}", said="allowed", at=f"g{number}"),
        )

    def undo(self, request: Request, form: Form) -> Response:
        """The newest word on an asset is taken back, and its files are made as the word before has it."""
        asset = request.path_params["asset"]
        word = self.site.library.memory.undo(asset, at=self.site.now(), expected=form.number("version"))
        if word is None:
            return go(f"/assets/{asset}", said="nothing")
        return undone(
            self.site, asset, word, lambda said: go(f"/assets/{asset}", said=said, at=f"g{word.generation}")
        )

    def note(self, request: Request, form: Form) -> Response:
        """Words on a generation."""
        number = number_in(request.path_params["number"])
        self.site.library.memory.note(number, form.text("text"), at=self.site.now())
        return go(f"/assets/{form.text('asset')}", said="noted", at=f"g{number}")

    def note_asset(self, request: Request, form: Form) -> Response:
        """Words on an asset."""
        asset = request.path_params["asset"]
        self.site.library.memory.note(asset, form.text("text"), at=self.site.now())
        return go(f"/assets/{asset}", said="noted", at="notes")

    def unnote(self, request: Request, form: Form) -> Response:
        """A note on a generation is taken back."""
        number = number_in(request.path_params["number"])
        self.site.library.memory.remove_note(number, form.text("text"), at=self.site.now())
        return go(f"/assets/{form.text('asset')}", said="unnoted", at=f"g{number}")

    def unnote_asset(self, request: Request, form: Form) -> Response:
        """A note on an asset is taken back."""
        asset = request.path_params["asset"]
        self.site.library.memory.remove_note(asset, form.text("text"), at=self.site.now())
        return go(f"/assets/{asset}", said="unnoted", at="notes")

    def focus(self, request: Request, form: Form) -> Response:
        """A slot is centred somewhere else; its file is made at once."""
        asset, slot = request.path_params["asset"], form.text("slot")
        typed = "auto" if form.text("auto") else form.text("point")
        provider = provider_for(self.site.library, asset)
        with self.site.workshop.bench(_spec(asset), Reach.WORK, provider) as bench:
            centre(bench, asset, slot, typed, version=form.number("version"), at=self.site.now())
        return rendered(self.site, asset, provider, lambda: go(f"/slots/{asset}", said="centred", at=slot))

    def focus_back(self, request: Request, form: Form) -> Response:
        """The newest word on a slot's focus is taken back: what counted before counts again."""
        asset, slot = request.path_params["asset"], form.text("slot")
        provider = provider_for(self.site.library, asset)
        with self.site.workshop.bench(_spec(asset), Reach.WORK, provider) as bench:
            image = image_of(bench.spec, asset)
            centre_back(bench.studio, image, slot, at=self.site.now(), expected=form.number("version"))
        return rendered(
            self.site, asset, provider, lambda: go(f"/slots/{asset}", said="centred_back", at=slot)
        )

    def resolve(self, request: Request, form: Form) -> Response:
        """An order in doubt is settled as the author says."""
        number = number_in(request.path_params["number"])
        ways = {way.value: way for way in Resolution}
        if form.text("how") not in ways:
            raise UsageError("say what becomes of it")
        item = settle(self.site.library, number, ways[form.text("how")], at=self.site.now())
        return go(f"/assets/{item.asset}", said="settled", at=f"g{number}")

    def trash(self, request: Request, form: Form) -> Response:
        """Out of sight, and out of reuse."""
        del form
        number = number_in(request.path_params["number"])
        library = self.site.library
        throw_away(library.home, library.search, library.memory, [number], at=self.site.now())
        return go(f"/pictures/{number}", said="trashed")

    def restore(self, request: Request, form: Form) -> Response:
        """Back in sight."""
        del form
        number = number_in(request.path_params["number"])
        library = self.site.library
        take_out(library.home, library.search, library.memory, [number], at=self.site.now())
        return go(f"/pictures/{number}", said="restored")


def _spec(asset: str) -> str:
    return asset.partition("/")[0]
