"""The embedded run's own token issuer; in production an identity provider takes its place."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import msgspec
from joserfc import jwt
from joserfc.jwk import ECKey

from kernel.security.authenticator import Authenticator
from kernel.security.principal import ROLES_OF_ONE_ORGANISATION, Role, division_fault, township_fault
from kernel.security.private_files import read_or_create_secret
from kernel.security.public_keys import PublicKeys

KEY_FILE: Final = "issuer-key.json"
DEFAULT_ISSUER: Final = "onestop-embedded"
DEFAULT_AUDIENCE: Final = "onestop"


class Issuer:
    """Issues bearer tokens with one ES256 key."""

    def __init__(self, key: ECKey, *, issuer: str = DEFAULT_ISSUER, audience: str = DEFAULT_AUDIENCE) -> None:
        self._key = key
        self._key_id = key.thumbprint()
        self.issuer = issuer
        self.audience = audience

    @classmethod
    def in_folder(cls, folder: Path, *, issuer: str = DEFAULT_ISSUER, audience: str = DEFAULT_AUDIENCE) -> "Issuer":
        """The issuer whose key lies in ``folder``; the key is made (mode 0600) if there is none.

        Raises SecretFileError when others may read the key.
        """
        content = read_or_create_secret(folder / KEY_FILE, _new_key)
        key = ECKey.import_key(msgspec.json.decode(content, type=dict[str, str | list[str]]))
        return cls(key, issuer=issuer, audience=audience)

    def issue(
        self,
        role: Role,
        subject: str,
        organisation: str | None,
        lifetime_seconds: int,
        now: float,
        *,
        divisions: Collection[str] | None = None,
    ) -> str:
        """A token for ``subject``, valid from ``now`` (seconds since 1970) for ``lifetime_seconds``.

        ``divisions`` are the six-digit codes that the holder works for; without them, everywhere. Raises ValueError
        when a hospital's, department's or township's token would name no organisation of its kind, or a hospital's or
        township's would name divisions.
        """
        if role in ROLES_OF_ONE_ORGANISATION and not organisation:
            raise ValueError(f"a token for the role {role} must name an organisation")
        if divisions is not None and (fault := division_fault({role}, divisions)):
            raise ValueError(fault)
        if fault := township_fault({role}, organisation):
            raise ValueError(fault)
        issued_at = int(now)
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": subject,
            "roles": [role.value],
            "iat": issued_at,
            "nbf": issued_at,
            "exp": issued_at + lifetime_seconds,
            "jti": uuid4().hex,
        }
        if organisation is not None:
            claims["organisation"] = organisation
        if divisions is not None:
            claims["divisions"] = sorted(divisions)
        return jwt.encode({"alg": "ES256", "kid": self._key_id}, claims, self._key)

    def jwks(self) -> dict[str, Any]:
        """The public key as a JWKS document."""
        public = self._key.as_dict(private=False, kid=self._key_id, use="sig", alg="ES256")
        return {"keys": [public]}

    def authenticator(self) -> Authenticator:
        """An Authenticator that accepts exactly this issuer's tokens."""
        return Authenticator(PublicKeys.inline(self.jwks()), issuer=self.issuer, audience=self.audience)


def _new_key() -> bytes:
    return msgspec.json.encode(ECKey.generate_key("P-256").as_dict(private=True))
