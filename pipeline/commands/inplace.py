"""Which written files still show a generation: another picture may lie in their place since."""

from pipeline.history.records import Delivered
from pipeline.history.search import Dossier
from pipeline.storage import sha256_file
from pipeline.wiring import Place


def files_in_place(at: Place, dossier: Dossier) -> tuple[Delivered, ...]:
    """The files of a dossier that lie where they were written, unchanged."""
    return tuple(file for file in dossier.files if _lies(at, file))


def _lies(at: Place, file: Delivered) -> bool:
    try:
        return sha256_file(at.home.root / file.path) == file.sha256
    except OSError:
        return False
