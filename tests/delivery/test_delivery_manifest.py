"""The manifest is written whole, read with suspicion, and keeps its field names."""

import json
from pathlib import Path

import pytest

from pipeline.delivery.manifest import Manifest, Unreadable, manifest_json, read_manifest, write_manifest


def test_the_json_has_the_documented_fields_in_their_order(manifest: Manifest) -> None:
    document = json.loads(manifest_json(manifest))

    assert list(document) == ["spec", "article", "title", "simulated", "files", "missing"]
    assert list(document["files"][0]) == (
        [
            "asset",
            "slot",
            "path",
            "width",
            "height",
            "bytes",
            "format",
            "sha256",
            "crop",
            "scale",
            "generation",
            "task_id",
            "cost",
            "master",
            "label",
        ]
    )
    assert list(document["missing"][0]) == ["asset", "slot", "state", "reason"]
    assert document["files"][0]["crop"] == [0, 588, 2048, 1460]
    assert document["files"][0]["format"] == "jpg"
    assert document["files"][0]["task_id"] == "7392616336519610409"


def test_chinese_stays_readable_in_the_file(manifest: Manifest) -> None:
    assert "给龙虾装上电路板".encode() in manifest_json(manifest)


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path, manifest: Manifest) -> None:
    path = tmp_path / "manifest.json"

    assert write_manifest(path, manifest)

    assert read_manifest(path) == manifest
    assert list(tmp_path.iterdir()) == [path]


def test_an_unchanged_manifest_is_not_touched(tmp_path: Path, manifest: Manifest) -> None:
    path = tmp_path / "manifest.json"
    write_manifest(path, manifest)
    before = path.stat()

    assert not write_manifest(path, manifest)

    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_no_manifest_is_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path / "manifest.json") is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "EOF"),
        (b'{"spec": "week12", ', "EOF"),
        (b"[]", "object"),
        (b'{"spec": "week12"}', "article"),
        (b"\xff\xfe", "JSON"),
    ],
)
def test_a_broken_manifest_is_not_used_and_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(content)

    broken = read_manifest(path)

    assert isinstance(broken, Unreadable)
    assert broken.path == path
    assert reason in broken.reason


def test_a_folder_in_the_manifests_place_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").mkdir()

    assert isinstance(read_manifest(tmp_path / "manifest.json"), Unreadable)


@pytest.mark.parametrize("path", ["../../secret", "/etc/passwd", "a/../../b", "C:/x", "a\\..\\b", ""])
def test_a_manifest_that_points_out_of_its_folder_is_not_used(
    tmp_path: Path, manifest: Manifest, path: str
) -> None:
    document = json.loads(manifest_json(manifest))
    document["files"][1]["path"] = path
    (tmp_path / "manifest.json").write_text(json.dumps(document), encoding="utf-8")

    broken = read_manifest(tmp_path / "manifest.json")

    assert isinstance(broken, Unreadable)
    assert broken.reason.startswith("names a file outside its folder")


def test_fields_of_a_later_version_do_not_matter(tmp_path: Path, manifest: Manifest) -> None:
    document = json.loads(manifest_json(manifest)) | {"review": "fine"}
    (tmp_path / "manifest.json").write_text(json.dumps(document), encoding="utf-8")

    assert read_manifest(tmp_path / "manifest.json") == manifest
