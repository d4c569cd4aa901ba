"""Turns a bearer token into a Principal: signature, issuer, audience and times are checked, then remembered."""

import warnings
from base64 import urlsafe_b64decode
from collections.abc import Callable
from time import time
from typing import Any, Final
from unicodedata import normalize

import msgspec
from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, ExpiredTokenError, JoseError, SecurityWarning
from joserfc.jwk import Key

from kernel.security.principal import (
    ROLES_OF_ONE_ORGANISATION,
    Principal,
    Role,
    division_fault,
    township_fault,
)
from kernel.security.public_keys import PublicKeys
from kernel.security.rejections import TokenFault, TokenRejectedError

#: Asymmetric signatures only: nobody who can verify a token may be able to make one.
ALGORITHMS: Final = ("ES256", "Ed25519", "EdDSA")
TOKEN_BYTES_MAX: Final = 8192
#: A verdict is not kept longer than this, so that a withdrawn key stops working soon.
_REMEMBER_SECONDS_MAX: Final = 300


class _Verdict(msgspec.Struct, frozen=True):
    principal: Principal
    generation: int
    until: float


class Authenticator:
    """Verifies bearer tokens of one issuer for one audience.

    A verified token is remembered until it expires (at most five minutes, at most ``remembered_max``
    tokens): checking a signature costs more than the rest of a request. ``person_claim`` names the claim in which the
    issuer says which human being it is; an issuer that gives one person several ``sub`` must have another one.
    """

    def __init__(
        self,
        keys: PublicKeys,
        *,
        issuer: str,
        audience: str,
        leeway_seconds: int = 30,
        person_claim: str = "sub",
        remembered_max: int = 10_000,
        now: Callable[[], float] = time,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._leeway_seconds = leeway_seconds
        self._person_claim = person_claim
        self._remembered_max = remembered_max
        self._now = now
        self._verdicts: dict[str, _Verdict] = {}

    def remembered(self, token: str) -> Principal | None:
        """The caller of a token verified before, if that verdict still holds."""
        verdict = self._verdicts.get(token)
        if verdict is None:
            return None
        if verdict.until <= self._now() or verdict.generation != self._keys.generation:
            del self._verdicts[token]
            return None
        return verdict.principal

    async def authenticate(self, token: str) -> Principal:
        """The caller that ``token`` names. Raises TokenRejectedError, or KeysUnavailableError without keys."""
        if principal := self.remembered(token):
            return principal
        claims = await self._verified_claims(token)
        principal = _principal(claims, self._person_claim)
        self._remember(token, principal, claims["exp"])
        return principal

    async def _verified_claims(self, token: str) -> dict[str, Any]:
        key = await self._keys.find(_key_id(token))
        if key is None:
            raise TokenRejectedError(TokenFault.FOREIGN, "the token is signed with a key this service does not know")
        claims = _decode(token, key)
        registry = jwt.JWTClaimsRegistry(
            now=int(self._now()),
            leeway=self._leeway_seconds,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        try:
            registry.validate(claims)
        except ClaimError as error:
            raise self._rejected(error) from error
        return claims

    def _rejected(self, error: ClaimError) -> TokenRejectedError:
        if isinstance(error, ExpiredTokenError):
            return TokenRejectedError(TokenFault.EXPIRED, "the token has expired: ask the issuer for a new one")
        match error.claim:
            case "iss":
                return TokenRejectedError(TokenFault.FOREIGN, f"the token must be issued by {self._issuer}")
            case "aud":
                return TokenRejectedError(TokenFault.FOREIGN, f"the token must be meant for {self._audience}")
            case "nbf" | "iat":
                return TokenRejectedError(TokenFault.NOT_YET_VALID, "the token is not valid yet")
            case _:
                detail = "the token must name iss, aud, sub and exp, each of the right type"
                return TokenRejectedError(TokenFault.MALFORMED, detail)

    def _remember(self, token: str, principal: Principal, expires_at: float) -> None:
        while len(self._verdicts) >= self._remembered_max:
            del self._verdicts[next(iter(self._verdicts))]
        now = self._now()
        until = min(expires_at + self._leeway_seconds, now + _REMEMBER_SECONDS_MAX)
        self._verdicts[token] = _Verdict(principal, self._keys.generation, until)


def _key_id(token: str) -> str:
    if len(token) > TOKEN_BYTES_MAX:
        raise TokenRejectedError(TokenFault.MALFORMED, f"the token is longer than {TOKEN_BYTES_MAX} bytes")
    try:
        header = msgspec.json.decode(urlsafe_b64decode(token.split(".", 1)[0] + "=="), type=dict[str, Any])
    except (ValueError, msgspec.MsgspecError) as error:
        raise TokenRejectedError(TokenFault.MALFORMED, "the token is not a JSON Web Token in compact form") from error
    key_id = header.get("kid")
    if header.get("alg") not in ALGORITHMS or not isinstance(key_id, str):
        raise TokenRejectedError(TokenFault.MALFORMED, f"the token's header must name kid and one of {ALGORITHMS}")
    return key_id


def _decode(token: str, key: Key) -> dict[str, Any]:
    try:
        with warnings.catch_warnings():
            # joserfc warns of the name EdDSA since RFC 9864; issuers will use it for years.
            warnings.simplefilter("ignore", SecurityWarning)
            return jwt.decode(token, key, algorithms=ALGORITHMS).claims
    except BadSignatureError as error:
        raise TokenRejectedError(TokenFault.FOREIGN, "the token's signature does not match its key") from error
    except (JoseError, ValueError) as error:
        raise TokenRejectedError(TokenFault.MALFORMED, "the token is not a signed JSON Web Token") from error


def _person(claims: dict[str, Any], claim: str) -> str:
    """The one name of a person. Two people are told apart by it, so it may be written in one way only."""
    said = claims.get(claim)
    if (
        not isinstance(said, str)
        or not said.isprintable()
        or " " in said
        or said != normalize("NFKC", said)
        or not said
    ):
        detail = f"the token's {claim} must be the person's one id: a text without blanks, in its normal form (NFKC)"
        raise TokenRejectedError(TokenFault.MALFORMED, detail)
    return said


def _principal(claims: dict[str, Any], person_claim: str) -> Principal:
    subject = _person(claims, person_claim)
    try:
        named = {name: claims.get(name) for name in ("organisation", "divisions")}
        principal = msgspec.convert({"subject": subject, "roles": claims["roles"], **named}, Principal)
    except (KeyError, msgspec.ValidationError) as error:
        detail = f"the token must name roles, a list of {', '.join(Role)}; organisation is a text, divisions a list"
        raise TokenRejectedError(TokenFault.MALFORMED, detail) from error
    if not principal.roles:
        raise TokenRejectedError(TokenFault.MALFORMED, "the token must name at least one role")
    if principal.roles & ROLES_OF_ONE_ORGANISATION and not principal.organisation:
        detail = "the token of a hospital, department or township must name its organisation"
        raise TokenRejectedError(TokenFault.MALFORMED, detail)
    # An empty claim is no claim for everywhere: whoever wrote it meant to name something.
    if "divisions" in claims and (fault := division_fault(principal.roles, principal.divisions or ())):
        raise TokenRejectedError(TokenFault.MALFORMED, fault)
    if fault := township_fault(principal.roles, principal.organisation):
        raise TokenRejectedError(TokenFault.MALFORMED, fault)
    township = principal.own_township
    return principal if township is None else msgspec.structs.replace(principal, divisions=frozenset({township}))
