"""Makes twenty covers as a user would, and the contact sheets of them that docs/covers.md shows.

python -m tests.write_sheets           writes docs/images/covers-*.jpg
python -m tests.write_sheets FOLDER    writes them there

The covers come from a run of their own with the simulator, in a home that is thrown away. The sheet of
photographs is left out where scikit-image, which ships them, is not installed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from PIL import Image  # noqa: TID251 - the sheets are made of pictures

from pipeline.platforms.catalog import load_catalog
from pipeline.render.find import find_subject
from pipeline.render.inspect import inspect
from pipeline.spec.model import Article
from pipeline.wiring import place, read_specs
from tests.covers.panels import Panel, crops, legend, save, sheet
from tests.covers.scenes import draw_scenes

ROOT = Path(__file__).parents[1]
SOURCES = Path(__file__).parent / "covers"
IMAGES = ROOT / "docs" / "images"
COVERS, PHOTOGRAPHS = "covers", "photographs"
HEIGHTS = {"wide": 400, "tall": 620, "square": 460, PHOTOGRAPHS: 400}
"""About how high a row of each sheet is, in pixels."""
MASTERS = ("portrait", "desk", "valley", "paper")
SIMULATED = "covers/tall/note"
CROPS = ("wechat.cover", "zhihu.cover", "wechat.cover_square", "xiaohongshu.note", "instagram.story")
_PHOTOGRAPHS = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")


def write_sheets(folder: Path) -> tuple[Path, ...]:
    """Make the covers and write every sheet into an existing folder; the paths of what was written."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        scenes = home / "configs" / "scenes"
        scenes.mkdir(parents=True)
        draw_scenes(scenes)
        written = [*_covers(home, COVERS, folder), _crops(home, folder)]
        if _photographs(scenes):
            written += _covers(home, PHOTOGRAPHS, folder)
    return tuple(written)


def _covers(home: Path, name: str, folder: Path) -> Iterator[Path]:
    """Run one spec; a sheet for each of its articles."""
    spec = home / "configs" / f"{name}.yaml"
    shutil.copy(SOURCES / spec.name, spec)
    command = (sys.executable, "-m", "pipeline", "run", spec, "--provider", "simulator", "--home", home)
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    at = place(spec, home=home, environ=os.environ)
    for article in read_specs(at, [spec])[0].articles:
        path = folder / f"covers-{article.slug}.jpg"
        save(sheet(list(_panels(home, name, article)), HEIGHTS[article.slug]), path)
        yield path


def _panels(home: Path, name: str, article: Article) -> Iterator[Panel]:
    """The delivered files of one article, in the order of the spec."""
    delivered = _delivery(home, name, article.slug)
    lines = {image.key: image.alt for image in article.images}
    for file in json.loads((delivered / "manifest.json").read_text("utf-8"))["files"]:
        with Image.open(delivered / file["path"]) as opened:
            image = opened.convert("RGB")
        head = f"{file['slot']} {file['width']}x{file['height']}"
        yield Panel(image=image, head=head, line=lines[file["asset"]])


def _delivery(home: Path, name: str, slug: str) -> Path:
    simulated = home / "output" / "simulated" / name / slug
    return simulated if simulated.is_dir() else home / "output" / name / slug


def _crops(home: Path, folder: Path) -> Path:
    """Masters with the windows of five slots on them."""
    slots = [load_catalog()[slot] for slot in CROPS]
    manifest = _delivery(home, COVERS, "tall") / "manifest.json"
    files = json.loads(manifest.read_text("utf-8"))["files"]
    bought = next(file["master"] for file in files if file["asset"] == SIMULATED)
    stored = next((home / "data" / "blobs" / bought[:2]).glob(f"{bought[2:]}.*"))
    masters = {name: home / "configs" / "scenes" / f"{name}.png" for name in MASTERS} | {"simulated": stored}
    panels = []
    for name, master in masters.items():
        facts, subject = inspect(master), find_subject(master)
        image = crops(master, facts, subject, slots)
        panels.append(Panel(image=image, head=name, line=f"{facts.width}x{facts.height}"))
    panels.append(Panel(image=legend(slots), head="The windows", line="what each slot shows of its master"))
    path = folder / "covers-crops.jpg"
    save(sheet(panels, 480), path)
    return path


def _photographs(scenes: Path) -> bool:
    """Copy the photographs to where the spec wants them; whether they are there."""
    found = find_spec("skimage")
    if found is None or found.origin is None:
        return False
    for name in _PHOTOGRAPHS:
        shutil.copy(Path(found.origin).parent / "data" / name, scenes / name)
    return True


def main() -> int:
    """Write the sheets and name them."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    for path in write_sheets(folder):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
