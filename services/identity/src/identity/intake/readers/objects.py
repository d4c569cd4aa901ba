"""NDJSON as rows by column: one object of texts a line, which names its own columns."""

from collections.abc import Generator
from typing import BinaryIO

import msgspec

from identity.intake.domain import file_refused, row_refused
from identity.intake.readers.layout import Layout, RawRow
from identity.intake.readers.limits import Limits
from identity.intake.readers.tables import cells_by_column
from identity.intake.readers.texts import json_lines


def object_rows(file: BinaryIO, layout: Layout, limits: Limits) -> Generator[RawRow, None, None]:
    """The rows of a file with one JSON object a line. Raises FileRefusedError."""
    lines, is_ended = json_lines(file, limits)
    kept: RawRow | None = None
    number = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if kept is not None:
            yield kept
        kept = _object(number, line.strip(), layout)
    if kept is None:
        raise file_refused("FEED_FILE_EMPTY", "文件里没有数据行", "the file has no rows")
    if not is_ended and kept.refused is not None and kept.refused.code == "ROW_MALFORMED":
        raise file_refused(
            "FEED_FILE_TRUNCATED",
            "最后一行不完整，文件可能被截断；请重新导出完整的文件",
            "the last row breaks off; send the whole file",
            number,
        )
    yield kept


def _object(number: int, line: str, layout: Layout) -> RawRow:
    try:
        found = msgspec.json.decode(line, type=dict[str, str | None])
    except msgspec.MsgspecError:
        return _malformed(number, "这一行不是由文本组成的 JSON 对象", "the line is not one JSON object of texts")
    columns = [layout.named(name) for name in found]
    if None in columns or len(set(columns)) < len(columns):
        return _malformed(number, "这一行有不认识或重复的列", "the line has a column that is not known, or one twice")
    missing = [name for name in layout.required if name not in columns]
    if missing:
        titles = "、".join(layout.title(name) for name in missing)
        return _malformed(number, f"这一行缺少：{titles}", f"the line lacks the column {', '.join(missing)}")
    told = zip(columns, found.values(), strict=True)
    return cells_by_column(number, {column: text for column, text in told if column is not None and text})


def _malformed(number: int, chinese: str, english: str) -> RawRow:
    return RawRow(number, {}, row_refused("ROW_MALFORMED", chinese, english))


def object_cells(file: BinaryIO, layout: Layout, limits: Limits) -> Generator[tuple[int, dict[str, str]], None, None]:
    """What stands in a file with one JSON object a line, by column, as far as it can be read."""
    for number, line in enumerate(json_lines(file, limits)[0], start=1):
        if not line.strip():
            continue
        try:
            found = msgspec.json.decode(line.strip(), type=dict[str, str | None])
        except msgspec.MsgspecError:
            found = {}
        named = ((layout.named(name), text) for name, text in found.items())
        yield number, {column: text for column, text in named if column is not None and text is not None}
