"""Pictures, served by the hash of what is in them and by nothing else: no path comes from an address."""

import hashlib
import re
import threading
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from pipeline.errors import PipelineError
from pipeline.history.records import Delivered
from pipeline.platforms.model import Format
from pipeline.render.thumbnail import thumbnail
from pipeline.review.web.site import Site
from pipeline.storage import leads_out

_HASH = re.compile(r"[0-9a-f]{64}")
_TYPES = {Format.JPEG.value: "image/jpeg", Format.PNG.value: "image/png", Format.WEBP.value: "image/webp"}
_FOREVER = {"cache-control": "private, max-age=31536000, immutable"}
_AT_ONCE = 2
"""Masters decoded at once for their small pictures: a large one takes a few hundred megabytes."""


class Images:
    """The store's pictures, small ones of them, and delivered files."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def thumb(self, request: Request) -> Response:
        """The small picture of a master; made at the first look."""
        sha256 = _hash(request)
        root = self._site.library.home.data / "thumbs"
        small = root / sha256[:2] / f"{sha256[2:]}.webp"
        if not small.is_file():
            with self._turns:
                try:
                    small = thumbnail(self._master(sha256), root, sha256)
                except (PipelineError, HTTPException):
                    return self._missing()
        return FileResponse(small, media_type="image/webp", headers=_FOREVER)

    def blob(self, request: Request) -> Response:
        """A master as it came."""
        path = self._master(_hash(request))
        return FileResponse(path, media_type=_TYPES[path.suffix.removeprefix(".")], headers=_FOREVER)

    def file(self, request: Request) -> Response:
        """A delivered file that lies where it was written, with the bytes that the address names."""
        sha256 = _hash(request)
        spec = request.path_params["spec"]
        rows = self._site.library.queries.written_as(spec, sha256)
        data = next((data for row in rows if (data := self._bytes(row, sha256)) is not None), None)
        if data is None:
            raise HTTPException(404)
        body, kind = data
        return Response(body, media_type=kind, headers=_FOREVER)

    def _bytes(self, row: Delivered, sha256: str) -> tuple[bytes, str] | None:
        """What lies at a written path, where it is just that content."""
        home = self._site.library.home
        path = home.root / row.path
        kind = _TYPES.get(row.format)
        if kind is None or leads_out(home.output(simulated=False), path):
            return None
        try:
            data = path.read_bytes()
        except OSError:
            return None
        return (data, kind) if hashlib.sha256(data).hexdigest() == sha256 else None

    def _missing(self) -> Response:
        """What stands where a picture should be; nothing remembers it, a backup may bring the picture."""
        return Response(
            self._site.templates.get_template("missing.svg").render(), 404, media_type="image/svg+xml"
        )

    def _master(self, sha256: str) -> Path:
        store = self._site.library.store
        for ending in _TYPES:
            if store.has(sha256, ending) and not leads_out(store.root, store.path(sha256, ending)):
                return store.path(sha256, ending)
        raise HTTPException(404)


def _hash(request: Request) -> str:
    said: str = request.path_params["sha256"]
    if not _HASH.fullmatch(said):
        raise HTTPException(404)
    return said
