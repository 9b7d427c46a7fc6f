"""Which written files still show a generation: another picture may lie in their place since."""

from pipeline.history.records import Delivered
from pipeline.history.search import Dossier
from pipeline.home import Home
from pipeline.storage import sha256_file


def files_in_place(home: Home, dossier: Dossier) -> tuple[Delivered, ...]:
    """The files of a dossier that lie where they were written, unchanged."""
    return tuple(file for file in dossier.files if _lies(home, file))


def _lies(home: Home, file: Delivered) -> bool:
    try:
        return sha256_file(home.root / file.path) == file.sha256
    except OSError:
        return False
