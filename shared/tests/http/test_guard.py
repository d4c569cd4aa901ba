"""Who gets in: tokens, roles, and applications that forget to ask."""

import time
from typing import Annotated, Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from kernel.http import (
    IdempotencyKey,
    Json,
    KeylessRouteError,
    Router,
    UnguardedRouteError,
    allow,
    answer,
    keyless,
    of_division,
)
from kernel.security import Issuer, Principal, Role

FEES = {"day": "2026-01-31", "lines": [{"code": "a", "amount": "1"}]}
Agency = Annotated[Principal, allow(Role.AGENCY)]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "TOKEN_MISSING"),
        ("", "TOKEN_MALFORMED"),
        ("Basic dXNlcjpwYXNz", "TOKEN_MALFORMED"),
        ("Bearer", "TOKEN_MALFORMED"),
        ("Bearer rubbish", "TOKEN_MALFORMED"),
    ],
)
async def test_a_request_without_a_proper_token_is_told_how(
    client: httpx.AsyncClient, header: str | None, code: str
) -> None:
    del client.headers["Authorization"]
    headers = {"Authorization": header} if header is not None else {}
    reply = await client.post("/encounters/H001-1/fees", content=b"rubbish", headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (401, code)
    assert reply.headers["www-authenticate"].startswith("Bearer")


async def test_expired_and_foreign_tokens_have_their_own_codes(client: httpx.AsyncClient, issuer: Issuer) -> None:
    expired = issuer.issue(Role.HOSPITAL, "his-1", "H001", 60, time.time() - 1000)
    foreign = Issuer(issuer._key, issuer="elsewhere").issue(Role.HOSPITAL, "his-1", "H001", 60, time.time())
    codes = []
    for token in (expired, foreign):
        reply = await client.get("/encounters", headers={"Authorization": f"Bearer {token}"})
        codes.append((reply.status_code, reply.json()["code"]))
    assert codes == [(401, "TOKEN_EXPIRED"), (401, "TOKEN_FOREIGN")]


async def test_another_role_is_refused_before_its_body_is_looked_at(client: httpx.AsyncClient, issuer: Issuer) -> None:
    token = issuer.issue(Role.FINANCE, "clerk-1", None, 60, time.time())
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    reply = await client.post("/encounters/H001-1/fees?x=1", content=b"rubbish", headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (403, "ROLE_NOT_ALLOWED")


async def test_a_hospital_does_not_reach_another_hospitals_encounter(client: httpx.AsyncClient) -> None:
    reply = await client.post("/encounters/H002-1/fees", json=FEES)
    assert (reply.status_code, reply.json()["code"]) == (403, "ORGANISATION_FOREIGN")
    assert reply.json()["about"] == {"organisation": "H002"}


async def test_a_path_that_does_not_look_at_divisions_is_closed_to_who_has_some(
    client: httpx.AsyncClient, issuer: Issuer
) -> None:
    codes = []
    for divisions in (None, ["445202"]):
        token = issuer.issue(Role.AGENCY, "clerk-1", None, 60, time.time(), divisions=divisions)
        reply = await client.get("/encounters", headers={"Authorization": f"Bearer {token}"})
        codes.append(reply.json().get("code"))
    assert codes == [None, "DIVISIONS_NOT_SERVED"]


async def test_a_thing_of_another_division_is_refused_before_the_endpoint_runs(
    make_app: Any, connect: Any, issuer: Issuer
) -> None:
    async def county_of(person_id: str) -> str | None:
        return {"P1": "445202", "P2": "445203"}.get(person_id)

    router = Router(prefix="/persons/{person_id}", dependencies=[of_division("person_id", county_of)])

    @router.get("")
    async def see(person_id: str, caller: Agency) -> Json[str]:
        return answer(f"{caller.subject} sees {person_id}")

    token = issuer.issue(Role.AGENCY, "clerk-1", None, 60, time.time(), divisions=["445202"])
    client = connect(make_app(routers=[router]))
    replies = [
        (await client.get(f"/persons/{name}", headers={"Authorization": f"Bearer {token}"})).json()
        for name in ("P1", "P2", "P3")
    ]
    assert [replies[0], replies[1]["code"], replies[2]] == [
        "clerk-1 sees P1",
        "DIVISION_FOREIGN",
        "clerk-1 sees P3",
    ]


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs"])
async def test_only_health_metrics_and_documents_are_open(client: httpx.AsyncClient, path: str) -> None:
    del client.headers["Authorization"]
    assert (await client.get(path)).status_code == 200


async def test_a_route_without_roles_keeps_the_application_from_starting(make_app: Any) -> None:
    router = Router()

    @router.get("/secrets")
    async def secrets() -> Json[str]:
        return answer("secret")

    with pytest.raises(UnguardedRouteError, match="GET /secrets names no roles"):
        make_app(routers=[router])


async def test_a_route_added_later_keeps_the_application_from_starting(make_app: Any) -> None:
    app = make_app()

    async def secrets(_request: Request) -> Response:
        return PlainTextResponse("secret")

    app.add_route("/secrets", secrets)
    with pytest.raises(UnguardedRouteError, match="/secrets"):
        async with app.router.lifespan_context(app):
            pass


async def test_a_route_that_would_hide_an_open_path_is_refused(make_app: Any) -> None:
    router = Router()

    @router.get("/{anything}")
    async def everything(anything: str, caller: Agency) -> Json[str]:
        return answer(f"{caller.subject} {anything}")

    with pytest.raises(UnguardedRouteError, match="would take the place of"):
        make_app(routers=[router])


async def test_roles_may_be_named_for_a_whole_router(make_app: Any, connect: Any) -> None:
    router = Router(prefix="/reports", dependencies=[allow(Role.AGENCY)])

    @router.get("/{year}")
    async def report(year: str) -> Json[str]:
        return answer(year)

    reply = await connect(make_app(routers=[router])).get("/reports/2026")
    assert (reply.status_code, reply.json()["code"]) == (403, "ROLE_NOT_ALLOWED")


def test_allow_without_a_role_is_refused() -> None:
    with pytest.raises(UnguardedRouteError):
        allow()


async def test_a_writing_route_without_an_idempotency_key_is_refused(make_app: Any) -> None:
    router = Router()

    @router.post("/things")
    async def write(caller: Agency) -> Json[str]:
        return answer(caller.subject)

    with pytest.raises(KeylessRouteError, match="POST /things"):
        make_app(routers=[router])


async def test_a_post_that_writes_nothing_may_say_so(make_app: Any) -> None:
    router = Router()

    @router.post("/previews", dependencies=[keyless("a preview writes nothing")])
    async def preview(caller: Agency) -> Json[str]:
        return answer(caller.subject)

    @router.put("/things/{thing}")
    async def put(thing: str, caller: Agency, key: IdempotencyKey) -> Json[str]:
        return answer(f"{thing} {caller.subject} {key.key}")

    assert "/previews" in make_app(routers=[router]).openapi()["paths"]


def test_an_endpoint_that_would_run_in_a_thread_is_refused() -> None:
    with pytest.raises(TypeError, match="async def"):

        @Router().get("/slow")
        def slow(caller: Agency) -> Json[str]:
            return answer(caller.subject)


def test_an_endpoint_that_does_not_say_what_it_answers_is_refused() -> None:
    with pytest.raises(TypeError, match=r"must return Json\[SomeStruct\]"):

        @Router().get("/vague")
        async def vague(caller: Agency) -> dict[str, str]:
            return {"subject": caller.subject}
