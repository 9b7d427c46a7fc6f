"""The home: the folder that holds history, pictures and deliveries. Knows paths, nothing in them."""

from dataclasses import dataclass
from pathlib import Path

_MARKS = (Path("data") / "history.db", Path("configs") / "settings.yaml")


@dataclass(frozen=True, slots=True)
class Home:
    """Every path the program writes to, below one root (absolute).

    `beside` is the folder of a history that lies elsewhere: the locks of its runs and the answers that wait
    for its rows belong to it, not to the home.
    """

    root: Path
    beside: Path | None = None

    @property
    def data(self) -> Path:
        """The record: database, masters, logs, locks."""
        return self.root / "data"

    @property
    def database(self) -> Path:
        """The history, unless `PIPELINE_DATABASE_URL` says otherwise."""
        return self.data / "history.db"

    @property
    def blobs(self) -> Path:
        """Masters, by SHA-256."""
        return self.data / "blobs"

    @property
    def logs(self) -> Path:
        """One file a day."""
        return self.data / "logs"

    @property
    def runs(self) -> Path:
        """One lock file a run."""
        return (self.beside or self.data) / "runs"

    @property
    def inbox(self) -> Path:
        """Bodies of synchronous calls and downloads, until their rows are written."""
        return (self.beside or self.data) / "inbox"

    @property
    def ballast(self) -> Path:
        """Room kept for a task id when the disk is full."""
        return self.data / "ballast"

    @property
    def simulator(self) -> Path:
        """The tasks of the simulator that a run starts by itself."""
        return self.data / "simulator"

    @property
    def configs(self) -> Path:
        """Settings, styles, and the author's own slots."""
        return self.root / "configs"

    def output(self, *, simulated: bool) -> Path:
        """Where deliveries go; simulated ones apart, so that they never replace a real file."""
        return self.root / "output" / "simulated" if simulated else self.root / "output"

    def relative(self, path: Path) -> str:
        """`path` as it is shown and stored: relative to the root, with forward slashes."""
        return path.relative_to(self.root).as_posix()

    def kept(self, path: Path) -> str:
        """`path` as the history keeps it: relative where it lies in the home, so that the home can move."""
        return self.relative(path) if path.is_relative_to(self.root) else str(path)

    def found(self, kept: str) -> Path:
        """Where a kept path leads from this home."""
        return self.root / kept


def find_home(start: Path, *, named: Path | None = None, fallback: Path | None = None) -> Home:
    """The home of a command.

    `named` (flag or environment) wins; else the nearest folder from `start` upwards that holds the
    history or the settings; else `fallback` (the working directory; `start` when not given).
    """
    if named is not None:
        return Home(named.resolve())
    start = start.resolve()
    for folder in (start, *start.parents):
        if any((folder / mark).is_file() for mark in _MARKS):
            return Home(folder)
    return Home((fallback or start).resolve())
