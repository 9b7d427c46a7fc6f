"""The right name behind a mistyped one."""

from pipeline.nearest import nearest, suggestion

SLOTS = ("wechat.cover", "wechat.cover_square", "zhihu.cover")


def test_the_most_similar_name_is_found_whatever_its_case() -> None:
    assert nearest("wechat.cover_sqare", SLOTS) == "wechat.cover_square"
    assert nearest("WeChat.Cover", SLOTS) == "wechat.cover"


def test_nothing_is_suggested_when_nothing_is_near() -> None:
    assert nearest("zzz", SLOTS) is None
    assert suggestion("zzz", SLOTS) == ""
    assert suggestion("anything", ()) == ""


def test_a_suggestion_is_ready_to_append() -> None:
    assert suggestion("zhihu.cvoer", SLOTS) == "; did you mean 'zhihu.cover'?"
