"""Joins what takes files in: departments' lists and payment lists, their workers, and what throws files away."""

from collections.abc import Mapping
from typing import Any

import msgspec

from identity.comparison.api.payment_lists import payment_lists
from identity.comparison.commands.payment_lists import PaymentListCommands
from identity.comparison.commands.worker import PaymentListWorker
from identity.comparison.queries.payment_lists import PaymentListQueries
from identity.config import Config
from identity.feeds.api.batches import feed_batches
from identity.feeds.api.confirmations import confirmations
from identity.feeds.api.judging import judged_batches
from identity.feeds.api.moves import moves
from identity.feeds.api.people import people_of_batches
from identity.feeds.api.returned import returned_files
from identity.feeds.api.signature_sheets import signature_sheets
from identity.feeds.api.signed import sender_keys
from identity.feeds.api.templates import templates
from identity.feeds.commands.batches import FeedCommands
from identity.feeds.commands.confirming import ConfirmationWatch
from identity.feeds.commands.kept_files import KeptFiles
from identity.feeds.commands.people import PeopleOfBatches
from identity.feeds.commands.returned import ReturnedFiles
from identity.feeds.commands.sender_keys import SenderKeyCommands
from identity.feeds.commands.worker import FeedWorker
from identity.feeds.queries.batches import FeedQueries
from identity.feeds.queries.confirmations import ConfirmationQueries
from identity.feeds.queries.lines import LineQueries
from identity.feeds.queries.moves import MoveQueries
from identity.intake.receiving import Receiving
from identity.intake.spool import Spool
from identity.intake.working import FileWorker
from identity.main.shared import Shared
from identity.persons.commands.erasure import Forget
from kernel.http import Router


class Files(msgspec.Struct, frozen=True):
    """What takes files in: routes, workers by the name of their election, a watch, and what throws kept files away."""

    routers: list[Router]
    workers: Mapping[str, FileWorker[Any, Any, Any]]
    forget: Forget
    confirming: ConfirmationWatch


def taking_files_in(shared: Shared, config: Config) -> Files:
    """Join them."""
    runtime, vault, requests = shared.runtime, shared.vault, shared.requests
    spool = Spool(runtime, config.keys, config.cipher)
    receiving = Receiving(runtime, spool, config.feeds.file_bytes_max)
    worker = FeedWorker(runtime, vault, spool, requests, config.feeds, places=shared.places, rules=shared.rules)
    payment_worker = PaymentListWorker(runtime, vault, spool, requests)
    feeding = FeedCommands(runtime, receiving, spool, worker, requests, places=shared.places)
    queries, people = FeedQueries(runtime), PeopleOfBatches(runtime, spool, vault)

    confirming = ConfirmationQueries(runtime)

    async def forget() -> None:
        await vault.forget()
        await KeptFiles(runtime, spool, config.feeds.kept_days).forget()

    routers = [
        feed_batches(feeding, queries, LineQueries(runtime), shared.rules),
        judged_batches(feeding, queries, shared.rules),
        templates(),
        moves(MoveQueries(runtime)),
        confirmations(confirming, requests.clock, config.feeds.confirmed_by),
        sender_keys(SenderKeyCommands(runtime, requests), shared.sender_keys),
        returned_files(ReturnedFiles(runtime, spool, vault, shared.places), queries, shared.looks),
        people_of_batches(people, queries, shared.looks),
        signature_sheets(people, queries, shared.looks),
        payment_lists(PaymentListCommands(receiving, payment_worker, requests), PaymentListQueries(runtime)),
    ]
    watch = ConfirmationWatch(confirming, requests.clock, config.feeds.confirmed_by)
    return Files(routers, {"feeds": worker, "payment-lists": payment_worker}, forget, watch)
