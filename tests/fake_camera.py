"""A camera for Chromium: a film that shows one QR code, over and over."""

from pathlib import Path

import segno
from PIL import Image

_WIDTH, _HEIGHT, _FRAMES = 640, 480, 5
_GREY = bytes([128]) * (_WIDTH * _HEIGHT // 2)


def film_of(path: Path, text: str) -> Path:
    """Write the film (YUV4MPEG2), the code a little askew in the middle, as a hand holds it."""
    code = path.with_suffix(".png")
    segno.make(text, micro=False).save(str(code), scale=8, border=4)
    frame = Image.new("L", (_WIDTH, _HEIGHT), 90)
    shown = Image.open(code).convert("L").rotate(4, expand=True, fillcolor=255)
    shown.thumbnail((_HEIGHT - 40, _HEIGHT - 40))
    frame.paste(shown, ((_WIDTH - shown.width) // 2, (_HEIGHT - shown.height) // 2))
    head = f"YUV4MPEG2 W{_WIDTH} H{_HEIGHT} F10:1 Ip A1:1 C420mpeg2\n".encode()
    path.write_bytes(head + (b"FRAME\n" + frame.tobytes() + _GREY) * _FRAMES)
    return path
