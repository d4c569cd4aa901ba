"""Tokens: who is let in, who is not, and with which code."""

import base64
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey

from kernel.security import Authenticator, Issuer, Principal, PublicKeys, Role, TokenFault, TokenRejectedError

NOW = 1_900_000_000


class Clock:
    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def key() -> ECKey:
    return ECKey.generate_key("P-256")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer(key: ECKey) -> Issuer:
    return Issuer(key, issuer="the-issuer", audience="onestop")


@pytest.fixture
def authenticator(issuer: Issuer, clock: Clock) -> Authenticator:
    return Authenticator(PublicKeys.inline(issuer.jwks()), issuer="the-issuer", audience="onestop", now=clock)


def claims(**changes: Any) -> dict[str, Any]:
    base = {
        "iss": "the-issuer",
        "aud": "onestop",
        "sub": "his-1",
        "roles": ["hospital"],
        "organisation": "H001",
        "exp": NOW + 60,
    }
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def signed(key: ECKey, changes: dict[str, Any]) -> str:
    return jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, claims(**changes), key)


async def fault(authenticator: Authenticator, token: str) -> TokenFault:
    with pytest.raises(TokenRejectedError) as caught:
        await authenticator.authenticate(token)
    return caught.value.fault


async def test_an_issued_token_names_its_caller(authenticator: Authenticator, issuer: Issuer) -> None:
    token = issuer.issue(Role.HOSPITAL, "his-1", "H001", 60, NOW)
    principal = await authenticator.authenticate(token)
    assert principal == Principal("his-1", frozenset({Role.HOSPITAL}), "H001")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"exp": NOW - 31}, TokenFault.EXPIRED),
        ({"nbf": NOW + 31}, TokenFault.NOT_YET_VALID),
        ({"iss": "another-issuer"}, TokenFault.FOREIGN),
        ({"aud": "another-audience"}, TokenFault.FOREIGN),
        ({"exp": None}, TokenFault.MALFORMED),
        ({"exp": "tomorrow"}, TokenFault.MALFORMED),
        ({"exp": float("nan")}, TokenFault.MALFORMED),
        ({"sub": None}, TokenFault.MALFORMED),
        ({"roles": None}, TokenFault.MALFORMED),
        ({"roles": []}, TokenFault.MALFORMED),
        ({"roles": ["king"]}, TokenFault.MALFORMED),
        ({"roles": "hospital"}, TokenFault.MALFORMED),
        ({"organisation": None}, TokenFault.MALFORMED),
        ({"organisation": ""}, TokenFault.MALFORMED),
        ({"organisation": 7}, TokenFault.MALFORMED),
        ({"divisions": ["445202"]}, TokenFault.MALFORMED),
        ({"roles": ["agency"], "divisions": []}, TokenFault.MALFORMED),
        ({"roles": ["township"], "organisation": None}, TokenFault.MALFORMED),
        ({"roles": ["township"], "organisation": "445202"}, TokenFault.MALFORMED),
        ({"roles": ["township"], "organisation": "445202001", "divisions": ["445202"]}, TokenFault.MALFORMED),
        ({"roles": ["township", "agency"], "organisation": "445202001"}, TokenFault.MALFORMED),
        ({"roles": ["agency"], "divisions": ["4452"]}, TokenFault.MALFORMED),
        ({"roles": ["agency"], "divisions": "445202"}, TokenFault.MALFORMED),
    ],
)
async def test_a_token_with_a_wrong_claim_is_rejected(
    authenticator: Authenticator, key: ECKey, changes: dict[str, Any], expected: TokenFault
) -> None:
    assert await fault(authenticator, signed(key, changes)) is expected


async def test_a_township_works_for_itself_alone(authenticator: Authenticator, issuer: Issuer) -> None:
    for _ in range(2):  # the second verdict is a remembered one
        caller = await authenticator.authenticate(issuer.issue(Role.TOWNSHIP, "window-1", "445202001", 60, NOW))
        assert (caller.divisions, caller.own_township) == (frozenset({"445202001"}), "445202001")
        assert caller.scope != Principal("window-1", frozenset({Role.TOWNSHIP}), "445202002").scope


async def test_clocks_may_differ_by_the_leeway(authenticator: Authenticator, key: ECKey) -> None:
    late = await authenticator.authenticate(signed(key, {"exp": NOW - 29}))
    early = await authenticator.authenticate(signed(key, {"nbf": NOW + 29}))
    assert late.subject == early.subject == "his-1"


async def test_staff_needs_no_organisation(authenticator: Authenticator, key: ECKey) -> None:
    principal = await authenticator.authenticate(signed(key, {"roles": ["finance"], "organisation": None}))
    assert principal.organisation is None


async def test_staff_may_be_staff_of_divisions(authenticator: Authenticator, issuer: Issuer) -> None:
    token = issuer.issue(Role.AGENCY, "clerk-1", None, 60, NOW, divisions=["445202", "445203"])
    principal = await authenticator.authenticate(token)
    assert principal.divisions == frozenset({"445202", "445203"})
    with pytest.raises(ValueError, match="a hospital treats people of every county"):
        issuer.issue(Role.HOSPITAL, "his-1", "H001", 60, NOW, divisions=["445202"])


async def test_a_claim_of_nothing_is_not_everywhere(authenticator: Authenticator, key: ECKey) -> None:
    token = jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, {**claims(roles=["agency"]), "divisions": None}, key)
    assert await fault(authenticator, token) is TokenFault.MALFORMED


async def test_a_token_of_an_unknown_key_is_foreign(authenticator: Authenticator) -> None:
    assert await fault(authenticator, signed(ECKey.generate_key("P-256"), {})) is TokenFault.FOREIGN


async def test_a_token_signed_by_another_key_under_a_known_id_is_foreign(
    authenticator: Authenticator, key: ECKey
) -> None:
    other = ECKey.generate_key("P-256")
    token = jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, claims(), other)
    assert await fault(authenticator, token) is TokenFault.FOREIGN


async def test_changing_one_claim_breaks_the_signature(authenticator: Authenticator, key: ECKey) -> None:
    header, _, signature = signed(key, {}).split(".")
    payload = base64.urlsafe_b64encode(json.dumps(claims(organisation="H002")).encode()).rstrip(b"=").decode()
    assert await fault(authenticator, f"{header}.{payload}.{signature}") is TokenFault.FOREIGN


async def test_the_public_key_cannot_be_used_as_a_shared_secret(authenticator: Authenticator, key: ECKey) -> None:
    secret = OctKey.import_key(json.dumps(key.as_dict(private=False)))
    token = jwt.encode({"alg": "HS256", "kid": key.thumbprint()}, claims(), secret)
    assert await fault(authenticator, token) is TokenFault.MALFORMED


async def test_an_unsigned_token_is_malformed(authenticator: Authenticator, key: ECKey) -> None:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": key.thumbprint()}).encode()).decode()
    payload = base64.urlsafe_b64encode(json.dumps(claims()).encode()).decode()
    assert await fault(authenticator, f"{header}.{payload}.".replace("=", "")) is TokenFault.MALFORMED


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.é.é", "e30.e30.e30", "W10.W10.W10", "x" * 9000])
async def test_rubbish_is_malformed(authenticator: Authenticator, token: str) -> None:
    assert await fault(authenticator, token) is TokenFault.MALFORMED


@pytest.mark.parametrize("algorithm", ["EdDSA", "Ed25519"])
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_edwards_keys_are_accepted_under_both_names(clock: Clock, algorithm: str) -> None:
    key = OKPKey.generate_key("Ed25519")
    keys = PublicKeys.inline({"keys": [key.as_dict(private=False, kid="ed")]})
    authenticator = Authenticator(keys, issuer="the-issuer", audience="onestop", now=clock)
    token = jwt.encode({"alg": algorithm, "kid": "ed"}, claims(), key, algorithms=[algorithm])
    assert (await authenticator.authenticate(token)).subject == "his-1"


async def test_a_verified_token_is_remembered_until_it_expires(
    authenticator: Authenticator, key: ECKey, clock: Clock
) -> None:
    token = signed(key, {})
    assert authenticator.remembered(token) is None
    await authenticator.authenticate(token)
    clock.now = NOW + 89.0
    assert authenticator.remembered(token) is not None
    clock.now = NOW + 91.0
    assert authenticator.remembered(token) is None
    assert await fault(authenticator, token) is TokenFault.EXPIRED


async def test_a_long_lived_token_is_verified_again_after_five_minutes(
    authenticator: Authenticator, key: ECKey, clock: Clock
) -> None:
    token = signed(key, {"exp": NOW + 86_400})
    await authenticator.authenticate(token)
    clock.now = NOW + 301.0
    assert authenticator.remembered(token) is None


async def test_only_so_many_tokens_are_remembered(key: ECKey, issuer: Issuer, clock: Clock) -> None:
    keys = PublicKeys.inline(issuer.jwks())
    authenticator = Authenticator(keys, issuer="the-issuer", audience="onestop", now=clock, remembered_max=2)
    tokens = [signed(key, {"sub": f"his-{n}"}) for n in range(3)]
    for token in tokens:
        await authenticator.authenticate(token)
    assert [authenticator.remembered(token) is not None for token in tokens] == [False, True, True]


async def test_the_reason_never_repeats_the_token(authenticator: Authenticator, key: ECKey) -> None:
    token = signed(key, {"iss": "another-issuer"})
    with pytest.raises(TokenRejectedError) as caught:
        await authenticator.authenticate(token)
    assert token not in str(caught.value)
    assert token.split(".")[1] not in str(caught.value)


@pytest.mark.parametrize("subject", ["his-1 ", " his-1", "his 1", "his-1\u200b", "his\u30001", "ｈｉｓ-1", ""])
async def test_one_person_has_one_name_only(authenticator: Authenticator, key: ECKey, subject: str) -> None:
    assert await fault(authenticator, signed(key, {"sub": subject})) is TokenFault.MALFORMED


async def test_an_issuer_may_say_elsewhere_who_the_person_is(issuer: Issuer, clock: Clock, key: ECKey) -> None:
    keys = PublicKeys.inline(issuer.jwks())
    wanted = Authenticator(keys, issuer="the-issuer", audience="onestop", person_claim="employee", now=clock)
    tokens = [signed(key, {"sub": session, "employee": "e-17"}) for session in ("session-1", "session-2")]
    assert {(await wanted.authenticate(token)).subject for token in tokens} == {"e-17"}
    assert await fault(wanted, signed(key, {"sub": "session-1"})) is TokenFault.MALFORMED
