"""The Markdown page holds lines that can be pasted into a post as they are."""

from collections.abc import Callable
from dataclasses import replace

from pipeline.delivery.manifest import FileEntry, Manifest
from pipeline.delivery.markdown import images_markdown


def test_lines_stand_by_platform_in_the_order_of_the_post(
    manifest: Manifest, entry: Callable[..., FileEntry]
) -> None:
    wiring = entry(asset="week12/lobster/wiring", slot="wechat.inline", path="wechat/02-wiring.inline.jpg")
    page = images_markdown(
        replace(manifest, files=(*manifest.files, wiring)), {"week12/lobster/cover": "一只龙虾"}
    )

    assert page == (
        "# 给龙虾装上电路板\n"
        "\n## wechat\n"
        "\n![一只龙虾](wechat/01-cover.cover.jpg)\n"
        "\n![wiring](wechat/02-wiring.inline.jpg)\n"
        "\n## xiaohongshu\n"
        "\n![一只龙虾](xiaohongshu/01-cover.note.jpg)\n"
        "\n## Not there\n"
        "\n- week12/lobster/step (wechat.inline): in doubt\n"
    )


def test_words_that_markdown_would_read_are_escaped(
    manifest: Manifest, entry: Callable[..., FileEntry]
) -> None:
    odd = entry(path="wechat/01-接线 (1).cover.jpg")
    page = images_markdown(
        replace(manifest, title="a *b*\n# c", files=(odd,), missing=()), {odd.asset: "x](y) [z]\n<b>"}
    )

    assert page == (
        "# a \\*b\\* \\# c\n\n## wechat\n\n![x\\](y) \\[z\\] \\<b\\>](wechat/01-接线%20%281%29.cover.jpg)\n"
    )


def test_a_rehearsal_says_so(manifest: Manifest) -> None:
    assert "Simulated pictures" in images_markdown(replace(manifest, simulated=True), {})
    assert "Simulated" not in images_markdown(manifest, {})
