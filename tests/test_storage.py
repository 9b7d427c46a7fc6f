"""Files appear whole or not at all, and never outside their root."""

import hashlib
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.errors import IncompleteError
from pipeline.storage import (
    BlobStore,
    folder_inside,
    publish,
    sha256_file,
    sweep,
    temp_path,
    write_atomic,
    writing,
)

HASH = hashlib.sha256(b"picture").hexdigest()


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """The system refuses to write files over `size` bytes, as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_written_file_is_whole_and_leaves_no_temporary_one(tmp_path: Path) -> None:
    target = tmp_path / "manifest.json"
    target.write_bytes(b"old")

    write_atomic(target, b"new")

    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_said_plainly_and_keeps_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "manifest.json"
    target.write_bytes(b"old")

    with file_size_limit(1000), pytest.raises(IncompleteError, match="no room left") as caught:
        write_atomic(target, b"x" * 5000)

    assert caught.value.next_step is not None
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_not_one_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "week12").write_bytes(b"a file where the folder should be")

    with pytest.raises(IncompleteError, match="cannot be written"):
        folder_inside(tmp_path, tmp_path / "week12" / "cover")


def test_an_error_without_words_of_the_system_is_still_told(tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match="encoder error -2"), writing(tmp_path / "cover.jpg"):
        raise OSError("encoder error -2")


def test_folders_are_made_inside_the_root(tmp_path: Path) -> None:
    root = tmp_path / "output"

    folder = folder_inside(root, root / "week12" / "lobster" / "wechat")

    assert folder.is_dir()
    assert folder_inside(root, folder) == folder


def test_a_root_that_is_a_link_is_the_authors_way_to_another_disk(tmp_path: Path) -> None:
    (tmp_path / "big-disk").mkdir()
    (tmp_path / "output").symlink_to(tmp_path / "big-disk")

    folder_inside(tmp_path / "output", tmp_path / "output" / "week12")

    assert (tmp_path / "big-disk" / "week12").is_dir()


def test_a_folder_replaced_by_a_link_to_elsewhere_is_refused(tmp_path: Path) -> None:
    root = folder_inside(tmp_path, tmp_path / "output")
    (tmp_path / "elsewhere").mkdir()
    (root / "week12").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(IncompleteError, match="symbolic link"):
        folder_inside(root, root / "week12")


def test_a_link_is_refused_before_anything_is_made_behind_it(tmp_path: Path) -> None:
    root = folder_inside(tmp_path, tmp_path / "output")
    (tmp_path / "elsewhere").mkdir()
    (root / "week12").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(IncompleteError, match="symbolic link"):
        folder_inside(root, root / "week12" / "lobster")

    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_publishing_onto_a_link_replaces_the_link_and_spares_what_it_leads_to(tmp_path: Path) -> None:
    victim, target, temp = tmp_path / "victim", tmp_path / "cover.jpg", temp_path(tmp_path, "jpg")
    victim.write_bytes(b"precious")
    target.symlink_to(victim)
    temp.write_bytes(b"cover")

    publish(temp, target)

    assert victim.read_bytes() == b"precious"
    assert target.read_bytes() == b"cover"
    assert not target.is_symlink()


def test_temporary_names_are_unique_and_tell_the_process(tmp_path: Path) -> None:
    first, second = temp_path(tmp_path), temp_path(tmp_path, "png")

    assert first.name.startswith(f".tmp-{os.getpid()}-")
    assert second.suffix == ".png"
    assert first.stem != second.stem


def test_a_file_is_hashed_as_its_bytes_are(tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(b"picture")

    assert sha256_file(tmp_path / "blob") == HASH


def test_a_blob_lies_under_its_hash_after_it_was_adopted(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "data" / "blobs")
    temp = store.temp("png")
    temp.write_bytes(b"picture")

    place = store.adopt(temp, HASH, "png")

    assert place == tmp_path / "data" / "blobs" / HASH[:2] / f"{HASH[2:]}.png"
    assert place.read_bytes() == b"picture"
    assert store.has(HASH, "png")
    assert not temp.exists()


def test_adopting_the_same_content_again_is_fine_and_mends_a_damaged_blob(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    for attempt in (b"first", b"second"):
        temp = store.temp()
        temp.write_bytes(b"picture")
        store.adopt(temp, HASH, "png")
        assert store.path(HASH, "png").read_bytes() == b"picture", attempt
        store.path(HASH, "png").write_bytes(b"dam")

    assert [path.name for path in tmp_path.iterdir()] == [HASH[:2]]


def test_only_hashes_name_blobs(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)

    assert not store.has(HASH, "png")
    for sha256, ending in (("../../etc/passwd", "png"), (HASH.upper(), "png"), (HASH, "../x")):
        with pytest.raises(ValueError, match="not a hash"):
            store.path(sha256, ending)


def test_what_dead_runs_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    deep = tmp_path / "week12" / "wechat"
    deep.mkdir(parents=True)
    stale, fresh = deep / ".tmp-1-aa.jpg", deep / ".tmp-1-bb.jpg"
    own, picture = temp_path(tmp_path), deep / "01-cover.cover.jpg"
    for path in (stale, fresh, own, picture):
        path.write_bytes(b"x")
        os.utime(path, (1000, 1000))
    os.utime(fresh, (90_000, 90_000))

    removed = sweep(tmp_path, now=90_001, older_than=3600)

    assert removed == (stale,)
    assert fresh.exists()
    assert own.exists()
    assert picture.exists()


def test_sweeping_does_not_follow_links(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".tmp-1-aa").write_bytes(b"x")
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "week12").symlink_to(elsewhere)

    assert sweep(tmp_path / "output", now=2e9 * 2, older_than=0) == ()


def test_every_renamed_file_was_synced_before_and_its_folder_after(tmp_path: Path) -> None:
    code = (
        "import sys, os\n"
        "from pathlib import Path\n"
        "log = []\n"
        "sync = os.fsync\n"
        "def noted(handle):\n"
        "    log.append('sync ' + os.readlink(f'/proc/self/fd/{handle}'))\n"
        "    sync(handle)\n"
        "os.fsync = noted\n"
        "def heard(event, args):\n"
        "    if event == 'os.rename':\n"
        "        log.append(f'rename {args[1]}')\n"
        "sys.addaudithook(heard)\n"
        "from pipeline.storage import write_atomic\n"
        "write_atomic(Path(sys.argv[1]) / 'manifest.json', b'x')\n"
        "print('\\n'.join(log))\n"
    )
    lines = subprocess.check_output([sys.executable, "-c", code, str(tmp_path)], text=True).splitlines()

    first, rename, last = lines
    assert first.startswith(f"sync {tmp_path}/.tmp-")
    assert rename == f"rename {tmp_path}/manifest.json"
    assert last == f"sync {tmp_path}"


def test_a_system_without_folder_handles_is_served_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "O_DIRECTORY")

    write_atomic(tmp_path / "a", b"x")

    assert (tmp_path / "a").read_bytes() == b"x"
