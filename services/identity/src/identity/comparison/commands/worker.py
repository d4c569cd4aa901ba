"""The worker: reads each payment list whole, then notes what its rows say, group by group, and goes on where it was."""

import asyncio
from functools import partial
from typing import BinaryIO, Final

import structlog
from typing_extensions import override

from identity.comparison.commands.noting import Noting
from identity.comparison.commands.staging import PaymentStaging
from identity.comparison.domain.payment_list import (
    DECIDER,
    Command,
    FinishList,
    ListStatus,
    PaymentList,
    RefuseList,
    State,
)
from identity.comparison.domain.payment_row import Payment, payment_form
from identity.comparison.queries.payment_lists import NEXT_SQL, PaymentListQueries
from identity.intake.domain import FileProblem, both
from identity.intake.reading import Reading
from identity.intake.spool import Spool
from identity.intake.working import FileKind, FileWorker
from identity.persons.queries.vault import Vault
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.values.china_time import china_date

_log = structlog.get_logger(__name__)
_GROUP_ROWS: Final = 500
_LOST: Final = FileProblem(
    "FEED_FILE_LOST",
    both("文件已不在系统中，请用更晚的时点再报送", "the file is no longer kept; send it with a later as_of"),
)
_PAYMENT_LIST: Final[FileKind[Command, State]] = FileKind("payment-list", DECIDER, NEXT_SQL, _LOST)


class PaymentListWorker(FileWorker[Command, State, Payment]):
    """One elected instance works through the lists; one that was begun before is read again, and noted on."""

    def __init__(self, runtime: Runtime, vault: Vault, spool: Spool, requests: Requests) -> None:
        super().__init__(runtime, spool, requests, _PAYMENT_LIST)
        self._queries = PaymentListQueries(runtime)
        self._staging = PaymentStaging(runtime, vault)
        self._noting = Noting(runtime, vault, self._staging)

    @override
    async def _reading(self, state: State, file: BinaryIO) -> Reading[Payment]:
        received = state.payment_list
        today = china_date(received.received_at)
        return Reading(Payment, file, received.media_type, partial(payment_form, today, received.area))

    @override
    def _is_over(self, state: State) -> bool:
        return state.status is not ListStatus.RECEIVED

    @override
    def _refusal(self, problem: FileProblem) -> Command:
        return RefuseList(problem)

    @override
    async def _bring_on(self, file_id: str, state: State, reading: Reading[Payment]) -> bool:
        await self._read(file_id, reading)
        await self._note(state.payment_list, reading)
        return True

    @override
    async def _work_on(self, file_id: str) -> None:
        await super()._work_on(file_id)
        await self._staging.clear(file_id)

    async def _read(self, list_id: str, reading: Reading[Payment]) -> None:
        """Read the file to its end before a row of it counts: what refuses it whole is known then, and its doubles."""
        await self._staging.clear(list_id)
        await self._stage(list_id, reading, self._staging, self._staging.staged)
        reading.check_any_good()
        await self._staging.find_doubles(list_id)

    async def _note(self, received: PaymentList, reading: Reading[Payment]) -> None:
        list_id = received.list_id
        done = await self._queries.last_noted(list_id)
        while group := await asyncio.to_thread(reading.after, done, _GROUP_ROWS):
            await self._noting.note(self._context(list_id, f"rows/{group[0][0]}"), received, group)
            await self._progress(list_id, lines_applied=group[-1][0])
        await self._decide(list_id, FinishList(await self._queries.outcomes(list_id)), "applied")

    @override
    async def _decide(self, file_id: str, command: Command, step: str) -> State:
        state = await super()._decide(file_id, command, step)
        received = state.payment_list
        _log.info("payment list", area=received.area, month=received.month, status=state.status)
        return state
