"""Payment files as the bank takes them: CSV, XLSX and, where the settings name the account, XML; each is a look."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import Final

from fund_ledger.payees.domain import Details
from fund_ledger.payment_files.api.files import Finance, seen_file
from fund_ledger.payment_files.commands.files import FileCommands
from fund_ledger.payment_files.queries import FileQueries
from fund_ledger.payment_files.reading.initiation import initiation
from fund_ledger.payment_files.reading.writing import xlsx_file
from kernel.http import CsvText, ErrorCode, Router, Workbook, XmlText
from kernel.http.fields import NameInPath
from kernel.values.refusals import conflict

CODES: Final = (ErrorCode("PAYER_ACCOUNT_OFF", 409, "The settings name no bank account of the fund"),)


def payment_file_downloads(files: FileCommands, found: FileQueries, payers: Mapping[str, Details]) -> Router:
    """The routes that give a file for the bank: who gets one sees persons' accounts, and that is written down.

    ``payers`` are the bank accounts of counties' funds by ``county/FUND``, where the bank takes orders in XML.
    """
    router = Router(prefix="/v1/payment-files", tags=["payment files"])

    @router.get("/{file_id}/content.csv")
    async def download_csv(file_id: NameInPath, caller: Finance) -> CsvText:
        """The file for the bank as CSV, the same bytes each time; its SHA-256 is in Repr-Digest (RFC 9530)."""
        await seen_file(found, caller, file_id)
        _, _, content = await files.open(caller, file_id)
        return CsvText(content, headers=_headers(f"{file_id}.csv", content))

    @router.get("/{file_id}/content.xlsx")
    async def download_xlsx(file_id: NameInPath, caller: Finance) -> Workbook:
        """The file for the bank as a workbook, with the SHA-256 of the CSV in it."""
        await seen_file(found, caller, file_id)
        made, details, content = await files.open(caller, file_id)
        sha256 = hashlib.sha256(content).hexdigest()
        book = await asyncio.to_thread(xlsx_file, made.file, made.lines, details, sha256)

        async def whole() -> AsyncIterator[bytes]:
            yield book

        return Workbook(whole(), headers=_headers(f"{file_id}.xlsx", book))

    @router.get("/{file_id}/content.xml")
    async def download_xml(file_id: NameInPath, caller: Finance) -> XmlText:
        """The file for the bank as pain.001.001.09; hand in this one or the CSV, never both."""
        of = await seen_file(found, caller, file_id)
        payer = payers.get(f"{of.county}/{of.fund}")
        if payer is None:
            detail = (
                f"no account of {of.fund} of {of.county} is in the settings (ONESTOP_PAYER_ACCOUNTS): fetch the CSV"
            )
            raise conflict("PAYER_ACCOUNT_OFF", detail, fund=of.fund)
        made, details, _ = await files.open(caller, file_id)
        content = await asyncio.to_thread(initiation, made.file, made.lines, details, payer)
        return XmlText(content, headers=_headers(f"{file_id}.xml", content))

    return router


def _headers(name: str, content: bytes) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Repr-Digest": f"sha-256=:{digest}:",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
