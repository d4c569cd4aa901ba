"""Which two accounts of the same thing are held against each other: each side gives one text for each name."""

from typing import Final

import msgspec


def _at_hand(schema: str, stream: str) -> str:
    """Whether a stream's events are not in an archive that was detached."""
    return f"""NOT EXISTS (SELECT FROM {schema}.archived_streams x JOIN {schema}.archives a ON a.name = x.archive
  WHERE a.detached_at IS NOT NULL AND x.stream_id = {stream})"""


# What all payers together took over of a bill, in fen; a bill that nobody took anything of has no journal.
_SETTLED: Final = """
SELECT settlement_id AS id, (total_fen - patient_pays_fen + payout_fen)::text AS said
FROM settlement.settlements WHERE total_fen - patient_pays_fen + payout_fen <> 0
"""
_BOOKED: Final = """
SELECT settlement_id AS id,
       (SELECT COALESCE(sum(a), 0) FROM unnest(amounts, payers) AS u(a, p) WHERE a > 0 AND p <> '')::text AS said
FROM fund_ledger.journals WHERE kind = 'settlement'
"""
_REVOKED: Final = f"""
SELECT r.settlement_id AS id, '' AS said FROM settlement.revocations r JOIN ({_SETTLED}) s ON s.id = r.settlement_id
"""
_REVERSED: Final = "SELECT settlement_id AS id, '' AS said FROM fund_ledger.journals WHERE kind = 'reversal'"
_SETTLEMENT_EVENTS: Final = """
SELECT split_part(stream_id, '/', 2) AS id, count(*)::text AS said FROM settlement.events
WHERE type = 'SettlementConfirmed' GROUP BY 1
"""
_SETTLEMENT_ROWS: Final = f"""
SELECT encounter_id AS id, count(*)::text AS said FROM settlement.settlements
WHERE {_at_hand("settlement", "'encounter/' || encounter_id")} GROUP BY 1
"""
_JOURNAL_EVENTS: Final = """
SELECT split_part(stream_id, '/', 2) AS id, count(*)::text AS said FROM fund_ledger.events
WHERE type IN ('JournalBooked', 'JournalReversed') AND stream_id LIKE 'journal/%' GROUP BY 1
"""
# A journal's stream bears its settlement's name, and its own where it is of none.
_JOURNAL_ROWS: Final = f"""
SELECT COALESCE(settlement_id, journal_id) AS id, count(*)::text AS said FROM fund_ledger.journals
WHERE {_at_hand("fund_ledger", "'journal/' || COALESCE(settlement_id, journal_id)")} GROUP BY 1
"""
_ACCOUNTS_IN_JOURNALS: Final = """
SELECT account AS id, sum(greatest(fen, 0)) || '|' || sum(greatest(-fen, 0)) || '|' || count(*) AS said
FROM fund_ledger.journals, unnest(accounts, amounts) AS u(account, fen) GROUP BY 1
"""
_ACCOUNTS_IN_ENTRIES: Final = """
SELECT account AS id, sum(greatest(amount_fen, 0)) || '|' || sum(greatest(-amount_fen, 0)) || '|' || count(*) AS said
FROM fund_ledger.entries GROUP BY 1
"""
_BALANCES: Final = """
SELECT account AS id, debit_fen || '|' || credit_fen || '|' || lines AS said FROM fund_ledger.balances
"""


class Side(msgspec.Struct, frozen=True):
    """Who says it, and the question that gives ``id`` and ``said``."""

    service: str
    sql: str


class Pair(msgspec.Struct, frozen=True):
    """Two sides that must say the same of every name. ``told`` says how one comes to know of the other."""

    name: str
    one: Side
    other: Side
    told: "Told | None" = None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The other side's rows come from the first one's messages: its stream, both tables, and who consumes them."""

    stream: str
    table: str
    consumer: str
    heard_table: str


def _revisions(schema: str, table: str, key: str) -> str:
    return f'SELECT {key} AS id, revision::text AS said FROM "{schema}".{table}'


PAIRS: Final[tuple[Pair, ...]] = (
    Pair(
        "settlements-journals",
        Side("settlement", _SETTLED),
        Side("fund-ledger", _BOOKED),
    ),
    Pair("revocations-reversals", Side("settlement", _REVOKED), Side("fund-ledger", _REVERSED)),
    Pair("settlement-events-rows", Side("settlement", _SETTLEMENT_EVENTS), Side("settlement", _SETTLEMENT_ROWS)),
    Pair("journal-events-rows", Side("fund-ledger", _JOURNAL_EVENTS), Side("fund-ledger", _JOURNAL_ROWS)),
    Pair("journals-entries", Side("fund-ledger", _ACCOUNTS_IN_JOURNALS), Side("fund-ledger", _ACCOUNTS_IN_ENTRIES)),
    Pair("entries-balances", Side("fund-ledger", _ACCOUNTS_IN_ENTRIES), Side("fund-ledger", _BALANCES)),
    Pair(
        "people-at-settlement",
        Side("identity", _revisions("identity", "persons", "person_id")),
        Side("settlement", _revisions("settlement", "people", "person_id")),
        Told(stream="person", table="persons", consumer="settlement", heard_table="people"),
    ),
    Pair(
        "people-at-referral",
        Side("identity", _revisions("identity", "persons", "person_id")),
        Side("referral", _revisions("referral", "applicants", "person_id")),
        Told(stream="person", table="persons", consumer="referral", heard_table="applicants"),
    ),
    Pair(
        "referrals-at-settlement",
        Side("referral", _revisions("referral", "referrals", "referral_id")),
        Side("settlement", _revisions("settlement", "referrals", "referral_id")),
        Told(stream="referral", table="referrals", consumer="settlement", heard_table="referrals"),
    ),
)
