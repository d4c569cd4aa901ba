"""The vault of personal data: seals it under each person's own key, opens it, and gives numbers their tokens."""

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec
from asyncpg import Record
from typing_extensions import override

from identity.persons.domain.names import fold_name
from identity.persons.domain.newborn import born_on_of
from identity.persons.domain.person import SealedPersonalData
from identity.persons.domain.refusals import person_erased
from kernel.running.runtime import Runtime
from kernel.security import KeyRing, SealCipher, Sealer, WrappedKey
from kernel.writing.reads import Reads

_AAD: Final = b"person."
_TOKEN_BYTES: Final = 16
# A command that is sent again finds the key of its first run, so that what was sealed then stays readable.
_NEW_KEYS_SQL: Final = """
INSERT INTO person_keys (person_id, key_id, sealed) SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])
ON CONFLICT (person_id) DO UPDATE SET person_id = EXCLUDED.person_id RETURNING person_id, key_id, sealed
"""
_KEY_SQL: Final = "SELECT key_id, sealed FROM person_keys WHERE person_id = $1"
_NAMES_SQL: Final = """
SELECT person_id, k.key_id, k.sealed, d.name
FROM personal_data d JOIN person_keys k USING (person_id) WHERE person_id = ANY($1::text[])
"""
_READ_SQL: Final = """
SELECT person_id, k.key_id, k.sealed, d.id_number, d.name, d.phone, d.address, d.card_number
FROM personal_data d JOIN person_keys k USING (person_id) WHERE person_id = $1
"""
_READ_MANY_SQL: Final = _READ_SQL.replace("person_id = $1", "person_id = ANY($1::text[])")
_TOKENS_SQL: Final = "SELECT id_number_hash, token FROM number_tokens WHERE id_number_hash = ANY($1::text[])"
# Whoever comes second gets the first one's token: a number has one token, whatever happens at once.
_NEW_TOKENS_SQL: Final = """
INSERT INTO number_tokens (id_number_hash, token) SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT (id_number_hash) DO UPDATE SET id_number_hash = EXCLUDED.id_number_hash RETURNING id_number_hash, token
"""
_FORGET_KEYS_SQL: Final = """
DELETE FROM person_keys WHERE person_id IN (SELECT unnest(records) FROM erasures WHERE state = 'CONFIRMED')
"""
_FORGET_NAMES_SQL: Final = """
DELETE FROM name_hashes WHERE person_id IN (SELECT unnest(records) FROM erasures WHERE state = 'CONFIRMED')
"""
_KEEP_NAMES_SQL: Final = """
INSERT INTO name_hashes (person_id, "of", name_hash)
SELECT d.person_id, substring(d.name FOR 16), n.name_hash
FROM unnest($1::text[], $2::text[]) AS n(person_id, name_hash) JOIN personal_data d USING (person_id)
ON CONFLICT (person_id) DO UPDATE SET "of" = EXCLUDED."of", name_hash = EXCLUDED.name_hash
"""
_FORGET_TOKENS_SQL: Final = """
DELETE FROM number_tokens t
WHERE t.token IN (SELECT unnest(number_tokens) FROM erasures WHERE state = 'CONFIRMED')
  AND NOT EXISTS (SELECT FROM personal_data d WHERE d.number_token = t.token)
  AND NOT EXISTS (SELECT FROM former_numbers f WHERE f.number_token = t.token)
  AND NOT EXISTS (SELECT FROM handbooks h WHERE h.token = t.token AND h.person_id NOT IN (
    SELECT unnest(records) FROM erasures WHERE state = 'CONFIRMED'))
  AND NOT EXISTS (SELECT FROM entries e WHERE e.proposal->'fact'->'detail'->>'token' = t.token
    AND e.state IN ('ENTERED', 'REVIEWED', 'RETURNED')
    AND e.person_id NOT IN (SELECT unnest(records) FROM erasures WHERE state = 'CONFIRMED'))
"""


class PersonalData(msgspec.Struct, frozen=True):
    """Personal data in the clear: only ever in memory, and never in a text for people."""

    id_number: str
    name: str
    phone: str | None = None
    address: str | None = None
    card_number: str | None = None

    @override
    def __repr__(self) -> str:
        return "PersonalData(…)"


class Vault(Reads):
    """Personal data of persons, on a service's database and key ring."""

    def __init__(
        self,
        runtime: Runtime,
        keys: KeyRing,
        cipher: SealCipher = SealCipher.AES_256_GCM,
        *,
        tells_birth_years: bool = True,
    ) -> None:
        super().__init__(runtime)
        self._tells_birth_years = tells_birth_years
        self._sealer = Sealer(keys, cipher=cipher)

    def told_year(self, born_on: date) -> int | None:
        """What leaves the vault of a day of birth: its year, for nobody to be treated before it; None where untold."""
        return born_on.year if self._tells_birth_years else None

    def hash_of(self, value: str) -> str:
        """The keyed hash of a value as hex. It never enters an event: see ``token_of``."""
        return self._sealer.keyed_hash(value).hex()

    def hashed(self, request_hash: bytes) -> bytes:
        """The keyed hash of a request's: a bare one of a body with an ID number could be tried out."""
        return self._sealer.keyed_hash(request_hash.hex())

    async def token_of(self, id_number: str) -> str:
        """The random token that stands for an ID number in events; made when the number is first seen."""
        return (await self.tokens_of([id_number]))[id_number]

    async def known_token(self, id_number: str) -> str | None:
        """The token of an ID number that was seen before; None for another one, of which no trace is left."""
        rows = await self.pool.fetch(_TOKENS_SQL, [self.hash_of(id_number)])
        return rows[0]["token"] if rows else None

    async def handbook_token(self, number: str) -> str:
        """The random token that stands for a handbook's number."""
        return await self.token_of(_handbook(number))

    async def known_handbook(self, number: str) -> str | None:
        """The token of a handbook's number; None where no department told of it. Showing a number leaves no trace."""
        return await self.known_token(_handbook(number))

    async def tokens_of(self, id_numbers: Sequence[str]) -> Mapping[str, str]:
        """The tokens of many ID numbers, in at most two statements."""
        hashes = {self.hash_of(number): number for number in id_numbers}
        known = {row[0]: row[1] for row in await self.pool.fetch(_TOKENS_SQL, list(hashes))}
        # In a fixed order, so that two who bring the same numbers wait for each other instead of both.
        missing = sorted(hashes.keys() - known.keys())
        if missing:
            made = [os.urandom(_TOKEN_BYTES).hex() for _ in missing]
            rows = await self.pool.fetch(_NEW_TOKENS_SQL, missing, made)
            known.update((row[0], row[1]) for row in rows)
        return {number: known[number_hash] for number_hash, number in hashes.items()}

    async def seal(self, person_id: str, data: PersonalData) -> SealedPersonalData:
        """Seal a new person's data under a key of their own, which is stored first."""
        return (await self.seal_many({person_id: data}))[person_id]

    async def seal_again(self, person_id: str, data: PersonalData) -> SealedPersonalData:
        """Seal a known person's data anew; raises Refused PERSON_ERASED where the key was destroyed."""
        key = await self.one(WrappedKey, _KEY_SQL, person_id)
        if key is None:
            raise person_erased()
        return self._sealed(person_id, key, data)

    async def seal_many(self, people: Mapping[str, PersonalData]) -> dict[str, SealedPersonalData]:
        """Seal the data of many new persons, by person id, in one round trip."""
        made = [self._sealer.new_key(person_id) for person_id in people]
        columns = list(people), [key.key_id for key in made], [key.sealed for key in made]
        rows = await self.pool.fetch(_NEW_KEYS_SQL, *columns)
        keys = {row["person_id"]: WrappedKey(row["key_id"], row["sealed"]) for row in rows}
        return {person_id: self._sealed(person_id, keys[person_id], data) for person_id, data in people.items()}

    def name_hash(self, name: str) -> str:
        """The keyed hash of a name without its way of writing."""
        return self.hash_of(f"name {fold_name(name)}")

    async def keep_name_hashes(self, names: Mapping[str, str]) -> None:
        """Keep the hashes of registered people's names, for lists to be compared with."""
        await self.pool.execute(_KEEP_NAMES_SQL, list(names), [self.name_hash(name) for name in names.values()])

    async def names_of(self, person_ids: Sequence[str]) -> dict[str, str]:
        """The names of those persons that can still be read."""
        rows = await self.pool.fetch(_NAMES_SQL, person_ids)
        return {row["person_id"]: self._opened(row, "name") for row in rows}

    def _sealed(self, person_id: str, key: WrappedKey, data: PersonalData) -> SealedPersonalData:
        given = ((field, getattr(data, field)) for field in PersonalData.__struct_fields__)
        said = {_AAD + field.encode(): value.encode() for field, value in given if value is not None}
        sealed = self._sealer.seal_all(said, subject=person_id, key=key)
        return SealedPersonalData(
            **{aad.removeprefix(_AAD).decode(): b64encode(sealed[aad]).decode() for aad in sealed}
        )

    async def forget(self) -> None:
        """Destroy the keys of everybody whose erasure was confirmed, and the tokens of their ID numbers.

        A number that somebody else has, or had, keeps its token. Done once or often, it comes to the same.
        """
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute(_FORGET_KEYS_SQL)
            await connection.execute(_FORGET_NAMES_SQL)
            await connection.execute(_FORGET_TOKENS_SQL)

    async def open(self, person_id: str) -> PersonalData | None:
        """A person's data; None where the person is unknown, or the key was destroyed to forget them."""
        row = await self.pool.fetchrow(_READ_SQL, person_id)
        return None if row is None else self._data(row)

    async def unseal(self, person_id: str, sealed: SealedPersonalData) -> PersonalData | None:
        """Data that were sealed under a person's key and are not the record; None where the key was destroyed."""
        key = await self.one(WrappedKey, _KEY_SQL, person_id)
        if key is None:
            return None
        kept = ((field, getattr(sealed, field)) for field in PersonalData.__struct_fields__)
        return PersonalData(
            **{
                field: self._sealer.open(
                    b64decode(value), subject=person_id, key=key, aad=_AAD + field.encode()
                ).decode()
                for field, value in kept
                if value is not None
            }
        )

    async def people(self, person_ids: Sequence[str]) -> dict[str, PersonalData]:
        """The data of those persons that can still be read."""
        rows = await self.pool.fetch(_READ_MANY_SQL, list(person_ids))
        return {row["person_id"]: self._data(row) for row in rows}

    def _data(self, row: Record) -> PersonalData:
        fields = [field for field in PersonalData.__struct_fields__ if row[field] is not None]
        return PersonalData(**{field: self._opened(row, field) for field in fields})

    def _opened(self, row: Record, field: str) -> str:
        key = WrappedKey(row["key_id"], row["sealed"])
        return self._sealer.open(row[field], subject=row["person_id"], key=key, aad=_AAD + field.encode()).decode()

    async def born_on(self, person_id: str, *, today: date) -> date | None:
        """A person's birth date, which only the ID number holds; None where that cannot be opened."""
        data = await self.open(person_id)
        return None if data is None else born_on_of(data.id_number, today=today)


def _handbook(number: str) -> str:
    # No ID number begins like this, so that the two kinds of numbers never share a token.
    return f"handbook {number.upper()}"
