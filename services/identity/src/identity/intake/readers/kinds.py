"""What a file really is, by its first bytes: a name or a Content-Type says what it should be."""

import zipfile
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import BinaryIO, Final

from identity.intake.domain import FileRefusedError, file_refused


class Kind(StrEnum):
    """The kinds of files that are read."""

    CSV = "CSV"
    NDJSON = "NDJSON"
    XLSX = "XLSX"
    XLS = "XLS"
    ODS = "ODS"


CSV: Final = "text/csv"
NDJSON: Final = "application/x-ndjson"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS: Final = "application/vnd.ms-excel"
ODS: Final = "application/vnd.oasis.opendocument.spreadsheet"
_DECLARED: Final[Mapping[str, Kind]] = MappingProxyType(
    {CSV: Kind.CSV, NDJSON: Kind.NDJSON, XLSX: Kind.XLSX, XLS: Kind.XLS, ODS: Kind.ODS}
)
MEDIA_TYPES: Final = tuple(_DECLARED)
WORKBOOKS: Final = frozenset({Kind.XLSX, Kind.XLS, Kind.ODS})
_ODS_MARK: Final = b"opendocument.spreadsheet"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD: Final = 4096
#: An old workbook has at most 65,536 rows.
_OLE_BYTES_MAX: Final = 256 * 1024 * 1024
#: What begins like this is known, and not read.
_OTHERS: Final = (
    (b"%PDF", "PDF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"\x1f\x8b", "GZIP"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"{\\rtf", "RTF"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"\x00\x01\x00\x00Standard", "Access"),
    (b"MZ\x90\x00", "EXE"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "LNK"),
)
#: Text has no zero bytes but in UTF-16, where every second one may be; some programs fill up the end with them.
_ZEROS_IN_TEXT_MAX: Final = 1 / 32
_HTML: Final = ("<html", "<!doctype html", "<table", "<meta", "<head", "<body", "<style", "<!--", "<div", "<script")


def declared(media_type: str) -> Kind:
    """What the sender says that a file is."""
    return _DECLARED[media_type]


def kind_of(file: BinaryIO, media_type: str) -> Kind:
    """What a file is. One kind of workbook under another's name is read; text under a workbook's is refused by name.

    Raises FileRefusedError FEED_FILE_EMPTY, FEED_FILE_KIND, FEED_FILE_PASSWORD, FEED_FILE_BROKEN.
    """
    file.seek(0)
    head = file.read(_HEAD)
    if not head:
        raise file_refused("FEED_FILE_EMPTY", "文件是空的", "the file is empty")
    said, found = declared(media_type), _found(file, head)
    file.seek(0)
    if found in WORKBOOKS and said in WORKBOOKS:
        return found
    if found is None:
        # Browsers on Windows send CSV as Excel's; a file of text that is meant as text is read as what it is meant.
        if said in WORKBOOKS and said is not Kind.XLS:
            raise _named(
                "CSV 文本", "CSV text", said, "把扩展名改成 .csv 再报送", "rename it to .csv and send it again"
            )
        return said if said not in WORKBOOKS else Kind.CSV
    shown = found.value
    raise _named(
        f"{shown} 工作簿", f"a workbook ({shown})", said, f"把扩展名改成 .{shown.lower()} 再报送", f"send it as {shown}"
    )


def _found(file: BinaryIO, head: bytes) -> Kind | None:
    """The kind of a workbook, None for text. Raises FileRefusedError for what is neither."""
    for mark, name in _OTHERS:
        if head.startswith(mark):
            raise _other(name)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(file)
    if head.startswith(_OLE):
        return _ole(file)
    _check_no_markup(head)
    if _is_binary(head):
        raise _other("二进制 (binary)")
    return None


def _is_binary(head: bytes) -> bool:
    """Whether bytes are no text: zeros among them that UTF-16 would not have like this."""
    filled = head.rstrip(b"\0")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or not filled:
        return not filled
    even, odd = filled[::2].count(0), filled[1::2].count(0)
    return min(even, odd) > len(filled) * _ZEROS_IN_TEXT_MAX


def _zipped(file: BinaryIO) -> Kind:
    try:
        with zipfile.ZipFile(file) as packed:
            names = [name.replace("\\", "/").lower() for name in packed.namelist()]
            mimetype = packed.read("mimetype")[:_HEAD] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, KeyError, RuntimeError) as error:
        raise broken(type(error).__name__) from error
    if _ODS_MARK in mimetype or ("content.xml" in names and "meta-inf/manifest.xml" in names):
        return Kind.ODS
    if any(name.startswith("word/") for name in names):
        raise _other("Word")
    if "xl/workbook.bin" in names:
        raise _other("XLSB")
    if any(name.startswith("xl/") or name.endswith("workbook.xml") for name in names):
        return Kind.XLSX
    raise _other("ZIP")


def _ole(file: BinaryIO) -> Kind:
    # The directory of the compound file names its streams in UTF-16; it may stand anywhere in the file.
    file.seek(0)
    content = file.read(_OLE_BYTES_MAX)
    if content.find("EncryptedPackage".encode("utf-16-le")) >= 0:
        raise password()
    if any(content.find(name.encode("utf-16-le")) >= 0 for name in ("Workbook", "Book")):
        return Kind.XLS
    raise _other("Word 97")


def _check_no_markup(head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:_HEAD].decode("latin-1").lower()
    if start.startswith("<?xml") and "spreadsheet" in start:
        raise _other("XML 2003")
    if start.startswith(_HTML) or (start.startswith("<?xml") and "<html" in start):
        raise _other("HTML")
    if start.startswith("<?xml"):
        raise _other("XML")
    if start.startswith("mime-version:"):
        raise _other("MHTML")


def _other(name: str) -> FileRefusedError:
    return file_refused(
        "FEED_FILE_KIND",
        f"这是 {name} 文件，不是表格；请用 Excel 或 WPS 打开名单，另存为 .xlsx 再报送",
        f"this is {name}, not a list that can be read; open the list in Excel or WPS, save it as .xlsx and send that",
    )


def _named(chinese: str, english: str, said: Kind, todo: str, to_do: str) -> FileRefusedError:
    return file_refused(
        "FEED_FILE_KIND",
        f"文件按 {said.value} 报送，内容却是{chinese}；请{todo}",
        f"it was sent as {said.value} and is {english}; {to_do}",
    )


def password() -> FileRefusedError:
    """The refusal of a workbook that nobody can open without its password."""
    return file_refused(
        "FEED_FILE_PASSWORD",
        "工作簿设有打开密码，无法读取；请取消密码后另存再报送",
        "the workbook has a password for opening; take it off, save it and send it again",
    )


def broken(error: str, row: int | None = None) -> FileRefusedError:
    """The refusal of a damaged file; ``error`` is the kind of error, never its text, which may repeat a cell."""
    return file_refused(
        "FEED_FILE_BROKEN",
        f"文件已损坏或不完整（{error}）；请用 Excel 或 WPS 打开，另存为 .xlsx 再报送",
        f"the file is damaged or not whole ({error}); open it in Excel or WPS, save it anew and send that",
        row,
    )
