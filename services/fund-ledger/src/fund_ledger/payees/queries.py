"""Payees' accounts: which is paid to and which waits, the vault that seals them, and who looked."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

import msgspec

from fund_ledger.payees.domain import Details, Payee, lost
from kernel.http import Wire
from kernel.running.runtime import Runtime
from kernel.security import KeyRing, Sealer, WrappedKey
from kernel.values.refusals import conflict
from kernel.writing.database import Connection
from kernel.writing.reads import Reads

_AAD: Final = b"payee-account."
_OF_PAYEE_SQL: Final = """
SELECT account_id, status, tail, named_on, named_by, confirmed_on, confirmed_by FROM payee_accounts
WHERE county = $1 AND payee_kind = $2 AND payee_id = $3 ORDER BY status
"""
_PAID_TO_SQL: Final = """
SELECT p.payee_kind, p.payee_id, a.account_id, a.tail FROM unnest($2::text[], $3::text[]) AS p(payee_kind, payee_id)
JOIN payee_accounts a ON a.county = $1 AND a.payee_kind = p.payee_kind AND a.payee_id = p.payee_id
 AND a.status = 'paid_to'
"""
# A request that is sent again finds the key of its first run. For whom an erasure is known there is none.
_KEY_SQL: Final = """
INSERT INTO payee_keys (subject, key_id, sealed)
SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT FROM payee_erasures WHERE subject = $1)
ON CONFLICT (subject) DO UPDATE SET subject = EXCLUDED.subject RETURNING key_id, sealed
"""
# An account never changes under its id.
_PUT_SQL: Final = """
INSERT INTO sealed_accounts (account_id, subject, details) VALUES ($1, $2, $3) ON CONFLICT (account_id) DO NOTHING
"""
_OPEN_SQL: Final = """
SELECT a.account_id, a.subject, a.details, k.key_id, k.sealed FROM sealed_accounts a JOIN payee_keys k USING (subject)
WHERE a.account_id = ANY($1::text[]) AND NOT EXISTS (SELECT FROM payee_erasures e WHERE e.subject = a.subject)
"""
_LOOKS_SQL: Final = """
SELECT look_id, seen_by, organisation, roles, seen_at FROM account_looks WHERE subject_id = $1
AND ($2 = '' OR (seen_at, look_id) < ((SELECT seen_at FROM account_looks WHERE look_id = $2), $2))
ORDER BY seen_at DESC, look_id DESC LIMIT $3
"""


class AccountAnswer(Wire, frozen=True, kw_only=True):
    """An account of a payee: ``waiting`` for another person, or ``paid_to``. Of its number the last four digits."""

    account_id: str
    status: str
    tail: str
    named_on: date
    named_by: str
    confirmed_on: date | None
    confirmed_by: str | None


class PaidTo(msgspec.Struct, frozen=True):
    """The account that a payee is paid to."""

    payee_kind: str
    payee_id: str
    account_id: str
    tail: str


class AccountLook(Wire, frozen=True, kw_only=True):
    """Who opened accounts, and when."""

    look_id: str
    seen_by: str
    organisation: str | None
    roles: list[str]
    seen_at: datetime


async def paid_to(
    connection: Connection, county: str, payees: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], PaidTo]:
    """The accounts that these payees, by kind and id, are paid to; who has none is not among them."""
    wanted = sorted(set(payees))
    kinds, ids = [kind for kind, _ in wanted], [payee_id for _, payee_id in wanted]
    rows = await connection.fetch(_PAID_TO_SQL, county, kinds, ids)
    found = [PaidTo(**dict(row)) for row in rows]
    return {(one.payee_kind, one.payee_id): one for one in found}


class PayeeQueries(Reads):
    """Read-only questions, each bounded."""

    async def accounts(self, payee: Payee) -> list[AccountAnswer]:
        """The account that a payee is paid to, and the one that waits."""
        return await self.many(AccountAnswer, _OF_PAYEE_SQL, payee.county, payee.payee_kind, payee.payee_id)

    async def looks(self, subject_id: str, after: str, limit: int) -> list[AccountLook]:
        """Who opened the accounts of a subject, such as a payment file, the newest look first."""
        return await self.many(AccountLook, _LOOKS_SQL, subject_id, after, limit)


class Vault(Reads):
    """Seals accounts under a key of the payee's own; without a key ring it takes none."""

    def __init__(self, runtime: Runtime, keys: KeyRing | None) -> None:
        super().__init__(runtime)
        self._sealer = None if keys is None else Sealer(keys)

    async def put(self, connection: Connection, account_id: str, payee: Payee, details: Details) -> None:
        """Seal an account in the connection's transaction; raises Refused PAYEE_ACCOUNTS_OFF, PERSON_ERASED."""
        sealer, subject = self._required(), payee.subject
        new = sealer.new_key(subject)
        row = await connection.fetchrow(_KEY_SQL, subject, new.key_id, new.sealed)
        if row is None:
            raise lost()
        key, aad = WrappedKey(row["key_id"], row["sealed"]), _AAD + account_id.encode()
        sealed = sealer.seal(msgspec.json.encode(details), subject=subject, key=key, aad=aad)
        await connection.execute(_PUT_SQL, account_id, subject, sealed)

    async def open(self, account_ids: Iterable[str], connection: Connection | None = None) -> Mapping[str, Details]:
        """Accounts by their ids; those whose person was erased are not among them."""
        sealer, found = self._required(), dict[str, Details]()
        for row in await (connection or self.pool).fetch(_OPEN_SQL, sorted(set(account_ids))):
            key, aad = WrappedKey(row["key_id"], row["sealed"]), _AAD + row["account_id"].encode()
            opened = sealer.open(row["details"], subject=row["subject"], key=key, aad=aad)
            found[row["account_id"]] = msgspec.json.decode(opened, type=Details)
        return found

    def keyed(self, text: str) -> str:
        """A hash that nobody can try texts against without the key; for what is kept in events."""
        return self._required().keyed_hash(text).hex()

    def hashed(self, request_hash: bytes) -> bytes:
        """The hash under which a request with a number in it is known; without keys nothing of it is stored anyway."""
        return request_hash if self._sealer is None else self._sealer.keyed_hash(request_hash.hex())

    def _required(self) -> Sealer:
        if self._sealer is None:
            detail = "no key ring for payees' accounts is configured here (ONESTOP_PAYEE_KEYS): pay by hand"
            raise conflict("PAYEE_ACCOUNTS_OFF", detail)
        return self._sealer
