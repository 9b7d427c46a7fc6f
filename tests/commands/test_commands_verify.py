"""`verify` on real deliveries: as they were made, and after what people and programs do to files."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from PIL import Image, ImageDraw  # noqa: TID251 - tests make and damage the pictures that the product reads

from pipeline.cli import _register
from pipeline.commands.verify import verify as verify_command
from pipeline.errors import UsageError
from pipeline.platforms.catalog import load_catalog
from tests.commands.bench import MODEL, Said, check_schema

ROOT = Path(__file__).parents[2]
COVER = "wechat/01-cover.cover.jpg"
SLOTS = "wechat.cover, wechat.inline, douyin.cover_full, own.png, own.webp"
OVERRIDES = """\
own.png: {width: 400, height: 300, formats: [png]}
own.webp: {width: 640, height: 640, formats: [webp]}
"""
SPEC = f"""\
provider: simulator
defaults: {{model: {MODEL}, slots: [{SLOTS}]}}
articles:
  - slug: lobster
    title: 龙虾
    images:
      - {{id: cover, prompt: 一只龙虾, size: 512x512}}
      - {{id: bare, prompt: 一只螃蟹, size: 512x512, label: none, slots: [x.post]}}
      - {{id: own, file: own.png, slots: [x.post]}}
"""


@dataclass(frozen=True)
class Bench:
    """A home with one delivery of seven files, and a hand that types `verify`."""

    home: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    @property
    def article(self) -> Path:
        return self.home / "output" / "simulated" / "week12" / "lobster"

    def __call__(self, *words: object) -> Said:
        app = typer.Typer(pretty_exceptions_enable=False)
        _register(app, verify_command)
        app.callback()(lambda: None)
        self.capsys.readouterr()
        self.monkeypatch.setattr(sys, "argv", ["/usr/bin/pipeline", "verify", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            app(["verify", *map(str, words)])
        said = self.capsys.readouterr()
        return Said(int(end.value.code or 0), said.out, said.err)

    def codes(self, *words: object) -> dict[str, list[str]]:
        """What `verify --json` finds, by path below the article; its document fits its schema."""
        found = self.json(*words)["files"]
        return {
            file["path"].partition("lobster/")[2]: [item["code"] for item in file["findings"]]
            for file in found
            if file["findings"]
        }

    def json(self, *words: object) -> Any:
        said = self(*words, "--json")
        document = json.loads(said.out)
        check_schema("verify", document)
        assert said.code == (3 if document["status"] == "fault" else 0)
        return document


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where the product has just run, on its simulator."""
    home = tmp_path_factory.mktemp("delivered") / "home"
    (home / "configs").mkdir(parents=True)
    (home / "configs" / "settings.yaml").write_text("simulator: {latency: 0}\n", "utf-8")
    (home / "configs" / "platforms.yaml").write_text(OVERRIDES, "utf-8")
    (home / "configs" / "week12.yaml").write_text(SPEC, "utf-8")
    Image.linear_gradient("L").resize((1600, 900)).convert("RGB").save(home / "configs" / "own.png")
    environ = {"PYTHONPATH": str(ROOT), "HOME": str(home), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "pipeline", "run", "configs/week12.yaml"]
    subprocess.run(command, cwd=home, env=environ, check=True, capture_output=True)
    return home


@pytest.fixture
def bench(
    delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Bench:
    """A copy of that home to do anything to; the working directory."""
    monkeypatch.delenv("PIPELINE_HOME", raising=False)
    shutil.copytree(delivered, tmp_path / "home")
    monkeypatch.chdir(tmp_path / "home")
    return Bench(tmp_path / "home", capsys, monkeypatch)


def _xmp(path: Path) -> bytes:
    with Image.open(path) as picture:
        return bytes(picture.info["xmp"])


def _again(path: Path, change: Callable[[Image.Image], Image.Image], **options: Any) -> None:
    """Save a file once more after a change, as an editor does."""
    with Image.open(path) as opened:
        opened.load()
        picture = change(opened.convert("RGB"))
    picture.save(path, quality=92, **options)


def _painted(box: tuple[int, int, int, int], colour: str) -> Callable[[Image.Image], Image.Image]:
    def paint(picture: Image.Image) -> Image.Image:
        ImageDraw.Draw(picture).rectangle(box, fill=colour)
        return picture

    return paint


def _segment(data: bytes) -> tuple[int, int]:
    """Where a JPEG's first APP1 segment stands."""
    start = data.index(b"\xff\xe1")
    return start, start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")


def _pictures(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix in {".jpg", ".png", ".webp"})


def test_every_file_as_it_was_delivered_is_fine(bench: Bench) -> None:
    said = bench("output")
    document = bench.json("output")

    assert said.code == 0
    assert "output/simulated/week12/lobster:\n" in said.out
    assert "fine     wechat.cover" in said.out
    assert "7 files checked, no fault, simulated pictures: a rehearsal, not for publishing\n" in said.out
    assert said.last == "next: pipeline history --spec week12"
    files = {file["slot"]: file for file in document["files"] if file["asset"].endswith("/cover")}
    assert {file["picture"]["format"] for file in files.values()} == {"jpg", "png", "webp"}
    for file in files.values():
        assert (
            file["picture"]["visible_label"]["letters"] >= file["picture"]["visible_label"]["letters_least"]
        )
        assert [label["label"] for label in file["picture"]["hidden_labels"]] == ["1"]
    bare = [file for file in document["files"] if not file["asset"].endswith("/cover")]
    assert [len(file["picture"]["hidden_labels"]) for file in bare] == [0, 0]


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="the independent reader is not installed")
def test_an_independent_reader_counts_the_same_labels(bench: Bench) -> None:
    command = ["exiftool", "-j", "-a", "-G4", "-XMP-TC260:all", "-r", str(bench.article)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    read = {
        Path(file["SourceFile"]).relative_to(bench.home): [
            value for name, value in file.items() if name.rpartition(":")[2].lower() == "aigc"
        ]
        for file in told
    }

    ours = {Path(file["path"]): file["picture"]["hidden_labels"] for file in bench.json("output")["files"]}

    assert {path: len(labels) for path, labels in read.items() if path in ours} == {
        path: len(labels) for path, labels in ours.items()
    }


def test_a_folder_copied_to_another_machine_is_checked_there(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.move(bench.article, tmp_path / "post")
    shutil.rmtree(bench.home)
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")

    document = bench.json("../post")

    assert document["status"] == "fine"
    assert {code for file in document["files"] for code in [item["code"] for item in file["findings"]]} == {
        "slot_unknown"
    }
    assert list((tmp_path / "desk").iterdir()) == []


def test_one_changed_pixel_is_seen(bench: Bench) -> None:
    path = bench.article / "own" / "01-cover.png.png"
    xmp = _xmp(bench.article / COVER)
    assert xmp
    with Image.open(path) as opened:
        opened.load()
        opened.putpixel((3, 3), (255, 0, 0))
        data = path.read_bytes()
        opened.save(path)
    assert path.read_bytes() != data

    assert bench.codes("output")["own/01-cover.png.png"][0] == "changed"


def test_a_file_saved_without_metadata_has_lost_its_hidden_label(bench: Bench) -> None:
    for name in (COVER, "own/01-cover.webp.webp", "own/01-cover.png.png"):
        _again(bench.article / name, lambda picture: picture)

    found = bench.codes("output")

    assert found == {
        name: ["changed", "hidden_missing"]
        for name in (COVER, "own/01-cover.webp.webp", "own/01-cover.png.png")
    }


def test_a_second_hidden_label_is_seen(bench: Bench) -> None:
    path = bench.article / COVER
    data = path.read_bytes()
    start, end = _segment(data)
    path.write_bytes(data[:start] + data[start:end] + data[start:])

    assert bench.codes(path) == {COVER: ["changed", "hidden_many"]}


def test_another_master_s_label_is_seen(bench: Bench) -> None:
    path = bench.article / COVER
    data = path.read_bytes()
    place = data.index(b'"ProduceID":"') + len(b'"ProduceID":"')
    path.write_bytes(data[:place] + b"0" * 32 + data[place + 32 :])

    assert bench.codes(path) == {COVER: ["changed", "hidden_produce_id"]}


def test_a_label_that_was_painted_over_is_seen(bench: Bench) -> None:
    path = bench.article / COVER
    box = bench.json(path)["files"][0]["picture"]["visible_label"]["box"]
    _again(path, _painted(tuple(box), "#333333"), xmp=_xmp(path))

    said = bench(path)

    assert bench.codes(path) == {COVER: ["changed", "label_missing"]}
    assert said.code == 3
    assert f"{COVER}: the visible label AI生成 is not there, or not whole\n" in said.out
    assert said.last == "next: pipeline render configs/week12.yaml --overwrite"


def test_a_smaller_picture_is_of_wrong_pixels_and_its_letters_are_too_low(bench: Bench) -> None:
    path = bench.article / COVER
    _again(path, lambda picture: picture.resize((450, 192)), xmp=_xmp(path))

    assert bench.codes(path) == {COVER: ["changed", "pixels", "label_small"]}


def test_another_format_under_the_old_name_is_seen(bench: Bench) -> None:
    path = bench.article / COVER
    xmp = _xmp(path)
    with Image.open(path) as opened:
        opened.save(path, "WEBP", quality=95, xmp=xmp)

    assert bench.codes(path) == {COVER: ["changed", "ending", "format"]}


def test_a_renamed_file_is_missing_and_a_stranger(bench: Bench) -> None:
    (bench.article / COVER).rename(bench.article / "wechat" / "title.jpg")

    said = bench("output")

    assert bench.codes("output") == {COVER: ["missing"], "wechat/title.jpg": ["not_named"]}
    assert "wechat/title.jpg: fits wechat.cover\n" in said.out
    assert (said.code, "1 with a fault, 1 with a warning" in said.out) == (3, True)


def test_a_file_cut_off_is_no_picture(bench: Bench) -> None:
    path = bench.article / COVER
    path.write_bytes(path.read_bytes()[:-5000])

    assert bench.codes(path) == {COVER: ["unreadable"]}
    assert f"{COVER}: the picture is cut off or damaged" in bench(path).out


def test_a_limit_of_the_home_s_own_slots_counts(bench: Bench) -> None:
    (bench.home / "configs" / "platforms.yaml").write_text(
        OVERRIDES + "wechat.cover: {max_bytes: 1000}\nx.post: {max_bytes: 900, bytes_confidence: low}\n",
        "utf-8",
    )

    document = bench.json("output")

    grades = {
        file["slot"]: [(item["code"], item["grade"]) for item in file["findings"]]
        for file in document["files"]
    }
    assert grades["wechat.cover"] == [("bytes", "fault")]
    assert grades["x.post"] == [("bytes", "warning")]


def test_what_a_delivery_says_is_missing_is_found_with_the_command_that_makes_it(bench: Bench) -> None:
    path = bench.article / "manifest.json"
    said = json.loads(path.read_text("utf-8"))
    gap = {"asset": "week12/lobster/cover", "slot": "x.post", "state": "failed", "reason": "no answer"}
    path.write_text(json.dumps({**said, "missing": [gap]}), "utf-8")

    shown = bench("output")

    assert shown.code == 3
    assert "x.post of week12/lobster/cover was not delivered (failed: no answer)" in shown.out
    assert shown.last == "next: pipeline run configs/week12.yaml"


def test_a_manifest_that_lies_about_a_picture_cannot_reach_outside(bench: Bench) -> None:
    secret = bench.home / "secret.jpg"
    shutil.copy(bench.article / COVER, secret)
    (bench.article / COVER).unlink()
    (bench.article / COVER).symlink_to(secret)

    found = bench.json("output")["files"]

    [file] = [file for file in found if file["path"].endswith(COVER)]
    assert ([item["code"] for item in file["findings"]], file["picture"]) == (["outside"], None)


def test_signs_that_steer_a_terminal_are_shown_escaped(bench: Bench) -> None:
    path = bench.article / "manifest.json"
    said = json.loads(path.read_text("utf-8"))
    said["files"][0] |= {"slot": "a.\x1b[2Jb", "label": "none \u202e", "path": "wechat/\x1b]0;x\x07.jpg"}
    path.write_text(json.dumps(said), "utf-8")

    shown = bench("output")

    assert shown.code == 3
    assert "\x1b" not in shown.out + shown.err
    assert "wechat/\\x1b]0;x\\x07.jpg: the manifest names this file, and it is not there" in shown.out
    assert bench.json("output")["faults"] == 1


def test_a_name_that_is_no_text_is_shown_all_the_same(bench: Bench) -> None:
    name = os.fsdecode(b"cover-\xff.jpg")
    try:
        shutil.copy(bench.article / COVER, bench.home / name)
    except OSError:
        pytest.skip("this file system takes only names that are text")

    assert "cover-\\udcff.jpg: fits wechat.cover\n" in bench(name).out
    assert bench.json(name)["files"][0]["fits"] == ["wechat.cover"]


def test_a_foreign_picture_is_told_what_it_is_and_fits(bench: Bench) -> None:
    Image.new("RGB", (1600, 900)).save("photo.png")
    Image.new("RGB", (77, 77)).save("icon.png")

    said = bench("photo.png", "icon.png")
    [photo, icon] = bench.json("photo.png", "icon.png")["files"]

    assert said.code == 0
    assert "no slot        1600x900  png" in said.out
    assert "photo.png: fits zhihu.cover, x.post\n" in said.out
    assert "icon.png: fits no slot\n" in said.out
    assert said.last == "next: pipeline platforms"
    assert (photo["fits"], photo["slot"], photo["verdict"]) == (["zhihu.cover", "x.post"], None, "fine")
    assert icon["fits"] == []


def test_a_slot_can_be_said_or_spelled_by_the_name(bench: Bench) -> None:
    Path("wechat").mkdir()
    Image.new("RGB", (360, 200)).save("wechat/01-a.thumb.jpg")

    spelled = bench.json("wechat/01-a.thumb.jpg")["files"][0]
    said = bench.json("wechat", "--slot", "youtube.thumbnail")["files"][0]

    assert (spelled["slot"], spelled["slot_from"], spelled["findings"]) == ("wechat.thumb", "name", [])
    assert (said["slot"], said["slot_from"]) == ("youtube.thumbnail", "option")
    assert [item["code"] for item in said["findings"]] == ["pixels"]


def test_many_slots_that_fit_are_told_in_short(bench: Bench) -> None:
    Image.new("RGB", (1080, 1440)).save("tall.jpg")

    assert len(load_catalog().slots) > 40
    assert " more\n" in bench("tall.jpg").out


def test_paths_that_overlap_are_checked_once(bench: Bench) -> None:
    document = bench.json("output", bench.article, bench.article / COVER)

    assert document["checked"] == 7


def test_a_manifest_in_ruins_names_the_spec_by_its_folder(bench: Bench) -> None:
    (bench.article / "manifest.json").write_bytes(b"{")

    said = bench("output/simulated/week12")

    assert said.code == 3
    assert "lobster/manifest.json: this manifest cannot be used: " in said.out
    assert said.last == "next: pipeline render configs/week12.yaml --overwrite"


def test_without_its_home_the_next_step_says_where_to_go(bench: Bench, tmp_path: Path) -> None:
    shutil.move(bench.article, tmp_path / "post")
    (tmp_path / "post" / COVER).unlink()

    said = bench(tmp_path / "post", "--home", tmp_path)

    assert said.err.splitlines()[-2:] == [
        "where the spec of week12 lies:",
        f"next: pipeline render SPEC --overwrite --home {tmp_path}",
    ]


@pytest.mark.parametrize("name", ["../secret", "x" * 300])
def test_a_manifest_cannot_choose_the_file_of_the_next_command(bench: Bench, name: str) -> None:
    (bench.home / "secret.yaml").write_text("a: 1", "utf-8")
    path = bench.article / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "spec": name}), "utf-8")
    (bench.article / COVER).unlink()

    assert bench("output").last == "next: pipeline render SPEC --overwrite"


def test_nothing_to_check_is_not_fine(bench: Bench) -> None:
    Path("empty").mkdir()

    said = bench("empty")

    assert (said.code, said.out) == (
        3,
        "empty: there is no picture and no manifest here\n0 files checked, 1 with a fault\n",
    )


@pytest.mark.parametrize("path", ["nowhere", "output/\0", "x" * 5000])
def test_a_path_that_is_not_there_is_a_mistake_in_typing(bench: Bench, path: str) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        verify_command([Path(path)], None, as_json=False, home=None)


def test_a_slot_that_is_not_there_is_a_mistake_in_typing(bench: Bench) -> None:
    with pytest.raises(UsageError, match="there is no such slot") as error:
        verify_command([Path("output")], "wechat.covr", as_json=False, home=None)

    assert "wechat.cover" in error.value.message
