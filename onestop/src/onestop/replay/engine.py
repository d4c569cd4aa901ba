"""The passes of a verification on other machines: an engine that is there already does what a pool of processes does.

Each worker reads from the run's picture and writes into the run's schemas, so it must reach the database at the address
that it is told, and have this program in this version.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from onestop.replay.jobs import Job, PassVerdict
from onestop.replay.log_pass import pass_in_process
from onestop.replay.run import Run

_SCHEME: Final = "dask://"
_CONNECT_SECONDS: Final = 10


class EngineError(Exception):
    """The engine cannot be used, or has lost a worker; says what would be right."""


async def passes_on(engine: str, run: Run, jobs: Sequence[Job]) -> Sequence[PassVerdict]:
    """These passes, each on one of the workers of the Dask scheduler at ``dask://HOST:PORT``.

    Raises EngineError. Nothing is done twice: a pass whose worker died has half filled its tables.
    """
    if not engine.startswith(_SCHEME):
        raise EngineError(f"no engine {engine!r}: say dask://HOST:PORT, where a Dask scheduler listens")
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
        from distributed.scheduler import KilledWorker  # noqa: PLC0415
    except ImportError as error:
        raise EngineError(f"Dask is not installed ({error}): install onestop[dask]") from error
    address = f"tcp://{engine.removeprefix(_SCHEME)}"
    try:
        connecting = Client(  # type: ignore[no-untyped-call]  # half of it ships no types
            address, asynchronous=True, timeout=_CONNECT_SECONDS, set_as_default=False
        )
        async with connecting as client:
            futures = [client.submit(pass_in_process, run, job, pure=False, retries=0) for job in jobs]
            passed: Sequence[PassVerdict] = await asyncio.gather(*futures)
            return passed
    except (OSError, KilledWorker) as error:
        raise EngineError(f"{engine}: {error}; begin the verification anew") from error
