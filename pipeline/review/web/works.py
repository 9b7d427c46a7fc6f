"""What takes a while: progress, stopping, and bringing in what is paid for."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.plan.model import Wishes
from pipeline.review.web.forms import Form, posting
from pipeline.review.web.jobs import Job, Kind, Order
from pipeline.review.web.site import Site, go
from pipeline.review.workshop import Reach
from pipeline.stages.underway import in_doubt, under_way


@dataclass(frozen=True, slots=True)
class Works:
    """Jobs and their pages."""

    site: Site

    def routes(self) -> Iterator[Route]:
        """Each with its address."""
        keys = self.site.keys
        yield posting("/collect/{spec}", self.collect, keys)
        yield posting("/stop/{job}", self.stop, keys)
        yield Route("/work", self.work)
        yield Route("/work/{job}.json", self.progress)
        yield Route("/work/{job}", self.job)

    def collect(self, request: Request, form: Form) -> Response:
        """Bring in what is paid for; nothing is bought. A spec that is gone keeps no picture out."""
        spec = request.path_params["spec"]
        asset = form.text("asset")
        job = self.site.jobs.start(
            Order(
                kind=Kind.COLLECT,
                about=spec,
                back=f"/assets/{asset}" if asset else "/work",
                provider="simulator" if form.text("provider") == "simulator" else "jimeng",
                reach=Reach.ASK,
                wishes=lambda _: Wishes(buy=False),
                spec=spec if self.site.workshop.has(spec) else None,
            )
        )
        return go(f"/work/{job.id}")

    def stop(self, request: Request, form: Form) -> Response:
        """Send nothing more."""
        del form
        job = self._job(request)
        job.stop()
        return go(f"/work/{job.id}")

    def work(self, request: Request) -> Response:
        """What goes on here, and what is stuck."""
        library = self.site.library
        return self.site.page(
            request,
            "work.html",
            jobs=self.site.jobs.running(),
            owed=under_way(library.ledger, library.home.inbox),
            doubtful=in_doubt(library.ledger),
        )

    def job(self, request: Request) -> Response:
        """One job as it stands."""
        return self.site.page(request, "job.html", job=self._job(request))

    def progress(self, request: Request) -> Response:
        """The same for the script: what was said so far, and whether it is done."""
        job = self._job(request)
        return JSONResponse({"done": job.done, "lines": job.lines})

    def _job(self, request: Request) -> Job:
        job = self.site.jobs.get(request.path_params["job"])
        if job is None:
            raise HTTPException(404)
        return job
