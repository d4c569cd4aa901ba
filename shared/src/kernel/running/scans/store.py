"""The store of scans: their bytes, sealed under a key of the person's own that an erasure destroys."""

from typing import Final

from kernel.running.runtime import Runtime
from kernel.security import KeyRing, SealCipher, Sealer, WrappedKey
from kernel.values.refusals import Refused, conflict
from kernel.writing.database import Connection
from kernel.writing.reads import Reads

_AAD: Final = b"scan."
# A request that is sent again finds the key of its first run. For whom an erasure is known there is none.
_KEY_SQL: Final = """
INSERT INTO scan_keys (person_id, key_id, sealed)
SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT FROM scan_erasures WHERE person_id = $1)
ON CONFLICT (person_id) DO UPDATE SET person_id = EXCLUDED.person_id RETURNING key_id, sealed
"""
# The id tells the content, so what is there is the same.
_PUT_SQL: Final = """
INSERT INTO scan_contents (scan_id, person_id, sealed)
SELECT $1, $2, $3 FROM scan_keys k WHERE k.person_id = $2 AND k.sealed = $4
  AND NOT EXISTS (SELECT FROM scan_erasures WHERE person_id = $2)
ON CONFLICT (scan_id) DO UPDATE SET person_id = EXCLUDED.person_id RETURNING scan_id
"""
_OPEN_SQL: Final = """
SELECT c.person_id, c.sealed AS content, k.key_id, k.sealed
FROM scan_contents c JOIN scan_keys k USING (person_id)
WHERE c.scan_id = $1 AND NOT EXISTS (SELECT FROM scan_erasures e WHERE e.person_id = c.person_id)
"""
_DROP_SQL: Final = "DELETE FROM scan_contents WHERE scan_id = $1"


class ScanStore(Reads):
    """Keeps scans in the service's own schema; without a key ring it takes none."""

    def __init__(self, runtime: Runtime, keys: KeyRing | None, cipher: SealCipher = SealCipher.AES_256_GCM) -> None:
        super().__init__(runtime)
        self._sealer = None if keys is None else Sealer(keys, cipher=cipher)

    async def put(self, connection: Connection, scan_id: str, person_id: str, content: bytes) -> None:
        """Seal and keep a scan in the connection's transaction; raises Refused SCANS_OFF, PERSON_ERASED."""
        sealer = self._required()
        new = sealer.new_key(person_id)
        row = await connection.fetchrow(_KEY_SQL, person_id, new.key_id, new.sealed)
        if row is None:
            raise _person_erased()
        key = WrappedKey(row["key_id"], row["sealed"])
        sealed = sealer.seal(content, subject=person_id, key=key, aad=_AAD + scan_id.encode())
        if await connection.fetchval(_PUT_SQL, scan_id, person_id, sealed, key.sealed) is None:
            raise _person_erased()  # meanwhile

    async def open(self, scan_id: str) -> bytes | None:
        """A scan's bytes; None where they were removed or the person's key was destroyed."""
        sealer = self._required()
        row = await self.pool.fetchrow(_OPEN_SQL, scan_id)
        if row is None:
            return None
        key = WrappedKey(row["key_id"], row["sealed"])
        return sealer.open(row["content"], subject=row["person_id"], key=key, aad=_AAD + scan_id.encode())

    async def drop(self, connection: Connection, scan_id: str) -> None:
        """Throw a scan's bytes away in the connection's transaction."""
        await connection.execute(_DROP_SQL, scan_id)

    def _required(self) -> Sealer:
        if self._sealer is None:
            detail = "no key ring for scans is configured here (ONESTOP_SCAN_KEYS): keep the papers, and name them"
            raise conflict("SCANS_OFF", detail)
        return self._sealer


def _person_erased() -> Refused:
    return conflict("PERSON_ERASED", "this person's data were erased and cannot be written again")
