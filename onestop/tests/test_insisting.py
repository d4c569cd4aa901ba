"""A careful caller sends the same message again while the service cannot serve it, and no longer than asked."""

from collections.abc import Awaitable, Callable
from functools import partial

import httpx
import pytest

from onestop.insisting import insist, insist_on


class Replies:
    """A caller's line to a service that answers with these statuses in turn; 0 is a broken connection."""

    def __init__(self, *statuses: int) -> None:
        self._left = list(statuses)
        self.keys: list[str] = []

    def reply(self, request: httpx.Request) -> httpx.Response:
        self.keys.append(request.headers["Idempotency-Key"])
        status = self._left.pop(0)
        if status == 0:
            raise httpx.ReadError("the connection broke", request=request)
        return httpx.Response(status)

    def sender(self) -> Callable[[], Awaitable[httpx.Response]]:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self.reply), base_url="http://service")
        return lambda: client.post("/", headers={"Idempotency-Key": "one"})


async def test_the_same_message_is_sent_until_it_is_answered() -> None:
    replies = Replies(503, 0, 503, 201)
    assert (await insist(replies.sender())).status_code == 201
    assert replies.keys == ["one"] * 4


@pytest.mark.parametrize("status", [200, 400, 409, 500])
async def test_any_other_answer_is_taken_as_it_is(status: int) -> None:
    replies = Replies(status)
    assert (await insist(replies.sender())).status_code == status


async def test_a_service_that_stays_away_is_told_as_it_was() -> None:
    assert (await insist(Replies(503).sender(), seconds=-1)).status_code == 503
    with pytest.raises(httpx.ReadError):
        await insist(Replies(0).sender(), seconds=-1)


def test_at_the_terminal_the_same_message_is_sent_until_it_is_answered_and_who_is_away_is_said_at_once() -> None:
    replies = Replies(503, 503, 201, 0)
    with httpx.Client(transport=httpx.MockTransport(replies.reply), base_url="http://service") as client:
        send = partial(client.post, "/", headers={"Idempotency-Key": "one"})
        assert insist_on(send).status_code == 201
        assert replies.keys == ["one"] * 3
        with pytest.raises(httpx.ReadError):
            insist_on(send)
