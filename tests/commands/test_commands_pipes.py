"""A reader that leaves before the end, such as `| head`, is no fault of anybody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.bench import Desk, image

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["table", "json"])
def test_a_reader_that_leaves_changes_no_exit_code(desk: Desk, more: tuple[str, ...]) -> None:
    spec = desk.spec(image())
    reader, writer = os.pipe()
    os.close(reader)

    said = subprocess.run(
        [sys.executable, "-m", "pipeline", "plan", spec, "--provider", "simulator", *more],
        cwd=desk.root,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)

    assert said.returncode == 0, said.stderr
    assert "Traceback" not in said.stderr
    assert "next: " in said.stderr
