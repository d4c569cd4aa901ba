"""Files instead of JSON: declared media types within a limit, under an idempotency key like any write."""

from typing import Annotated, Any

import httpx
import pytest

from kernel.http import IdempotencyKey, Json, RawContent, Router, allow, answer, raw_body
from kernel.security import Principal, Role

CsvFile = Annotated[RawContent, raw_body("text/csv", "application/x-ndjson", bytes_max=2_000_000)]


@pytest.fixture
def uploads(make_app: Any, connect: Any) -> httpx.AsyncClient:
    router = Router()

    @router.post("/feeds")
    async def upload(
        _caller: Annotated[Principal, allow(*Role)], file: CsvFile, key: IdempotencyKey
    ) -> Json[dict[str, str | int]]:
        return answer({"media_type": file.media_type, "bytes": len(file.content), "key": key.key})

    client: httpx.AsyncClient = connect(make_app(routers=[router]))
    return client


async def test_a_file_of_a_declared_type_is_read_beyond_the_usual_limit(uploads: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "Text/CSV; charset=utf-8"}
    reply = await uploads.post("/feeds", content=b"x" * 1_500_000, headers=headers)
    assert reply.json() == {"media_type": "text/csv", "bytes": 1_500_000, "key": "k1"}


async def test_another_type_or_a_larger_file_is_refused(uploads: httpx.AsyncClient) -> None:
    other = await uploads.post("/feeds", content=b"x", headers={"Content-Type": "text/html"})
    large = await uploads.post("/feeds", content=b"x" * 2_000_001, headers={"Content-Type": "text/csv"})
    assert (other.status_code, large.status_code) == (415, 413)
    assert "text/csv or application/x-ndjson" in other.json()["detail"]
