"""What a scan is, told by its bytes: a name and a declared type prove nothing."""

import io
import re
import warnings
from collections.abc import Iterator
from typing import Final

from PIL import Image

from kernel.values.refusals import Refused

PDF: Final = "application/pdf"
_IMAGES: Final = {"JPEG": "image/jpeg", "PNG": "image/png"}
MEDIA_TYPES: Final = (PDF, *_IMAGES.values())
ENDINGS: Final = {PDF: "pdf", "image/jpeg": "jpg", "image/png": "png"}

#: A page of A3 at 600 dots an inch has 70 million; what is more is made to fill the memory of whoever opens it.
PIXELS_MAX: Final = 80_000_000
#: JPEG is decoded at an eighth of its size: enough to find where it breaks off.
_EIGHTH: Final = 8
_HEAD: Final = re.compile(rb"%PDF-[12]\.[0-9]")
_TAIL_BYTES: Final = 1024
_STREAM: Final = re.compile(rb"\bstream\r?\n")
_STREAM_END: Final = b"endstream"
#: What a PDF may carry that does something when it is opened, or that holds another file.
_ACTIVE: Final = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)(?![A-Za-z])")
_LOCKED: Final = re.compile(rb"/Encrypt(?![A-Za-z])")


def media_type_of(content: bytes) -> str:
    """The media type of a scan: PDF, JPEG or PNG.

    Raises Refused SCAN_UNREADABLE for another thing, or one that is broken, and SCAN_NOT_PLAIN for a PDF that is locked
    or that does something. What hides in a compressed part of a PDF is not found: it is handed out as an attachment.
    """
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return PDF
    return _image(content)


def _check_pdf(content: bytes) -> None:
    if not _HEAD.match(content) or b"%%EOF" not in content[-_TAIL_BYTES:]:
        raise _unreadable("a PDF that breaks off or has no version")
    plain = b"".join(_outside_streams(content))
    if _LOCKED.search(plain):
        raise Refused("SCAN_NOT_PLAIN", "the PDF is locked with a password: save it without one")
    if found := _ACTIVE.search(plain):
        detail = f"the PDF has {found[0].decode()[:20]}, which a scan has not: print it to a new PDF, or scan the paper"
        raise Refused("SCAN_NOT_PLAIN", detail)


def _outside_streams(content: bytes) -> Iterator[bytes]:
    """What stands outside the streams. No byte is passed twice: in some files looking back would take hours."""
    begin = 0
    while stream := _STREAM.search(content, begin):
        yield content[begin : stream.start()]
        end = content.find(_STREAM_END, stream.end())
        if end < 0:
            raise _unreadable("a PDF with a part that does not end")
        begin = end + len(_STREAM_END)
    yield content[begin:]


def _image(content: bytes) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own bound on pixels is lower, and only a warning
            with Image.open(io.BytesIO(content), formats=list(_IMAGES)) as image:
                width, height = image.size
                if width * height > PIXELS_MAX:
                    detail = f"the image has {width} by {height} pixels, at most {PIXELS_MAX}: scan it more coarsely"
                    raise Refused("SCAN_UNREADABLE", detail)
                _read_through(image)
                return _IMAGES[str(image.format)]
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _unreadable("no PDF, JPEG or PNG, or one that is broken") from error


def _read_through(image: Image.Image) -> None:
    if image.format == "JPEG":
        image.draft("RGB", (image.width // _EIGHTH, image.height // _EIGHTH))
        image.load()
    else:
        image.verify()


def _unreadable(what: str) -> Refused:
    return Refused("SCAN_UNREADABLE", f"the file is {what}; send the scan itself as PDF, JPEG or PNG")
