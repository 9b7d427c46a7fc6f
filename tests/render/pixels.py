"""Pictures sent through a real file and the code that makes them sRGB, and a look at single pixels."""

from io import BytesIO

from PIL import Image  # noqa: TID251 - tests make the pictures that the product reads

from pipeline.render.colour import WHITE, Colour, upright_srgb

Pixel = tuple[int, int, int]


def converted(
    image: Image.Image, encoder: str = "PNG", *, background: Colour = WHITE, **options: object
) -> Image.Image:
    """The picture after a trip through a real file and the code under test."""
    file = BytesIO()
    image.save(file, encoder, **options)
    return read(file.getvalue(), background)


def read(data: bytes, background: Colour = WHITE) -> Image.Image:
    """A file's bytes through the code under test."""
    with Image.open(BytesIO(data)) as opened:
        opened.load()
        result = upright_srgb(opened, background)
    assert result.mode == "RGB"
    assert result.info == {}
    return result


def near(image: Image.Image, place: tuple[int, int], wanted: Pixel, off: int = 2) -> bool:
    """Whether every channel of a pixel is at most `off` from what is wanted."""
    pixel = image.getpixel(place)
    assert isinstance(pixel, tuple)
    return all(abs(have - want) <= off for have, want in zip(pixel, wanted, strict=True))
