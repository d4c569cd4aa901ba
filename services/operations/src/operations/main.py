"""Joins the parts of operations into one application."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec
from fastapi import FastAPI

from contracts.operations import CONTRACT
from kernel.running.hosting import Host, application
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime, ServiceParts, Subscription
from kernel.running.service import Service
from kernel.writing.command_path import CommandPath
from law.packs import PackLibrary
from operations.breaches.api import doctors as doctors_api
from operations.breaches.api import register as breaches_api
from operations.breaches.api.figures import ClockCollector
from operations.breaches.commands.register import BreachCommands
from operations.breaches.commands.watching import ClockWatch
from operations.breaches.queries import BreachQueries
from operations.clocks import api as clocks_api
from operations.clocks.commands import ClockCommands
from operations.clocks.queries.done import ClockQueries
from operations.config import Config, config_from
from operations.event_types import REGISTRY
from operations.follow_up.api import files as files_api
from operations.follow_up.api import responsible as responsible_api
from operations.follow_up.commands import FollowUpCommands
from operations.follow_up.queries import FollowUpQueries
from operations.goals import api as goals_api
from operations.goals.commands import GoalCommands
from operations.goals.queries import GoalQueries
from operations.indicators import api as indicators_api
from operations.indicators.queries import IndicatorQueries
from operations.insurers import api as insurers_api
from operations.insurers.commands import InsurerCommands
from operations.insurers.queries import InsurerQueries
from operations.integration_events import publish
from operations.leading_group import api as leading_api
from operations.leading_group.commands import GroupCommands
from operations.leading_group.queries import GroupQueries
from operations.paper_cases import api as cases_api
from operations.paper_cases.queries import PaperCaseQueries
from operations.points import api as points_api
from operations.points.commands import PointCommands
from operations.points.queries import PointQueries
from operations.reach.api import settlement_scopes
from operations.reach.queries import ReachQueries
from operations.reactions import fund_ledger, identity, referral, settlement
from operations.reports.api import reports as reports_api
from operations.reports.api.meetings import meetings
from operations.reports.commands.coverage import CoverageSheets
from operations.reports.commands.making import ReportCommands
from operations.reports.commands.sheets import Sheets
from operations.reports.queries.identity import PeopleQueries
from operations.reports.queries.moved import ReportQueries
from operations.rows import READ_MODEL

CODES: Final = (
    *indicators_api.CODES,
    *clocks_api.CODES,
    *breaches_api.CODES,
    *doctors_api.CODES,
    *reports_api.CODES,
    *points_api.CODES,
    *files_api.CODES,
    *responsible_api.CODES,
    *goals_api.CODES,
    *leading_api.CODES,
    *cases_api.CODES,
    *insurers_api.CODES,
)


def subscriptions(path: CommandPath, library: PackLibrary) -> Sequence[Subscription]:
    """What becomes events of its own; what only becomes rows is in ``heard``."""
    return fund_ledger.subscription(path, library), identity.subscription(path)


PARTS: Final = ServiceParts(
    name="operations",
    schema="operations",
    publishes=CONTRACT,
    registry=REGISTRY,
    project=READ_MODEL.project,
    publish=publish,
    subscriptions=partial(subscriptions, library=Config().library),
    heard=(identity.HEARD, referral.HEARD, settlement.HEARD, fund_ledger.HEARD),
)


def build(host: Host, config: Config) -> FastAPI:
    """The operations service in the given surroundings; it starts with its lifespan."""
    requests, library = Requests(host.clock), config.library
    runtime = host.runtime(msgspec.structs.replace(PARTS, subscriptions=partial(subscriptions, library=library)))
    clocks, breaches, indicators = ClockQueries(runtime), BreachQueries(runtime), IndicatorQueries(runtime)
    follow_up, followed = FollowUpCommands(runtime), FollowUpQueries(runtime)
    reporting = _reporting(runtime, clocks, breaches, indicators, config)
    watch = ClockWatch(runtime, clocks, config, host.clock)

    async def start_watching() -> None:
        runtime.elect("clocks", watch.run)

    return application(
        runtime,
        host,
        description="What operations answers for: indicators, clocks, breaches and reports.",
        routers=[
            indicators_api.indicators(indicators, library, requests),
            clocks_api.clocks(ClockCommands(runtime, clocks, library), clocks, library, requests),
            breaches_api.breaches(BreachCommands(runtime), breaches, watch, library, requests),
            doctors_api.doctor_incidents(BreachCommands(runtime), breaches, requests),
            reports_api.reports(reporting, requests),
            meetings(reporting, requests),
            goals_api.goals(GoalCommands(runtime), GoalQueries(runtime), indicators, library, requests),
            points_api.service_points(PointCommands(runtime), PointQueries(runtime), library, requests),
            files_api.files(follow_up, followed, library, requests),
            responsible_api.responsible(follow_up, followed, library, requests),
            cases_api.paper_cases(PaperCaseQueries(runtime), library, requests),
            leading_api.leading_groups(GroupCommands(runtime), GroupQueries(runtime), requests),
            insurers_api.insurers(
                InsurerCommands(runtime),
                InsurerQueries(runtime),
                lambda county, by, now: follow_up.see(county, None, by, now),
                requests,
            ),
            settlement_scopes(ReachQueries(runtime), clocks, library, requests),
        ],
        error_codes=CODES,
        on_start=start_watching,
        collectors=(ClockCollector(watch),),
    )


def _reporting(
    runtime: Runtime, clocks: ClockQueries, breaches: BreachQueries, indicators: IndicatorQueries, config: Config
) -> ReportCommands:
    found, people = ReportQueries(runtime), PeopleQueries(config.identity_url)
    sheets = Sheets(found, clocks, breaches, indicators, CoverageSheets(people), config.library)
    return ReportCommands(runtime, sheets, found, people, clocks, config.library)


SERVICE: Final = Service(
    parts=PARTS,
    read_model=READ_MODEL,
    port=8005,
    codes=CODES,
    build=lambda host, environ: build(host, config_from(environ)),
    ends=("look", "file-look", "report-look"),
)
