"""A large history made from a seed, as years of weekly specs would leave it. Must not need a provider.

Plain SQL in bulk: the ledger commits each row to the disk, which is right for money and slow for a fixture.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import product
from pathlib import Path
from random import Random

COMMON, RARE, ABSENT = "橘猫", "独角鲸", "青花瓷"
"""A word in one prompt of twelve, one in one prompt of 10,000, and one in none."""

_SUBJECTS = (
    "一只橘猫趴在窗台上晒太阳",
    "一只卡通龙虾站在电路板上",
    "戴着护目镜的机器人正在焊接零件",
    "一位程序员在深夜的书桌前写代码",
    "一艘纸船漂在数据流组成的河上",
    "一座由旧书堆成的灯塔",
    "几株多肉植物摆在木架上",
    "一辆红色的老式电车穿过街角",
    "两只水獭抱着一台打字机",
    "一杯冒着热气的手冲咖啡",
    "宇航员在月面上种下一棵白菜",
    "一张铺满便签的白板",
)
_PHRASES = (
    "主体居中,四周留白",
    "柔和的晨光从左侧照进来",
    "背景是虚化的城市天际线",
    "扁平插画风格,线条干净",
    "低饱和度的蓝绿配色",
    "画面中不要出现任何文字",
    "轻微的颗粒质感,像老式印刷品",
    "俯视视角,构图对称",
    "细节丰富,边缘锐利",
    "远处有三两个小小的人影",
    "桌面上散落着螺丝和铜线",
    "适合作为公众号文章的封面",
    "留出右上角的空白放标题",
    "水彩晕染,笔触明显",
    "电影感的宽画幅,浅景深",
    "地面有一层薄薄的积水反光",
)
_ARTICLES = tuple(f"article-{number:02d}" for number in range(10))
_IMAGES = ("cover", *(f"step-{number}" for number in range(1, 10)))
_PLACES = tuple(product(_ARTICLES, _IMAGES))
_SLOTS = ("wechat.cover", "wechat.inline", "xiaohongshu.note", "bilibili.cover")
_SIZES = ((2048, 2048), (2560, 1440), (2304, 1728))
_STATES = ("stored", "failed", "refused", "cancelled", "unknown", "submitted")
_WEIGHTS = (90, 3, 3, 2, 1, 1)
_CHARGED = {"failed": "no", "refused": "maybe", "cancelled": "no", "unknown": "maybe"}
_BEGIN = datetime(2021, 1, 4, 8)  # noqa: DTZ001 - as the database keeps moments: naive, in UTC
_CHUNK = 5000

Row = dict[str, object]
Rows = dict[str, list[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What one attempt is for; a repeated one shares all but the attempt."""

    asset: str
    spec: str
    prompt: str
    attempt: int

    @property
    def request(self) -> str:
        return f"q1:{_hash(self.prompt)}"


def fill(database_path: Path, generations: int, seed: int) -> None:
    """Add `generations` rows, and all that belongs to them, to a migrated and empty database.

    About 10,000 a second. The same seed gives the same rows. Nothing is synced: for a database that a
    test throws away.
    """
    random = Random(seed)  # noqa: S311 - made-up rows, no secrets
    with closing(sqlite3.connect(database_path, isolation_level=None)) as database:
        for pragma in ("synchronous=OFF", "journal_mode=MEMORY", "cache_size=-200000"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        rows: Rows = defaultdict(list)
        for number, asked in enumerate(_asked(generations, random), start=1):
            _add(rows, number, asked, random)
            if number % _CHUNK == 0:
                _write(database, rows)
        _write(database, rows)
        database.execute("COMMIT")


def _asked(generations: int, random: Random) -> Iterator[_Asked]:
    """One attempt after the other; one of ten asks again for what was asked just before."""
    place, last = 0, None
    for number in range(generations):
        if last is not None and random.random() < 0.1:
            last = _Asked(asset=last.asset, spec=last.spec, prompt=last.prompt, attempt=last.attempt + 1)
        else:
            article, image = _PLACES[place % len(_PLACES)]
            spec = f"week{place // len(_PLACES):04d}"
            prompt = _prompt(number, random)
            last = _Asked(asset=f"{spec}/{article}/{image}", spec=spec, prompt=prompt, attempt=1)
            place += 1
        yield last


def _prompt(number: int, random: Random) -> str:
    """40 to 200 characters; the number makes each one a request of its own."""
    subject = f"一头{RARE}跃出海面" if number % 10_000 == 4_321 else random.choice(_SUBJECTS)
    text, least = f"{subject},第{number}幅", random.randint(40, 170)
    for phrase in random.sample(_PHRASES, len(_PHRASES)):
        if len(text) >= least:
            break
        text += f",{phrase}"
    return text


def _add(rows: Rows, number: int, asked: _Asked, random: Random) -> None:
    state = random.choices(_STATES, _WEIGHTS)[0]
    planned = _BEGIN + timedelta(minutes=26 * number)
    row = _generation(number, asked, state, planned, random)
    rows["generation"].append(row)
    for name, value in (("author", random.choice(("amy", "bo", "chen"))), ("column", asked.asset[9:19])):
        rows["generation_tag"].append({"generation_id": number, "name": name, "value": value})
    steps = {
        "stored": ("planned", "submitting", "submitted", "stored"),
        "submitted": ("planned", "submitting", "submitted"),
        "cancelled": ("planned", "cancelled"),
    }.get(state, ("planned", "submitting", state))
    for source, target in zip((None, *steps), steps, strict=False):
        rows["event"].append(
            {
                "generation_id": number,
                "at": _moment(planned),
                "source": source,
                "target": target,
                "run": row["owner"],
                "note": "",
            }
        )
    if state == "stored":
        _add_picture(rows, number, asked, row, random)


def _generation(number: int, asked: _Asked, state: str, planned: datetime, random: Random) -> Row:
    width, height = random.choice(_SIZES)
    sent, taken = state != "cancelled", state in ("stored", "submitted")
    ready = planned + timedelta(seconds=20 + 20 * random.random())
    simulated = random.random() < 0.05
    return {
        "id": number,
        "request_key": asked.request,
        "generation_key": f"g1:{_hash(f'{asked.prompt}{width}x{height}')}",
        "attempt": asked.attempt,
        "asset_key": asked.asset,
        "spec": asked.spec,
        "provider": "simulator" if simulated else "jimeng",
        "endpoint": "simulator" if simulated else "visual.volcengineapi.com:443",
        "account": "simulator" if simulated else "0123456789ab",
        "model": random.choice(("jimeng_t2i_v40", "jimeng_t2i_v40", "jimeng_t2i_v31")),
        "prompt": asked.prompt,
        "width": width,
        "height": height,
        "seed": None,
        "params": "{}",
        "state": state,
        "charged": _CHARGED.get(state, "yes"),
        "resolution": None,
        "purpose": "run",
        "for_request": asked.request,
        "task_id": str(7_392_616_336_519_610_409 + number) if taken else None,
        "request_id": f"20261124{number:014d}" if sent else None,
        "cost": None if simulated else 2000,
        "owner": f"run-{number // 500}",
        "error_code": "50511" if state == "refused" else None,
        "error_message": "Post Img Risk Not Pass" if state == "refused" else None,
        "http_status": 200 if state == "refused" else None,
        "planned_at": _moment(planned),
        "sent_at": _moment(planned + timedelta(seconds=1)) if sent else None,
        "submitted_at": _moment(planned + timedelta(seconds=2)) if taken else None,
        "done_at": _moment(ready) if state == "stored" else None,
        "stored_at": _moment(ready + timedelta(seconds=1)) if state == "stored" else None,
        "blob_sha256": _hash(f"picture {number}") if state == "stored" else None,
    }


def _add_picture(rows: Rows, number: int, asked: _Asked, row: Row, random: Random) -> None:
    rows["blob"].append(
        {
            "sha256": row["blob_sha256"],
            "ending": "png",
            "width": row["width"],
            "height": row["height"],
            "bytes": random.randint(2_000_000, 9_000_000),
            "created_at": row["stored_at"],
        }
    )
    choice = random.choices((None, "taken", "selected", "rejected"), (30, 59, 10, 1))[0]
    if choice is not None:
        rows["decision"].append(
            {
                "asset_key": None if choice == "rejected" else asked.asset,
                "generation_id": number,
                "choice": choice,
                "request_key": asked.request,
                "at": row["stored_at"],
            }
        )
    if choice in ("taken", "selected"):
        for slot in random.sample(_SLOTS, 2):
            rows["delivered"].append(_delivered(number, asked, row, slot))


def _delivered(number: int, asked: _Asked, row: Row, slot: str) -> Row:
    platform, _, name = slot.partition(".")
    spec, article, image = asked.asset.split("/")
    return {
        "path": f"output/{spec}/{article}/{platform}/01-{image}.{name}.jpg",
        "sha256": _hash(f"{slot} {number}"),
        "bytes": 180_000,
        "mtime_ns": 1_700_000_000_000_000_000 + number,
        "spec": asked.spec,
        "asset_key": asked.asset,
        "slot": slot,
        "rendition_key": f"r1:{_hash(f'{number} {slot}')}",
        "generation_id": number,
        "provider": row["provider"],
        "master": row["blob_sha256"],
        "width": 900,
        "height": 383,
        "format": "jpeg",
        "crop": "[0, 588, 2048, 1460]",
        "scale": 0.4395,
        "label": "AI生成",
        "at": row["stored_at"],
    }


def _write(database: sqlite3.Connection, rows: Rows) -> None:
    for table in ("blob", "generation", "generation_tag", "event", "decision", "delivered"):
        if not rows[table]:
            continue
        columns = tuple(rows[table][0])
        marks = ", ".join(f":{column}" for column in columns)
        database.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608 - our own names
            rows[table],
        )
    rows.clear()


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _moment(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="microseconds")
