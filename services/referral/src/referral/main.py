"""Joins referral's parts into one application."""

from collections.abc import Sequence
from typing import Final

from fastapi import FastAPI

from contracts.identity import TOPIC as IDENTITY
from contracts.referral import CONTRACT
from kernel.running.hosting import Host, application
from kernel.running.requested import Requests
from kernel.running.runtime import ServiceParts, Subscription
from kernel.running.scans.store import ScanStore
from kernel.running.service import Service
from kernel.writing.command_path import CommandPath
from referral.config import Config, config_from
from referral.copies import api as copies_api
from referral.copies.commands import CopyCommands
from referral.copies.queries import CopyQueries
from referral.event_types import REGISTRY
from referral.integration_events import publish
from referral.printing.api import printing as printing_api
from referral.reactions import identity, settlement
from referral.referrals.api.codes import CODES as REFERRAL_CODES
from referral.referrals.api.filing import filing
from referral.referrals.api.reading import reading
from referral.referrals.api.waiting import work_list
from referral.referrals.commands.expiry import ExpirySweep
from referral.referrals.commands.filing import ReferralCommands
from referral.referrals.queries.referrals import ReferralQueries
from referral.rows import READ_MODEL
from referral.scans import api as scans_api

CODES: Final = (*REFERRAL_CODES, *copies_api.CODES, *printing_api.CODES, *scans_api.CODES)


def subscriptions(path: CommandPath) -> Sequence[Subscription]:
    """What referral does on messages besides keeping rows of them."""
    return (*settlement.subscriptions(path), identity.ERASURES)


PARTS: Final = ServiceParts(
    name="referral",
    schema="referral",
    publishes=CONTRACT,
    registry=REGISTRY,
    project=READ_MODEL.project,
    publish=publish,
    subscriptions=subscriptions,
    heard=(identity.HEARD, *settlement.HEARD),
)


def build(host: Host, config: Config) -> FastAPI:
    """The referral service in the given surroundings; it starts with its lifespan."""
    runtime, requests = host.runtime(PARTS), Requests(host.clock)
    queries = ReferralQueries(runtime)
    store = ScanStore(runtime, config.scan_keys, config.scan_cipher)
    sweep = ExpirySweep(runtime, queries, config, host.clock)

    async def start_sweeping() -> None:
        runtime.elect("expiry", sweep.run)

    return application(
        runtime,
        host,
        description="Referral filing for care outside the county.",
        routers=[
            filing(ReferralCommands(runtime, queries, config), queries, requests),
            copies_api.copies(CopyCommands(runtime, queries), CopyQueries(runtime), queries, requests),
            scans_api.scans(runtime, store, queries, requests, config.library),
            work_list(queries, requests),
            reading(queries),
            printing_api.printing(queries, host.clock, host.keys.of(IDENTITY), config.library),
        ],
        error_codes=CODES,
        on_start=start_sweeping,
    )


SERVICE: Final = Service(
    parts=PARTS,
    read_model=READ_MODEL,
    port=8002,
    codes=CODES,
    build=lambda host, environ: build(host, config_from(environ)),
    ends=("referral",),
)
