"""Joins the ledger's parts into one application."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec
from fastapi import FastAPI

from contracts.fund_ledger import CONTRACT
from fund_ledger.advances import api as advances_api
from fund_ledger.advances.commands import AdvanceCommands
from fund_ledger.advances.queries import AdvanceQueries
from fund_ledger.bank import api as bank_api
from fund_ledger.bank.commands import BankCommands
from fund_ledger.bank.queries import BankQueries
from fund_ledger.charts import api as charts_api
from fund_ledger.charts.domain import Charts
from fund_ledger.config import Config, config_from
from fund_ledger.event_types import REGISTRY
from fund_ledger.forecasts import api as forecasts_api
from fund_ledger.forecasts.commands import FundWatch
from fund_ledger.forecasts.queries import ForecastQueries
from fund_ledger.funds import api as funds_api
from fund_ledger.funds.commands import FundCommands, MakeUps
from fund_ledger.funds.queries import FundQueries
from fund_ledger.institutions.api import codes as institutions_codes
from fund_ledger.institutions.api.budgets import budgets, budgets_read
from fund_ledger.institutions.api.clinics import clinics
from fund_ledger.institutions.api.corrections import budget_corrections, fee_corrections
from fund_ledger.institutions.api.fees import fees, fees_read
from fund_ledger.institutions.api.placements import placements, placements_read
from fund_ledger.institutions.commands.budgets import BudgetCommands
from fund_ledger.institutions.commands.clinics import ClinicCommands
from fund_ledger.institutions.commands.fees import FeeCommands
from fund_ledger.institutions.commands.placements import PlacementCommands
from fund_ledger.institutions.commands.turn import Turns
from fund_ledger.institutions.queries import InstitutionQueries
from fund_ledger.integration_events import publish
from fund_ledger.journals.api import codes as journals_codes
from fund_ledger.journals.api import entries as entries_api
from fund_ledger.journals.api.accounts import accounts
from fund_ledger.journals.api.journals import journals
from fund_ledger.journals.api.receivables import receivables
from fund_ledger.journals.queries.books import Books
from fund_ledger.journals.queries.entries import Entries
from fund_ledger.payees import api as payees_api
from fund_ledger.payees.commands import PayeeCommands
from fund_ledger.payees.domain import Details
from fund_ledger.payees.queries import PayeeQueries, Vault
from fund_ledger.payment_files.api import by_hand as by_hand_api
from fund_ledger.payment_files.api import downloads as downloads_api
from fund_ledger.payment_files.api import files as files_api
from fund_ledger.payment_files.commands.answers import AnswerCommands
from fund_ledger.payment_files.commands.by_hand import HandCommands
from fund_ledger.payment_files.commands.files import FileCommands
from fund_ledger.payment_files.queries import FileQueries
from fund_ledger.payments.api import money as money_api
from fund_ledger.payments.api import proposals as proposals_api
from fund_ledger.payments.commands.money import PaymentCommands
from fund_ledger.payments.commands.proposals import ProposalCommands
from fund_ledger.payments.queries import PaymentQueries
from fund_ledger.periods import api as periods_api
from fund_ledger.periods.commands import PeriodCommands
from fund_ledger.periods.queries import Periods
from fund_ledger.reactions.identity import ERASURES, premiums
from fund_ledger.reactions.settlement import settlements
from fund_ledger.refunds import api as refunds_api
from fund_ledger.refunds.commands import RefundCommands
from fund_ledger.refunds.queries import RefundQueries
from fund_ledger.reports import api as reports_api
from fund_ledger.reports.queries import ReportQueries
from fund_ledger.reservations import api as reservations_api
from fund_ledger.reservations.commands import ReservationCommands
from fund_ledger.reservations.queries import ReservationQueries
from fund_ledger.rows import READ_MODEL
from fund_ledger.statements import api as statements_api
from fund_ledger.statements.commands import StatementCommands
from fund_ledger.statements.queries import StatementQueries
from fund_ledger.subsidies import api as subsidies_api
from fund_ledger.subsidies.commands import SubsidyCommands
from fund_ledger.subsidies.queries import SubsidyQueries
from kernel.http import Router
from kernel.running.hosting import Host, application
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime, ServiceParts, Subscription
from kernel.running.service import Service
from kernel.writing.command_path import CommandPath

CODES: Final = (
    *charts_api.CODES,
    *journals_codes.CODES,
    *entries_api.CODES,
    *funds_api.CODES,
    *money_api.CODES,
    *proposals_api.CODES,
    *reservations_api.CODES,
    *advances_api.CODES,
    *refunds_api.CODES,
    *statements_api.CODES,
    *institutions_codes.CODES,
    *subsidies_api.CODES,
    *bank_api.CODES,
    *payees_api.CODES,
    *files_api.CODES,
    *downloads_api.CODES,
    *by_hand_api.CODES,
    *periods_api.CODES,
)


def subscriptions(path: CommandPath, charts: Charts) -> Sequence[Subscription]:
    """What the ledger listens to."""
    return settlements(path, charts), premiums(path, charts), ERASURES


def charts_of(config: Config) -> Charts:
    """The charts of the places whose packs an installation has."""
    return Charts(config.library, config.more_funds, config.paid_elsewhere)


PARTS: Final = ServiceParts(
    name="fund-ledger",
    schema="fund_ledger",
    publishes=CONTRACT,
    registry=REGISTRY,
    project=READ_MODEL.project,
    publish=publish,
    subscriptions=partial(subscriptions, charts=charts_of(Config())),
)


def build(host: Host, config: Config | None = None) -> FastAPI:
    """The fund ledger in the given surroundings; it starts with its lifespan."""
    config = config or Config()
    charts = charts_of(config)
    runtime = host.runtime(msgspec.structs.replace(PARTS, subscriptions=partial(subscriptions, charts=charts)))
    requests, books, billed = Requests(host.clock), Books(runtime), StatementQueries(runtime)
    funds = FundQueries(runtime)
    money, paid = PaymentCommands(runtime, charts), PaymentQueries(runtime)
    told, outlooks = ReportQueries(runtime), ForecastQueries(runtime)
    ordering = FundCommands(runtime, config, charts, funds)
    watch, asking = FundWatch(outlooks, charts, host.clock), MakeUps(ordering, funds, charts, host.clock)
    papers, proposed = reports_api.Papers(told, charts, outlooks), ProposalCommands(runtime, money)
    return application(
        runtime,
        host,
        description="The payers' money in double entry.",
        routers=[
            money_api.money(money, books, requests),
            proposals_api.limits(proposed, paid, requests),
            proposals_api.openings(proposed, requests),
            proposals_api.proposals(proposed, paid, requests),
            *_kept_and_given_back(runtime, charts, requests),
            funds_api.funding_orders(ordering, funds, requests),
            charts_api.charts_of_places(charts, requests),
            *_books(runtime, books, requests),
            statements_api.statements(StatementCommands(runtime, config, charts, billed), billed, charts, requests),
            statements_api.statements_read(billed, charts, requests),
            advances_api.advances(AdvanceCommands(runtime, config.library), AdvanceQueries(runtime), requests),
            *_institutions(runtime, config, charts, requests),
            *_to_the_bank(runtime, host, config, charts),
            *_to_be_read(papers, told, billed, requests),
            forecasts_api.forecasts(outlooks, charts, requests),
            periods_api.periods(PeriodCommands(runtime, config, charts), Periods(runtime), requests),
        ],
        error_codes=CODES,
        on_start=partial(_start, runtime, watch, asking),
        collectors=(forecasts_api.FundCollector(watch),),
    )


async def _start(runtime: Runtime, watch: FundWatch, asking: MakeUps) -> None:
    runtime.elect("funds", watch.run)
    runtime.elect("make-ups", asking.run)


def _books(runtime: Runtime, books: Books, requests: Requests) -> Sequence[Router]:
    return (
        accounts(books),
        entries_api.entries(Entries(runtime), requests),
        journals(books),
        receivables(books, requests),
    )


def _to_be_read(
    papers: reports_api.Papers, told: ReportQueries, billed: StatementQueries, requests: Requests
) -> Sequence[Router]:
    return reports_api.reports(papers, told), reports_api.workbooks(papers, told, billed, requests)


def _kept_and_given_back(runtime: Runtime, charts: Charts, requests: Requests) -> Sequence[Router]:
    found = ReservationQueries(runtime)
    return (
        reservations_api.reservations(ReservationCommands(runtime, charts), found, requests),
        reservations_api.bank_standings(found, requests),
        refunds_api.refunds(RefundCommands(runtime), RefundQueries(runtime), requests),
    )


def _institutions(runtime: Runtime, config: Config, charts: Charts, requests: Requests) -> Sequence[Router]:
    turns, found, law = Turns(runtime, charts), InstitutionQueries(runtime), config.library
    of_budgets, of_fees = BudgetCommands(runtime, law, charts, turns), FeeCommands(runtime, config, charts, turns)
    return (
        budgets(of_budgets, found, requests),
        budget_corrections(of_budgets, found, requests),
        budgets_read(found),
        placements(PlacementCommands(runtime, law, charts, turns), found, requests),
        placements_read(found),
        fees(of_fees, found, requests),
        fee_corrections(of_fees, found, requests),
        fees_read(found, requests),
        clinics(ClinicCommands(runtime, turns), found, requests),
        subsidies_api.subsidies(SubsidyCommands(runtime, law, charts), SubsidyQueries(runtime), requests),
    )


def _to_the_bank(runtime: Runtime, host: Host, config: Config, charts: Charts) -> Sequence[Router]:
    """Payees' accounts, the files of payments that are handed to the bank, and what it says."""
    vault, payees, files = Vault(runtime, config.payee_keys), PayeeQueries(runtime), FileQueries(runtime)
    requests = Requests(host.clock)
    # A request with a number or a bank's answer in it is known by a hash that nobody can try others against.
    keyed = Requests(host.clock, vault.hashed)
    handed, bank = FileCommands(runtime, vault, requests), BankQueries(runtime)
    payers = {name: msgspec.convert(one, Details, from_attributes=True) for name, one in config.payers.items()}
    return (
        bank_api.bank_statements(BankCommands(runtime, charts), bank, requests),
        bank_api.bank_read(bank),
        payees_api.payees(PayeeCommands(runtime, vault), payees, keyed),
        files_api.payment_files(handed, files, requests),
        files_api.bank_answers(AnswerCommands(runtime), handed, files, keyed),
        by_hand_api.hand_payments(HandCommands(runtime), files, requests),
        files_api.payment_files_read(files, payees),
        downloads_api.payment_file_downloads(handed, files, payers),
    )


SERVICE: Final = Service(
    parts=PARTS,
    read_model=READ_MODEL,
    port=8004,
    codes=CODES,
    build=lambda host, environ: build(host, config_from(environ)),
    ends=("journal",),
)
