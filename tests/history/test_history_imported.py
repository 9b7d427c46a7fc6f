"""Pictures made elsewhere, as rows."""

from pipeline.history.imported import Foreign, Imports, Known
from tests.history.book import NOW, Book, picture


def test_a_picture_that_another_process_took_in_meanwhile_is_not_written_twice(book: Book) -> None:
    imports = Imports(book.database)
    foreign = Foreign(asset="imported/a/cat", master=picture(), prompt="一只橘猫")

    assert imports.keep(foreign, at=NOW) == 1
    assert imports.keep(foreign, at=NOW) is None
    assert imports.known(picture().sha256) == Known(generation=1, asset="imported/a/cat", trashed=False)
    assert imports.asset_keys() == {"imported/a/cat"}


def test_two_pictures_of_one_prompt_are_two_requests() -> None:
    one, other = (Foreign(asset="imported/a/b", master=picture(name)) for name in ("ab", "cd"))

    assert one.request != other.request
