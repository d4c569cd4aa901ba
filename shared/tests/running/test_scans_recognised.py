"""What a scan is, told by its bytes."""

import io
import struct
import zlib
from typing import Final

import pytest
from fpdf import FPDF
from PIL import Image

from kernel.running.scans.recognising import media_type_of
from kernel.values.refusals import Refused


def _image(form: str) -> bytes:
    made = io.BytesIO()
    Image.effect_noise((64, 48), 40).save(made, form)
    return made.getvalue()


def _pdf(*, locked: bool = False) -> bytes:
    made = FPDF()
    made.add_page()
    made.image(Image.effect_noise((64, 48), 40))
    if locked:
        made.set_encryption(owner_password="x")
    return bytes(made.output())


def _png_of(width: int, height: int) -> bytes:
    """A few bytes that say to be an image of any size."""
    parts = [b"\x89PNG\r\n\x1a\n"]
    for name, data in ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IEND", b"")):
        parts.append(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)))
    return b"".join(parts)


#: "/JS" among compressed bytes is no script.
_STREAM: Final = b"%PDF-1.4\n1 0 obj<</Length 4>>stream\n/JS \nendstream endobj\n%%EOF"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (_image("JPEG"), "image/jpeg"),
        (_image("JPEG") + b"a phone's own notes", "image/jpeg"),
        (_image("PNG"), "image/png"),
        (_pdf(), "application/pdf"),
        (_STREAM, "application/pdf"),
    ],
)
def test_a_scan_is_known_by_its_content(content: bytes, media_type: str) -> None:
    assert media_type_of(content) == media_type


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (_image("GIF"), "SCAN_UNREADABLE"),
        (_image("TIFF"), "SCAN_UNREADABLE"),
        (_image("JPEG")[: len(_image("JPEG")) // 2], "SCAN_UNREADABLE"),
        (_image("PNG")[:-20], "SCAN_UNREADABLE"),
        (_image("PNG")[:-30] + bytes(30), "SCAN_UNREADABLE"),
        (_png_of(100_000, 100_000), "SCAN_UNREADABLE"),
        (_png_of(12_000, 10_000), "SCAN_UNREADABLE"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SCAN_UNREADABLE"),
        (b"%PDF-1.7 and no end", "SCAN_UNREADABLE"),
        (b"MZ" + _pdf(), "SCAN_UNREADABLE"),
        (b"%PDF-1.7\n" + b"stream\n" * 700_000 + b"%%EOF", "SCAN_UNREADABLE"),  # looked back at, it would take hours
        (_STREAM.replace(b"%%EOF", b"2 0 obj<<>>stream\nno end\n%%EOF"), "SCAN_UNREADABLE"),
        (_STREAM.replace(b"%%EOF", b"<</JS (x)>>\n%%EOF"), "SCAN_NOT_PLAIN"),  # behind one that ends
        (_pdf(locked=True), "SCAN_NOT_PLAIN"),
        (_pdf().replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction <</S /JavaScript /JS (x)>>"), "SCAN_NOT_PLAIN"),
        (b"%PDF-1.7\n<</S/Launch/F(cmd.exe)>>\n%%EOF", "SCAN_NOT_PLAIN"),
    ],
)
def test_what_is_another_thing_or_broken_or_does_something_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        media_type_of(content)
    assert refused.value.code == code
