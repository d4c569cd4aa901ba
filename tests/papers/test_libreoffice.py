"""Every paper that offices print opens in LibreOffice without a word, and its page has what the paper says."""

import io
import shutil
import subprocess
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pypdfium2
import pytest
from openpyxl import load_workbook

from fund_ledger.forecasts.domain import Forecast
from fund_ledger.reports import domain
from fund_ledger.reports.workbook import workbook
from fund_ledger.statements.domain.statement import Statement
from operations.reports.api.workbook import write_pack, write_workbook
from operations.reports.domain import meeting, notice, statement
from operations.reports.domain.asked import KINDS, MEETING_PACK
from operations.reports.domain.coverage import ROSTERS, Figures, notice_of, roster_of
from operations.reports.domain.ledgers import PAYER_OF, columns_of
from operations.reports.domain.sheet import Cell, Column, Of, Sheet, summed
from operations.reports.domain.summary import sum_columns

SOFFICE: Final = shutil.which("soffice")
AUGUST: Final = date(2019, 8, 1)
PLACE: Final = "445202"
#: What a column of a shape may have at its widest.
CELLS: Final[dict[str, Cell]] = {
    "text": "会宁县甘沟驿镇六十里铺村民委员会",
    "count": 1234,
    "money": 123_456_789,
    "percent": "100.00",
    "day": date(2019, 8, 31),
}
NOBODY: Final = Figures(
    area="450271",
    registered=0,
    matched=0,
    elsewhere=0,
    not_enrolled=0,
    name_mismatch=0,
    should_enrol=0,
    exceptions={},
    coverage_basis_points=10_000,
)
COLUMNS: Final[dict[str, Callable[[], Sequence[Of[Any] | Column]]]] = {
    **{name: lambda name=name: columns_of(name) for name in PAYER_OF},  # type: ignore[misc]
    "summary": lambda: sum_columns(("BMI", "CII", "MA"), {"BMI": "基本医保", "CII": "大病保险", "MA": "医疗救助兜底"}),
    "dispatch-notice": lambda: notice.COLUMNS,
    "county-statement": lambda: statement.COLUMNS,
    "late-register": lambda: meeting.PROBLEM_COLUMNS,
    "meeting-units": lambda: meeting.UNIT_COLUMNS,
    "meeting-problems": lambda: meeting.PROBLEM_COLUMNS,
    "meeting-next": lambda: meeting.NEXT_COLUMNS,
    "coverage-notice": lambda: notice_of((), NOBODY, 2019)[0][1:],
    **{name: lambda name=name: roster_of(name, (), 2019)[0][1:] for name in ROSTERS},  # type: ignore[misc]
}


def _sheet(report: str) -> Sheet:
    columns = (Column("序号", "count"), *(one.column if isinstance(one, Of) else one for one in COLUMNS[report]()))
    rows = tuple((number, *(CELLS[column.shape] for column in columns[1:])) for number in range(1, 31))
    return Sheet(
        report=report,
        title=f"会宁县{KINDS[report].title}",
        area="620422",
        unit="元",
        period="2019年8月",
        ended_on=date(2019, 8, 31),
        columns=columns,
        rows=rows,
        sums=summed(columns, rows),
        clause="002 四(三)",
        notes=("依据：002 四(三)", "冲销、补差按其发生日计入本期；往期报表不因此改变。"),
    )


def _of_operations() -> dict[str, bytes]:
    papers: dict[str, bytes] = {}
    for report in KINDS:
        file = io.BytesIO()
        write_workbook(_sheet(report), file, version=2)
        papers[report] = file.getvalue()
    pack = io.BytesIO()
    write_pack([(KINDS[name].title, _sheet(name), 1) for name in MEETING_PACK], pack)
    return {**papers, "meeting-pack": pack.getvalue()}


def _of_a_hospital() -> domain.Sheet:
    of = Statement(
        statement_id="H1-445202-MA-2019-08",
        hospital_id="H1",
        county=PLACE,
        fund="MA",
        month=AUGUST,
        status="reviewed",
        drawn_on=date(2019, 9, 1),
        claimed_fen=15_000,
        carried_fen=500,
    )
    claimed = domain.Claimed(journal_id="S1", kind="settlement", booked_on=AUGUST, settlement_id="S1", owed_fen=15_000)
    return domain.hospital_paper(of, [claimed])


def _of_the_ledger() -> dict[str, domain.Sheet]:
    funds = [
        domain.Turnover(fund=fund, name=name, opening_fen=100, came_in_fen=500_000_000, went_out_fen=500_000_200)
        for fund, name in (("MA", "医疗救助基金（市级统筹、分账核算）"), ("POVFUND", "扶贫资金"))
    ]
    outlook = Forecast(
        fund="MA",
        method="SAME_MONTH_MEAN",
        month=date(2019, 10, 1),
        need_fen=12_345_600,
        held_out=12,
        error_fen=345_600,
        error_permille=28,
        available_fen=-100,
        runs_out_on=date(2019, 9, 2),
    )
    visits = domain.ClinicVisits(
        centre_id="C1",
        clinic_id="V1",
        route="THROUGH_CENTRE",
        status="paid",
        visits=100,
        unit_fee_fen=900,
        due_fen=90_000,
        passed_fen=50_000,
    )
    flow = domain.Flow(kind="receipt", source="BUDGET", payer="", given_fen=100_000, borne_fen=0)
    balanced = domain.Balanced(
        fund="MA", debit_fen=9, credit_fen=9, bank_fen=5, receivable_fen=0, available_fen=4, owed_fen=1
    )
    return {
        "special-account": domain.special_account(PLACE, AUGUST, funds),
        "county": domain.county_statement(PLACE, AUGUST, funds),
        "forecast": domain.outlook(PLACE, date(2019, 9, 1), [(outlook, "医疗救助基金")]),
        "fund": domain.fund_statement(PLACE, "MA", AUGUST, [flow]),
        "hospital": _of_a_hospital(),
        "trial-balance": domain.trial_paper(PLACE, AUGUST, [balanced]),
        "consultation-fees": domain.consultation_fees(PLACE, AUGUST, [visits]),
    }


def test_a_text_that_is_too_long_for_its_column_is_broken_into_lines_and_its_row_grows() -> None:
    register = load_workbook(io.BytesIO(_of_operations()["late-register"])).active
    assert register is not None
    long, short = register["B5"], register["E5"]
    assert (long.alignment.wrap_text, short.alignment.wrap_text) == (True, None)
    assert register.row_dimensions[5].height == 45
    assert register.page_setup.paperSize == 9
    ledger = load_workbook(io.BytesIO(_of_operations()["ledger-backstop"])).active
    assert ledger is not None
    assert ledger.page_setup.paperSize == 8, "A3: two dozen columns are too small on A4"


def _printed(folder: Path) -> str:
    """What LibreOffice says when it prints all workbooks of a folder, each as a PDF beside it."""
    assert SOFFICE is not None
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    files = sorted(folder.glob("*.xlsx"))
    done = subprocess.run(
        [SOFFICE, profile, "--headless", "--norestore", "--convert-to", "pdf", "--outdir", folder, *files],
        capture_output=True,
        text=True,
        check=True,
    )
    # That no Java is installed is said of LibreOffice, and of no workbook.
    return "\n".join(line for line in (done.stdout + done.stderr).splitlines() if line and "javaldx" not in line)


def _words(pdf: Path) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return "".join("".join(pages).split())


@pytest.mark.long
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is missing (Debian's libreoffice-calc)")
def test_each_paper_opens_and_prints_without_a_warning(tmp_path: Path) -> None:
    of_ledger = _of_the_ledger()
    papers = {**_of_operations(), **{f"ledger-{name}": workbook(sheet) for name, sheet in of_ledger.items()}}
    for name, content in papers.items():
        (tmp_path / f"{name}.xlsx").write_bytes(content)
    said = _printed(tmp_path)
    lines = said.splitlines()
    assert len(lines) == len(papers), said
    assert all(line.startswith("convert ") and "calc_pdf_Export" in line for line in lines), said
    titles = {
        **{name: kind.title for name, kind in KINDS.items()},
        **{f"ledger-{name}": sheet.title for name, sheet in of_ledger.items()},
        "meeting-pack": KINDS[MEETING_PACK[0]].title,
    }
    for name, title in titles.items():
        words = _words(tmp_path / f"{name}.pdf")
        assert "".join(title.split()) in words, name
        assert "###" not in words, f"{name}: a column is too narrow for what stands in it"


@pytest.mark.long
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is missing (Debian's libreoffice-calc)")
def test_a_workbook_that_is_damaged_is_not_printed(tmp_path: Path) -> None:
    (tmp_path / "damaged.xlsx").write_bytes(workbook(_of_the_ledger()["county"])[:-400])
    _printed(tmp_path)
    assert not (tmp_path / "damaged.pdf").exists()
