"""How benchmarks run the program as its users do, and print what they measured against their bounds."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One command that ran: its exit code, its output, and the seconds it took as a whole process."""

    code: int
    out: str
    seconds: float


def pipeline(*arguments: str, cwd: Path, environ: Mapping[str, str] | None = None) -> Ended:
    """Run the program as a process of its own in `cwd`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("VOLC_", "JIMENG_"))}
    begun = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=cwd,
        env={**clean, "PYTHONPATH": str(ROOT), **(environ or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    return Ended(code=ended.returncode, out=ended.stdout, seconds=time.perf_counter() - begun)


def best(action: Callable[[], float], *, rounds: int = 5) -> tuple[float, float]:
    """The best and the median of some rounds, in seconds: the best is what the code can do."""
    seconds = [action() for _ in range(rounds)]
    return min(seconds), statistics.median(seconds)


def hold(name: str, measured: float, bound: float, *, unit: str = "s", more: str = "") -> None:
    """Print a measure as a ratio of its bound, and fail when it is over."""
    print(  # noqa: T201 - a benchmark exists to print its figures
        f"{name}: {measured:.3f} {unit} of {bound:g} {unit}, ratio {measured / bound:.2f} {more}".rstrip()
    )
    assert measured <= bound, f"{name}: {measured:.3f} {unit} is over {bound:g} {unit}"
