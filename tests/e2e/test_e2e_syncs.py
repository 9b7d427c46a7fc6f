"""A whole run survives a power cut: every file that gets its name was synced before, its folder after."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.storage import TEMP_PREFIX

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="names of open files are in /proc")

_SPEC = """
provider: simulator
articles:
  - slug: a
    images:
      - {id: polled, prompt: 龙虾, size: 1024x1024, slots: [wechat.cover, xiaohongshu.note]}
      - id: at-once
        model: jimeng_high_aes_general_v21_L
        prompt: 电路板
        size: 512x512
        slots: [wechat.inline]
"""
_WATCHED = """
import os, sys

home, log = sys.argv[1], []

def noting(sync):
    def noted(handle):
        log.append(("sync", os.readlink(f"/proc/self/fd/{getattr(handle, 'fileno', lambda: handle)()}"), ""))
        sync(handle)
    return noted

os.fsync, os.fdatasync = noting(os.fsync), noting(os.fdatasync)

def heard(event, values):
    if event in ("os.rename", "os.link") and os.fspath(values[1]).startswith(home):
        log.append(("name", os.fspath(values[0]), os.fspath(values[1])))

sys.addaudithook(heard)
from pipeline.cli import run
code = run(sys.argv[2:])
for entry in log:
    print("\\t".join(entry), file=sys.stderr)
sys.exit(code)
"""


def test_every_file_of_a_run_was_synced_before_it_got_its_name_and_its_folder_after(tmp_path: Path) -> None:
    home = _home(tmp_path)

    log = _run(home, "run", "configs/week.yaml")

    named = [
        (number, source, target)
        for number, (kind, source, target) in enumerate(log)
        if kind == "name" and not Path(target).name.startswith(TEMP_PREFIX)
    ]
    for number, source, target in named:
        assert ("sync", source, "") in log[:number], target
        assert ("sync", str(Path(target).parent), "") in log[number:], target
    targets = {Path(target).relative_to(home) for _, _, target in named}
    delivered = {path.relative_to(home) for path in (home / "output").rglob("*") if path.is_file()}
    masters = {path.relative_to(home) for path in (home / "data" / "blobs").rglob("*") if path.is_file()}
    assert len(delivered) >= 6
    assert len(masters) == 2
    assert delivered | masters <= targets


def test_the_answer_of_a_call_at_once_is_synced_before_it_is_read(tmp_path: Path) -> None:
    home = _home(tmp_path)

    log = _run(home, "run", "configs/week.yaml", "--only", "a/at-once")

    synced = [source for kind, source, _ in log if kind == "sync"]
    answer = next(number for number, path in enumerate(synced) if path.startswith(f"{home}/data/inbox/"))
    master = next(
        number for number, path in enumerate(synced) if path.startswith(f"{home}/data/blobs/{TEMP_PREFIX}")
    )
    assert answer < master


def _home(folder: Path) -> Path:
    home = folder.resolve()
    (home / "configs").mkdir()
    (home / "configs" / "settings.yaml").write_text("simulator: {latency: 0}\n", "utf-8")
    (home / "configs" / "week.yaml").write_text(_SPEC, "utf-8")
    return home


def _run(home: Path, *words: str) -> list[tuple[str, str, str]]:
    """Type a command in a process that is listened to; what it synced and named, in order."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VOLC_", "PIPELINE_"))}
    ended = subprocess.run(
        [sys.executable, "-c", _WATCHED, str(home), *words],
        cwd=home,
        env=kept | {"PYTHONPATH": str(ROOT), "HOME": str(home / "nobody")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    entries = [
        line.split("\t") for line in ended.stderr.splitlines() if line.startswith(("sync\t", "name\t"))
    ]
    return [(kind, source, target) for kind, source, target in entries]
