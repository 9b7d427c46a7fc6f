"""Any picture as upright 8-bit sRGB without alpha, which is what platforms take. Must not resize."""

from io import BytesIO

from PIL import Image, ImageCms  # noqa: TID251 - the render package is where pictures are converted

from pipeline.render.exif import orientation

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIXTEEN_BIT = 1 / 257
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION


def upright_srgb(picture: Image.Image) -> Image.Image:
    """The decoded picture as mode RGB, sRGB, turned as its EXIF says, transparent parts white.

    What a decoder noted beside the pixels (EXIF, comments, profiles) is dropped, so that no encoder can
    carry it into a rendition.
    """
    turn = _UPRIGHT.get(orientation(picture.info.get("exif")))
    flat = _flattened(_eight_bit(picture))
    image = _managed(flat, picture.info.get("icc_profile"))
    if turn is not None:
        image = image.transpose(turn)
    image.info = {}
    return image


def _eight_bit(image: Image.Image) -> Image.Image:
    """16-bit greys scaled to 8 bits: Pillow's own conversion would clip them to white."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda value: value * _SIXTEEN_BIT + 0.5).convert("L")


def _flattened(image: Image.Image) -> Image.Image:
    """The picture on white, in a mode that a colour profile can speak about: L, RGB or CMYK."""
    grey = image.mode in ("1", "L", "LA")
    if image.has_transparency_data:
        layered = image.convert("LA" if grey else "RGBA")
        flat = Image.new("L" if grey else "RGB", image.size, "white")
        flat.paste(layered.convert(flat.mode), mask=layered.getchannel("A"))
        return flat
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if grey else "RGB")


def _managed(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours as its profile means them, in sRGB; a broken or foreign profile is as good as none."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            if image.mode != "RGB" or not ImageCms.getProfileDescription(source).startswith("sRGB"):
                return _transformed(image, source)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return image if image.mode == "RGB" else image.convert("RGB")


def _transformed(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    target = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, source, target, _INTENT, outputMode="RGB", flags=_FLAGS)
    assert converted is not None  # it is only when converting in place
    return converted
