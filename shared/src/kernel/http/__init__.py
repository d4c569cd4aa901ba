"""The HTTP shell of every service: applications, routers, bodies, problems, idempotency, paging, logs, serving."""

from kernel.http.amounts import SignedYuan, Yuan
from kernel.http.answers import CsvLines, CsvText, Json, Pdf, Workbook, XmlText, answer, answered, stored_answer
from kernel.http.app import create_app
from kernel.http.availability import UnavailableError
from kernel.http.bodies import Sent, body
from kernel.http.conditional import tagged
from kernel.http.correlation import current_correlation_id
from kernel.http.error_codes import SHELL_CODES, ErrorCode, errors_markdown
from kernel.http.guard import UnguardedRouteError, allow, of_division
from kernel.http.idempotency import Idempotency, IdempotencyKey, keyless
from kernel.http.logs import configure_logging
from kernel.http.paging import ById, Page, PageRequest, page_of, paged, paging
from kernel.http.problems import ProblemError
from kernel.http.routes import Router
from kernel.http.serving import Address, serve, serving
from kernel.http.startup_checks import KeylessRouteError
from kernel.http.uploads import upload
from kernel.http.wire import RequestBody, Wire, encode

__all__ = [
    "SHELL_CODES",
    "Address",
    "ById",
    "CsvLines",
    "CsvText",
    "ErrorCode",
    "Idempotency",
    "IdempotencyKey",
    "Json",
    "KeylessRouteError",
    "Page",
    "PageRequest",
    "Pdf",
    "ProblemError",
    "RequestBody",
    "Router",
    "Sent",
    "SignedYuan",
    "UnavailableError",
    "UnguardedRouteError",
    "Wire",
    "Workbook",
    "XmlText",
    "Yuan",
    "allow",
    "answer",
    "answered",
    "body",
    "configure_logging",
    "create_app",
    "current_correlation_id",
    "encode",
    "errors_markdown",
    "keyless",
    "of_division",
    "page_of",
    "paged",
    "paging",
    "serve",
    "serving",
    "stored_answer",
    "tagged",
    "upload",
]
