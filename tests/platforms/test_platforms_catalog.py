"""The packaged catalogue against its reference, and a home's own slots on top of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.platforms.catalog import central_box, load_catalog
from pipeline.platforms.model import Box, Confidence, Format

PIXELS = {
    "wechat": "cover 900x383, cover_square 500x500, inline 1080xauto, newspic 1080x1440, thumb 360x200",
    "wechat_channels": "cover 1080x1440, share 1440x1080",
    "xiaohongshu": "note 1080x1440, square 1080x1080, wide 1440x1080",
    "douyin": "note 1080x1440, cover_v 1080x1440, cover_h 1440x1080, cover_full 1080x1920",
    "kuaishou": "note 1080x1440, cover_v 1080x1440, cover_h 1440x1080, cover_full 1080x1920",
    "bilibili": "cover 1146x717, cover_wide 1920x1080, cover_feed 1440x1080",
    "zhihu": "cover 1600x900, inline 1080xauto",
    "toutiao": "cover 1280x720",
    "weibo": "post 1080x1080, post_tall 1080x1350, article 1000x562",
    "baijiahao": "cover 1200x675, cover_v 1080x1440",
    "juejin": "cover 1303x734",
    "csdn": "cover 1200x675, inline 1200xauto",
    "jianshu": "inline 1080xauto",
    "douban": "inline 1080xauto",
    "segmentfault": "inline 1080xauto",
    "youtube": "thumbnail 1280x720",
    "x": "post 1600x900, card 1200x628",
    "instagram": "portrait 1080x1350, tall 1080x1440, square 1080x1080, landscape 1080x566, story 1080x1920",
    "facebook": "link 1200x630, feed 1080x1350",
    "linkedin": "post 1200x627, square 1080x1080, portrait 1080x1350",
    "pinterest": "pin 1000x1500",
    "tiktok": "photo 1080x1920",
}


def test_every_slot_is_there_with_its_pixels_in_the_order_of_the_reference() -> None:
    expected = {
        f"{platform}.{slot.split()[0]}": slot.split()[1]
        for platform, row in PIXELS.items()
        for slot in row.split(", ")
    }

    found = {slot.id: f"{slot.width}x{slot.height or 'auto'}" for slot in load_catalog().slots.values()}

    assert list(found.items()) == list(expected.items())


def test_every_slot_says_what_people_call_it_and_where_its_figures_are_from() -> None:
    for slot_id, slot in load_catalog().slots.items():
        assert slot.id == slot_id
        assert slot.name
        assert slot.source
        assert slot.checked == "2026-11-24"
        assert slot.formats[0] is Format.JPEG
        assert len(set(slot.formats)) == len(slot.formats)
        assert slot.max_bytes is not None or slot.bytes_confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("slot", "limit"),
    [
        ("wechat.inline", 1_000_000),
        ("wechat.thumb", 64_000),
        ("youtube.thumbnail", 2_000_000),
        ("x.post", 5_000_000),
    ],
)
def test_limits_that_bite_are_enforced_in_their_smaller_reading(slot: str, limit: int) -> None:
    found = load_catalog()[slot]

    assert found.max_bytes == limit
    assert found.bytes_enforced


def test_a_limit_of_low_confidence_only_warns() -> None:
    assert not load_catalog()["weibo.post"].bytes_enforced


@pytest.mark.parametrize(
    ("slot", "formats"),
    [
        ("wechat.thumb", {"jpg"}),
        ("wechat.inline", {"jpg", "png"}),
        ("toutiao.cover", {"jpg", "png"}),
        ("instagram.portrait", {"jpg"}),
        ("tiktok.photo", {"jpg", "webp"}),
        ("xiaohongshu.note", {"jpg", "png", "webp"}),
    ],
)
def test_formats_that_a_platform_refuses_are_not_offered(slot: str, formats: set[str]) -> None:
    assert set(load_catalog()[slot].formats) == formats


@pytest.mark.parametrize(
    ("slot", "box"),
    [
        ("wechat.cover", Box(517 / 1800, 0, 1283 / 1800, 1)),
        ("bilibili.cover_wide", Box(240 / 1920, 0, 1680 / 1920, 1)),
        ("douyin.cover_full", Box(0, 240 / 1920, 1, 1680 / 1920)),
        ("kuaishou.cover_full", Box(0, 0.125, 1, 0.875)),
        ("instagram.portrait", Box(0.03125, 0, 0.96875, 1)),
    ],
)
def test_what_other_crops_of_the_same_upload_keep_is_the_central_part(slot: str, box: Box) -> None:
    kept = load_catalog()[slot].keep_in

    assert kept is not None
    assert (kept.left, kept.top, kept.right, kept.bottom) == pytest.approx(
        (box.left, box.top, box.right, box.bottom)
    )


def test_what_an_interface_covers_lies_inside_the_picture() -> None:
    covered = {slot.id: slot.covered for slot in load_catalog().slots.values() if slot.covered}

    assert set(covered) == {"youtube.thumbnail", "instagram.story", "tiktok.photo"}
    for boxes in covered.values():
        assert all(0 <= box.left < box.right <= 1 and 0 <= box.top < box.bottom <= 1 for box in boxes)


def test_a_part_of_the_same_ratio_is_the_whole() -> None:
    assert central_box(4 / 3, 4 / 3) == Box(0, 0, 1, 1)


def test_the_packaged_catalogue_loads_fast_and_without_pydantic() -> None:
    program = (
        "import sys, time\n"
        "from pipeline.platforms.catalog import load_catalog\n"
        "import yaml\n"
        "start = time.perf_counter()\n"
        "load_catalog()\n"
        "print(time.perf_counter() - start, 'pydantic' in sys.modules)\n"
    )

    best = min(_timed(program) for _ in range(3))

    # 30 ms is the aim; a busy machine that only has the pure loader needs a little more.
    assert best < 0.06


def _timed(program: str) -> float:
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    seconds, has_pydantic = made.stdout.split()
    assert has_pydantic == "False"
    return float(seconds)


def _overrides(folder: Path, text: str) -> Path:
    path = folder / "platforms.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_home_without_slots_of_its_own_has_the_packaged_ones(tmp_path: Path) -> None:
    packaged = load_catalog().slots

    assert load_catalog(tmp_path / "platforms.yaml").slots == packaged
    assert load_catalog(_overrides(tmp_path, "# nothing yet\n")).slots == packaged
    assert load_catalog(_overrides(tmp_path, "~\n")).slots == packaged


def test_a_single_field_of_a_slot_can_be_changed(tmp_path: Path) -> None:
    path = _overrides(
        tmp_path,
        "zhihu.cover: {max_bytes: 4000000, bytes_confidence: high}\n"
        "wechat.cover: {width: 1800, height: 766}\n",
    )

    changed, packaged = load_catalog(path), load_catalog()

    assert changed["zhihu.cover"].max_bytes == 4_000_000
    assert changed["zhihu.cover"].bytes_enforced
    assert changed["zhihu.cover"].source == packaged["zhihu.cover"].source
    assert (changed["wechat.cover"].width, changed["wechat.cover"].height) == (1800, 766)
    assert changed["wechat.cover"].keep_in == packaged["wechat.cover"].keep_in
    assert list(changed.slots) == list(packaged.slots)


def test_a_slot_can_be_added(tmp_path: Path) -> None:
    path = _overrides(
        tmp_path,
        "shop.banner:\n  name: 店铺横幅\n  width: 1200\n  height: 400\n  formats: [png, jpg]\n"
        "  max_bytes: none\n"
        '  keep_in: [0.25, 0, 0.75, 1]\n  covered: [[0, 0, 0.1, 0.1]]\n  checked: "2026"\n  note: ours\n'
        'shop.long: {width: 800, height: auto, formats: [webp], keep_in: "1:1", confidence: medium}\n',
    )

    catalog = load_catalog(path)

    banner, long = catalog["shop.banner"], catalog["shop.long"]
    assert banner.platform == "shop"
    assert banner.formats == (Format.PNG, Format.JPEG)
    assert banner.keep_in == Box(0.25, 0, 0.75, 1)
    assert banner.covered == (Box(0, 0, 0.1, 0.1),)
    assert banner.max_bytes is None
    assert long.height is None
    assert long.keep_in is None
    assert (long.name, long.confidence) == ("shop.long", Confidence.MEDIUM)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "zhihu.cvoer: {max_bytes: 1}",
            "1:1: 'zhihu.cvoer' is a new slot and lacks width, height, formats; did you mean 'zhihu.cover'?",
        ),
        ("zhihu.cover: {widht: 1}", "1:15: unknown key 'widht'; did you mean 'width'?"),
        (
            "Zhihu: {width: 1, height: 1, formats: [jpg]}",
            "1:1: a slot is named platform.slot in a-z, 0-9 and _, not 'Zhihu'",
        ),
        ("zhihu.cover: 5", "1:14: this must be `key: value` lines"),
        ("zhihu.cover: {width: 0}", "1:22: width: must lie in 1..16384, not 0"),
        ("zhihu.cover: {width: }", "1:21: width: has no value"),
        ("zhihu.cover: {height: tall}", "1:23: height: must be a whole number such as 12, not 'tall'"),
        ("zhihu.cover: {formats: []}", "1:1: zhihu.cover: formats must name at least one of jpg, png, webp"),
        ("zhihu.cover: {formats: [gif]}", "1:25: formats: must be one of jpg, png, webp, not 'gif'"),
        ("zhihu.cover: {formats: jpg}", "1:24: formats: must be a list"),
        ("zhihu.cover: {confidence: sure}", "1:27: confidence: must be one of high, medium, low, not 'sure'"),
        ("zhihu.cover: {keep_in: 3-4}", '1:24: keep_in: must be a ratio such as "3:4"'),
        (
            "zhihu.cover: {keep_in: [0, 0, 1]}",
            "1:24: keep_in: must be [left, top, right, bottom], each in 0..1",
        ),
        (
            "zhihu.cover: {covered: [[1, 0, 0, 1]]}",
            "1:25: covered: must be [left, top, right, bottom] with left < right",
        ),
        ("- zhihu.cover", "1:1: the file must hold slots"),
        ("zhihu.cover: *x", "1:14: `*x` is a YAML alias"),
    ],
)
def test_a_mistake_is_said_at_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = _overrides(tmp_path, text)

    with pytest.raises(SettingsError) as raised:
        load_catalog(path)

    assert f"{path}:{said}" in raised.value.message


def test_all_mistakes_are_said_in_one_run_in_their_order(tmp_path: Path) -> None:
    path = _overrides(tmp_path, "x.card: {a: 1}\nx.post: {width: b}\n")

    with pytest.raises(SettingsError) as raised:
        load_catalog(path)

    assert [line.split(": ")[0] for line in raised.value.message.splitlines()] == [
        f"{path}:1:10",
        f"{path}:2:17",
    ]
