"""Any picture as upright 8-bit sRGB without alpha, which is what platforms take. Must not resize."""

from io import BytesIO

from PIL import (  # noqa: TID251 - the render package is where pictures are converted
    Image,
    ImageChops,
    ImageCms,
    ImageMath,
)

from pipeline.render.exif import orientation

Colour = tuple[int, int, int]
"""Red, green, blue of sRGB, 0..255 each."""
WHITE: Colour = (255, 255, 255)

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_GREYS = ("1", "L", "LA")
_SIXTEEN_BIT = 1 / 257
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION


def upright_srgb(picture: Image.Image, background: Colour = WHITE) -> Image.Image:
    """The decoded picture as mode RGB, sRGB, turned as its EXIF says, lying on `background`.

    `picture` is used up: where nothing or little has to change, the answer is made of its own pixels. What
    a decoder noted beside them (EXIF, comments, profiles) is dropped, so that no encoder can carry it into
    a rendition.
    """
    turn = _UPRIGHT.get(orientation(picture.info.get("exif")))
    profile = _foreign(picture.info.get("icc_profile"))
    image = _inked(_eight_bit(picture))
    image = _laid(image, profile, background) if image.has_transparency_data else _managed(image, profile)
    if turn is not None:
        image = image.transpose(turn)
    image.info = {}
    return image


def _eight_bit(image: Image.Image) -> Image.Image:
    """16-bit greys scaled to 8 bits (Pillow's own conversion would clip them), their clear grey as alpha."""
    if not image.mode.startswith("I"):
        return image
    deep, clear = image.convert("I"), image.info.get("transparency")
    grey = deep.point(lambda value: value * _SIXTEEN_BIT + 0.5).convert("L")
    grey.info = {}
    if clear is not None:
        # Compared at 16 bits: other greys may become the same one of 8.
        solid = ImageMath.lambda_eval(lambda known: (known["deep"] != clear) * 255, deep=deep)
        grey.putalpha(solid.convert("L"))
    return grey


def _inked(image: Image.Image) -> Image.Image:
    """CMYK with 255 as full ink. The decoder takes every JPEG for Adobe's, which are stored inverted."""
    if image.mode != "CMYK" or "adobe" in image.info:
        return image
    return ImageChops.invert(image)


def _laid(image: Image.Image, profile: ImageCms.ImageCmsProfile | None, background: Colour) -> Image.Image:
    """The picture with its transparent parts over the background, whose colour no profile changes."""
    grey = image.mode in _GREYS
    layered = image if image.mode in ("LA", "RGBA") else image.convert("LA" if grey else "RGBA")
    flat = Image.new("RGB", image.size, background)
    if profile is None:
        flat.paste(layered, mask=layered)
    else:
        flat.paste(_managed(layered.convert("L" if grey else "RGB"), profile), mask=layered.getchannel("A"))
    return flat


def _managed(image: Image.Image, profile: ImageCms.ImageCmsProfile | None) -> Image.Image:
    """The colours as their profile means them, in sRGB; a profile for other channels is as good as none."""
    if image.mode not in ("L", "RGB", "CMYK"):
        image = image.convert("L" if image.mode in _GREYS else "RGB")
    if profile is not None:
        try:
            return _transformed(image, profile)
        except ImageCms.PyCMSError:
            pass
    return image if image.mode == "RGB" else image.convert("RGB")


def _transformed(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    in_place = image.mode == "RGB"  # a second picture of a large master is memory for nothing
    converted = ImageCms.profileToProfile(
        image,
        profile,
        ImageCms.createProfile("sRGB"),
        _INTENT,
        outputMode=None if in_place else "RGB",
        inPlace=in_place,
        flags=_FLAGS,
    )
    return image if converted is None else converted


def _foreign(profile: bytes | None) -> ImageCms.ImageCmsProfile | None:
    """A profile that changes colours: None for none, for sRGB itself, and for one that cannot be read."""
    if not profile:
        return None
    try:
        opened = ImageCms.ImageCmsProfile(BytesIO(profile))
        return None if ImageCms.getProfileDescription(opened).startswith("sRGB") else opened
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
