"""Text as Chinese sets it: where lines may break, how long they are, their ink. Must not know a slot."""

import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont  # noqa: TID251 - the render package is where text is drawn

from pipeline.typeface import typeface_path

CLOSING = frozenset("，。、；：！？…—·～）》」』】〕〗〉”’％‰℃，．,.;:!?)]}%°")
"""What no line begins with."""
OPENING = frozenset("（《「『【〔〖〈“‘￥([{")
"""What no line ends with."""
_PARTICLES = frozenset("的了吗呢吧啊呀")
"""Words of one character that lean on the one before them."""
_NUMERALS = frozenset("0123456789一二三四五六七八九十百千万两几半")
_UNITS = frozenset("年月日天周个次元块本张位岁时分秒倍篇种件台部章节步款条招点")

_PAIRS = (
    "咖啡葡萄玻璃蝴蝶蜻蜓机械械臂机器器人手机电脑电路路板电池电视电影电源电子电台笔记记本日记记录记忆记者路由由器服务务器"
    "硬件软件软体网络网站网页数据据库代码编程程序序员算法模型智能人工芯片键盘鼠标屏幕相机镜头照片图片图书书单书架书桌书房"
    "阅读读者读书写作作者文章文字标题封面内容平台公众众号视频音乐播客直播粉丝流量运营产品设计计师用户体验需求功能项目团队"
    "公司老板同事工作工具职场面试简历工资加班裸辞辞职创业副业赚钱省钱花钱块钱理财投资基金股票房子房租装修装上厨房客厅卧室"
    "家庭家里家居孩子妈妈爸爸父母朋友男人女人老师学生学校学习考试大学毕业教程教育课程知识经验方法技巧攻略指南清单盘点推荐"
    "测评评测开箱使用整理收纳打扫清洁计划目标习惯效率时间时候今天明天昨天周末早上早安晚上晚安深夜凌晨春天夏天秋天冬天年度"
    "旅行旅游露营徒步骑行跑步健身运动减肥瘦身睡眠失眠健康医生医院美食早餐午餐晚餐面包蛋糕牛奶鸡蛋番茄土豆米饭面条火锅烧烤"
    "植物花园阳台城市北京上海广州深圳杭州成都中国世界国家社会历史文化艺术生活人生故事关系爱情婚姻幸福快乐孤独焦虑情绪心理"
    "问题答案为什什么怎么如何可以不要不是没有已经还是就是但是因为所以如果虽然我们你们他们她们自己大家别人一个一只一起一次"
    "一定一样一天一年一点所有全部每天最后最好最新第一开始结束之前之后以前以后终于突然真的真正非常特别简单复杂免费便宜新手"
    "必看高手入门进阶搞定解决升级改造制作打造实现发现告诉觉得知道喜欢选择改变变成成为成长坚持放弃开发发布更新下载安装配置"
    "系统版本本地云端隐私安全备份恢复龙虾小猫小狗猫咪狗狗宠物汽车电车地铁飞机火车高铁抽屉桌面窗户湖边海边山里"
)
_WORDS = frozenset(_PAIRS[start : start + 2] for start in range(0, len(_PAIRS), 2))
"""What titles often say: words of two characters, and of three pair by pair; better not torn."""

LINE = 1.24
"""From one line to the next, in ems."""
BOLD = 0.026
"""The typeface comes in one weight; a stroke of this many ems around it makes a title's."""
HIGH, LOW = 0.85, 0.25
"""Ink above and below the base line, in ems: of Chinese characters and of the tails of Latin ones."""
FONT_LOCK = threading.RLock()
"""FreeType faces are not for two threads at once."""

_EM = 1000
_SENSE, _SPACE, _LEANING = 0.3, 0.08, 0.12
"""What it is worth to break behind punctuation, at a space or behind a particle, as shares of a full line's
weight."""
_LONELY, _TORN = 1.0, 0.6
"""What a character alone in its line costs, and a word in two lines, in the same measure."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is never broken: a character and its punctuation, a word, a number. `gap`: a space before it."""

    text: str
    gap: bool = False


def pieces(text: str) -> tuple[Piece, ...]:
    """One paragraph in pieces; runs of white space become one gap, those at its ends nothing."""
    found: list[Piece] = []
    gap = False
    for run, spaced in _runs(text):
        gap = gap or spaced
        if not run:
            continue
        if found and _belongs(found[-1].text, run, gap=gap):
            found[-1] = Piece(found[-1].text + run, found[-1].gap)
        else:
            found.append(Piece(run, gap and bool(found)))
        gap = False
    return tuple(found)


def _belongs(before: str, run: str, *, gap: bool) -> bool:
    """Whether a run is one with what stands before it; `.NET` after a space is not."""
    if before[-1] in OPENING or all(character in CLOSING for character in run):
        return True
    counts = before[-1] in _NUMERALS and run in _UNITS
    return not gap and (run[0] in CLOSING or run in _PARTICLES or counts)


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Words and single wide characters in their order, each with whether a space stands before it."""
    run, spaced, closing = "", False, False
    for character in text:
        if unicodedata.category(character).startswith("M"):
            run += character
            continue
        apart = _alone(character) or character.isspace() or character in OPENING
        if run and not apart and not _alone(run[-1]) and (not closing or character in CLOSING):
            run += character
            continue
        yield run, spaced
        # A comma behind a wide character does not begin the word that follows.
        closing = bool(run) and _alone(run[-1]) and character in CLOSING
        run, spaced = ("", True) if character.isspace() else (character, False)
    yield run, spaced


def _alone(character: str) -> bool:
    """Whether a line may break on both sides of it, but for the rules of punctuation; `’` is in it’s too."""
    return unicodedata.east_asian_width(character) in "WF" or (ord(character) > 0x2000 and character != "’")


def broken(text: str, width: float, most: int) -> tuple[str, ...] | None:
    """The text in as few lines as its `width` in ems allows, of like length; None when `most` are too few.

    Line breaks in the text are kept. A word is taken apart only where it is longer than a line.
    """
    made: list[str] = []
    for paragraph in text.split("\n"):
        lines = _paragraph(_cut(pieces(paragraph), width), width, most - len(made))
        if lines is None:
            return None
        made += lines
    return tuple(made)


def _cut(found: Sequence[Piece], width: float) -> tuple[Piece, ...]:
    """The pieces, those that are longer than a line taken apart."""
    made: list[Piece] = []
    for piece in found:
        if advance(piece.text) <= width:
            made.append(piece)
            continue
        rest = [Piece(piece.text[0], piece.gap)]
        for before, character in pairwise(piece.text):
            if before in OPENING or character in CLOSING:
                rest[-1] = Piece(rest[-1].text + character, rest[-1].gap)
            else:
                rest.append(Piece(character))
        made += rest
    return tuple(made)


def _paragraph(found: Sequence[Piece], width: float, most: int) -> list[str] | None:
    """The lines of one paragraph: the fewest, and of these the ones of like length."""
    if sum(advance(piece.text) for piece in found) > most * width:
        return None
    if not found:
        return [""] if most else None
    # best[count]: where a paragraph's first `count` pieces stand in the lines so far: weight, lines' ends.
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for _ in range(most):
        longer: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (weight, ends) in best.items():
            for stop, more in _lines_from(found, start, width):
                if stop not in longer or weight + more < longer[stop][0]:
                    longer[stop] = (weight + more, (*ends, stop))
        best = longer
        if len(found) in best:
            stops = best[len(found)][1]
            return [_joined(found[a:b]) for a, b in pairwise((0, *stops))]
    return None


def _lines_from(found: Sequence[Piece], start: int, width: float) -> Iterator[tuple[int, float]]:
    """Every line that may begin with one piece: where it ends, and its weight."""
    long = 0.0
    for stop in range(start, len(found)):
        piece = found[stop]
        long += advance(piece.text) + (advance(" ") if piece.gap and stop > start else 0.0)
        if long > width:
            return
        weight = (long / width) ** 2
        follows = found[stop + 1] if stop + 1 < len(found) else None
        if follows is not None:
            weight += _break(piece, follows)
        if stop == start and len(piece.text) == 1:
            weight += _LONELY
        yield stop + 1, weight


def _break(piece: Piece, follows: Piece) -> float:
    """What a line's end between two pieces costs."""
    if piece.text[-1] in CLOSING:
        return -_SENSE
    if follows.gap:
        return -_SPACE
    if piece.text[-1] in _PARTICLES:
        return -_LEANING
    return _TORN if piece.text[-1] + follows.text[0] in _WORDS else 0.0


def roughness(lines: Sequence[str]) -> int:
    """How badly lines end: nothing behind punctuation, most within a word; the last one's end is good."""
    rough = 0
    for line, follows in pairwise(lines):
        if line and follows and line[-1] not in CLOSING:
            rough += 3 if line[-1] + follows[0] in _WORDS else 1
    return rough


def longest_piece(text: str) -> float:
    """How long, in ems, what is never broken gets in a text."""
    found = (advance(piece.text) for paragraph in text.split("\n") for piece in pieces(paragraph))
    return max(found, default=0.0)


def _joined(found: Sequence[Piece]) -> str:
    return "".join((" " if piece.gap and place else "") + piece.text for place, piece in enumerate(found))


@lru_cache(maxsize=4096)
def advance(text: str) -> float:
    """How far a text goes, in ems, whatever size it is drawn at."""
    with FONT_LOCK:
        return font(_EM).getlength(text) / _EM


@lru_cache(maxsize=256)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The typeface at so many pixels an em; to be used while holding `FONT_LOCK`."""
    # Layout BASIC: the same glyph places whether or not the system has a shaping library.
    return ImageFont.truetype(typeface_path(), size, layout_engine=ImageFont.Layout.BASIC)


def ink(lines: Sequence[str], size: int, across: float) -> Image.Image:
    """The lines in bold as a mask (mode L) that ends where the ink ends; `across` 0 left, 0.5, 1 right."""
    stroke = BOLD * size
    with FONT_LOCK:
        face = font(size)
        lengths = [face.getlength(line) for line in lines]
        widest, edge = max(lengths), size
        canvas = Image.new("L", (round(widest) + 2 * edge, round(len(lines) * LINE * size) + 2 * edge))
        draw = ImageDraw.Draw(canvas)
        for number, (line, length) in enumerate(zip(lines, lengths, strict=True)):
            place = (edge + across * (widest - length), edge + size + number * LINE * size)
            draw.text(place, line, fill=255, font=face, anchor="ls", stroke_width=stroke, stroke_fill=255)
    return canvas.crop(canvas.getbbox())
