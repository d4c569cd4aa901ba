"""A batch on paper for those who answer for it: what it does, whom it is about, and where they sign."""

from collections.abc import Sequence
from html import escape
from typing import Final

from starlette.responses import HTMLResponse

from identity.feeds.api.callers import Judge, found_batch
from identity.feeds.commands.people import PeopleOfBatches, PersonOfBatch
from identity.feeds.domain.remarks import DEPARTMENTS, RESULTS
from identity.feeds.queries.batches import FeedBatchAnswer, FeedQueries
from identity.persons.domain.categories import CATEGORY_NAMES, GROUP_NAMES, Category, Department, Group
from identity.persons.domain.masking import mask_id_number
from identity.persons.domain.seeing import SeenFor
from identity.persons.queries.seeing import Looks
from kernel.http import Router
from kernel.values.china_time import CHINA
from kernel.values.division_table import named

#: What fits a binder; the rest is in the receipt, whose digest the sheet names.
_LINES_MAX: Final = 500
_SEAL: Final = "<td>单位（盖章）：<br><br>日期：</td>"
_PAGE: Final = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: A4; margin: 1.5cm }}
body {{ font-family: serif; margin: 1cm }} @media print {{ body {{ margin: 0 }} }}
h1 {{ font-size: 1.3em; text-align: center }}
table {{ border-collapse: collapse; width: 100%; margin: 0.6em 0 }} thead {{ display: table-header-group }}
td, th {{ border: 1px solid; padding: 0.2em 0.4em; text-align: left }} tr {{ break-inside: avoid }}
th, .people td:not(:last-child) {{ font-weight: normal; white-space: nowrap }} .digest {{ word-break: break-all }}
.signed td {{ height: 3.2em; width: 25%; vertical-align: top }} .signed {{ break-inside: avoid }}
</style></head><body><h1>{title}</h1>
<table>{about}</table>
<table class="people">
<thead><tr><th>序号</th><th>姓名</th><th>身份证号</th><th>县区</th><th>结果</th><th>备注</th></tr></thead>
{people}</table>
<p>{more}</p>
<table class="signed"><tr>{steps}</tr></table></body></html>
"""


def signature_sheets(people: PeopleOfBatches, queries: FeedQueries, looks: Looks) -> Router:
    """The route of /v1/feeds/{department}/batches/{number}/signature-sheet."""
    router = Router(prefix="/v1/feeds", tags=["feeds"])

    @router.get("/{department}/batches/{number}/signature-sheet")
    async def signature_sheet(department: str, number: str, caller: Judge) -> HTMLResponse:
        """A batch as a page to print and to sign (签字表), with whom it changes; the look is written down."""
        batch = await found_batch(queries, caller, department, number)
        found = await people.people(batch, 0, None, _LINES_MAX + 1)
        known = [person.person_id for person in found[:_LINES_MAX] if person.person_id is not None]
        await looks.note(caller, SeenFor.LIST_CHECKED, person_ids=known, batch_id=batch.batch_id)
        return HTMLResponse(page_of(batch, found))

    return router


def page_of(batch: FeedBatchAnswer, found: Sequence[PersonOfBatch]) -> str:
    """The page; of more lines than fit it says that there are more."""
    lines = found[:_LINES_MAX]
    more = f"仅列前 {_LINES_MAX} 行，其余见回执文件。" if len(found) > _LINES_MAX else ""
    return _PAGE.format(
        title=f"{DEPARTMENTS[Department(batch.department)]}救助对象名单签字表",
        about="".join(f"<tr><th>{name}</th><td{how}>{escape(said)}</td></tr>" for name, said, how in _about(batch)),
        people="".join(_line(place, person) for place, person in enumerate(lines, start=1)),
        more=more + "未变的人不列出。",
        steps="".join(f"<td>{name}：{escape(by or '')}<br>签字：<br>日期：</td>" for name, by in _steps(batch)) + _SEAL,
    )


def _about(batch: FeedBatchAnswer) -> list[tuple[str, str, str]]:
    found = batch.outcomes or {}
    outcomes = "，".join(f"{said} {found[name]} 行" for name, said in RESULTS.items() if name in found)
    counts = batch.counts or {}
    kind = "全量名单" if batch.kind == "full" else "变更名单"
    if batch.undoes is not None:
        kind = f"撤销批次 {batch.undoes}"
    return [
        ("批次号", batch.number, ""),
        ("名单", " ".join((kind, *_belonging(batch))), ""),
        ("截至", f"{batch.as_of.astimezone(CHINA):%Y-%m-%d %H:%M}", ""),
        ("收到", f"{batch.received_at.astimezone(CHINA):%Y-%m-%d %H:%M}", ""),
        ("行数", f"{counts.get('rows', 0)}（未变 {counts.get('unchanged', 0)}，终止 {counts.get('ending', 0)}）", ""),
        ("结果", outcomes or "尚未生效", ""),
        ("文件 SHA-256", batch.sha256, ' class="digest"'),
    ]


def _belonging(batch: FeedBatchAnswer) -> list[str]:
    """Which people a batch is of, in words."""
    category = None if batch.category is None else CATEGORY_NAMES[Category(batch.category)]
    group = None if batch.group is None else GROUP_NAMES[Group(batch.group)]
    area = None if batch.area is None else named(batch.area)
    return [said for said in (category, group, area) if said is not None]


def _steps(batch: FeedBatchAnswer) -> list[tuple[str, str | None]]:
    return [
        ("填报人", batch.sent_by),
        ("审核人", batch.reviewed_by),
        ("审批人", batch.approved_by or batch.judged_by),
    ]


def _line(place: int, person: PersonOfBatch) -> str:
    number = "" if person.id_number is None else mask_id_number(person.id_number)
    county = named(person.county or person.county_before or "")
    cells = (str(place), person.name or "", number, county, person.result, person.remark)
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
