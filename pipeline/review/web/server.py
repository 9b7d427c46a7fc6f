"""The page on a port of this machine, until it is told to end. Nobody else can reach it."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import uvicorn

from pipeline.errors import UsageError
from pipeline.review.library import Library
from pipeline.review.slots import examiner
from pipeline.review.web.app import make_app
from pipeline.review.web.guard import Keys
from pipeline.review.web.jobs import Jobs
from pipeline.review.web.site import Site, templates
from pipeline.review.workshop import Workshop

LOOPBACK = "127.0.0.1"


class Server:
    """One start of the page. The port is taken when it is made, so that its address can be told first."""

    def __init__(
        self,
        library: Library,
        workshop: Workshop,
        *,
        port: int,
        now: Callable[[], datetime],
        per_page: int = 100,
    ) -> None:
        self._socket = _listening(port)
        keys = Keys(port=self._socket.getsockname()[1])
        self.jobs = Jobs(workshop)
        self.site = Site(
            library=library,
            workshop=workshop,
            jobs=self.jobs,
            keys=keys,
            templates=templates(workshop.settings.currency),
            examine=examiner(),
            now=now,
            per_page=per_page,
        )
        self.address = f"http://{LOOPBACK}:{keys.port}/?key={keys.entry}"
        config = uvicorn.Config(
            make_app(self.site),
            log_config=None,
            log_level="critical",  # a fault is told by the page and written to the log already
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=5,
        )
        self._server = _Server(config)

    def run(self, ready: Callable[[], None] | None = None) -> None:
        """Serve until `stop`; then wait for what is under way, which submits nothing more."""
        try:
            self.site.library.gallery.warm()  # no look at a long history waits then, the first one neither
            if ready is not None:
                ready()
            asyncio.run(self._server.serve(sockets=[self._socket]))
        finally:
            self.jobs.close()
            self._socket.close()

    def stop(self) -> None:
        """End `run`, from any thread; nothing more is submitted."""
        self._server.should_exit = True
        self.jobs.stop()

    def interrupt(self) -> None:
        """The same by a signal; the second waits for no answer either."""
        self._server.should_exit = True
        self.jobs.interrupt()


class _Server(uvicorn.Server):
    """Leaves the signals to who started it: uvicorn would end the process before its jobs are at rest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _listening(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((LOOPBACK, port))
        made.listen(128)
    except OSError as error:
        made.close()
        raise UsageError(
            f"port {port} cannot be used ({error.strerror})", next_step="pipeline review   (takes a free one)"
        ) from error
    return made
