"""Which two accounts of the same thing are held against each other: each side gives one text for each name."""

from typing import Final

import msgspec


def _at_hand(schema: str, stream: str) -> str:
    """Whether a stream's events are not in an archive that was detached."""
    return f"""NOT EXISTS (SELECT FROM {schema}.archived_streams x JOIN {schema}.archives a ON a.name = x.archive
  WHERE a.detached_at IS NOT NULL AND x.stream_id = {stream})"""


# What was taken back is looked at as a whole: of the rest, what payers took over is what the books have.
_STANDS: Final = "NOT EXISTS (SELECT FROM settlement.revocations r WHERE r.settlement_id = x.settlement_id)"
_STANDS_BOOKED: Final = """
NOT EXISTS (SELECT FROM fund_ledger.journals r WHERE r.settlement_id = j.settlement_id AND r.kind = 'reversal')
"""
# What all payers together took over of a bill, in fen; a bill that nobody took anything of has no journal.
_SETTLED: Final = f"""
SELECT settlement_id AS id, (total_fen - patient_pays_fen + payout_fen)::text AS said
FROM settlement.settlements x WHERE total_fen - patient_pays_fen + payout_fen <> 0 AND {_STANDS}
"""
_BOOKED: Final = f"""
SELECT settlement_id AS id,
       (SELECT COALESCE(sum(a), 0) FROM unnest(amounts, payers) AS u(a, p) WHERE a > 0 AND p <> '')::text AS said
FROM fund_ledger.journals j WHERE kind = 'settlement' AND {_STANDS_BOOKED}
"""
# What a journal charges to whoever gives: funds, and hospitals that bear a part themselves. A refusal is nothing here,
# because what the funds get back the hospital bears.
_CHARGED: Final = """
(SELECT COALESCE(sum(a), 0) FROM unnest(j.accounts, j.amounts, j.payers) AS u(account, a, p)
 WHERE p <> '' AND (account LIKE 'fund/%' OR account LIKE 'receivable/hospital/%'
                    OR account LIKE 'memo/%' AND account NOT LIKE 'memo/hospital/%'))
"""
# Of a bill that was taken back nothing is left in the books, whatever was booked before. One of which nobody took
# anything over, then or later, has no journal.
_REVOKED: Final = """
SELECT settlement_id AS id, '0' AS said
FROM settlement.revocations r JOIN settlement.settlements s USING (settlement_id)
WHERE s.total_fen - s.patient_pays_fen + s.payout_fen <> 0 OR EXISTS (
  SELECT FROM settlement.supplements x WHERE x.settlement_id = r.settlement_id AND x.payout_fen <> x.patient_fen)
"""
_REVERSED: Final = f"""
SELECT r.settlement_id AS id, left_fen::text AS said FROM fund_ledger.journals r CROSS JOIN LATERAL (
  SELECT sum({_CHARGED}) AS left_fen, bool_or(j.kind <> 'reversal' AND {_CHARGED} <> 0) AS charged
  FROM fund_ledger.journals j WHERE j.settlement_id = r.settlement_id
) AS booked WHERE r.kind = 'reversal' AND (charged OR left_fen <> 0)
"""
# A supplement that moves a part from one payer to another, and nothing in sum, has a name on neither side.
_SUPPLEMENTED: Final = f"""
SELECT supplement_id AS id, (payout_fen - patient_fen)::text AS said FROM settlement.supplements x
WHERE payout_fen <> patient_fen AND {_STANDS}
"""
_SUPPLEMENTS_BOOKED: Final = f"""
SELECT id, charged::text AS said FROM (
  SELECT j.journal_id AS id, {_CHARGED} AS charged FROM fund_ledger.journals j
  WHERE j.kind = 'supplement' AND {_STANDS_BOOKED}
) AS booked WHERE charged <> 0
"""
# Whose money is refused: of payers that had given some there are lines, of the others a note.
_REFUSED: Final = f"""
SELECT settlement_id AS id, (SELECT string_agg(p, ',' ORDER BY p) FROM unnest(payers) AS p) AS said
FROM settlement.payment_refusals x
WHERE {_STANDS} AND {_at_hand("fund_ledger", "'journal/' || settlement_id")}
"""
_REFUSALS_BOOKED: Final = f"""
SELECT settlement_id AS id, string_agg(DISTINCT p, ',' ORDER BY p) AS said FROM (
  SELECT j.settlement_id, p FROM fund_ledger.journals j, unnest(j.accounts, j.payers) AS u(account, p)
  WHERE j.kind = 'refusal' AND account LIKE 'fund/%'
  UNION ALL
  SELECT split_part(e.stream_id, '/', 2), p FROM fund_ledger.events e, json_array_elements_text(e.data->'payers') AS p
  WHERE e.type = 'RefusalNoted'
) AS j(settlement_id, p)
WHERE {_STANDS_BOOKED} AND {_at_hand("fund_ledger", "'journal/' || j.settlement_id")} GROUP BY 1
"""
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
    Pair("supplements-journals", Side("settlement", _SUPPLEMENTED), Side("fund-ledger", _SUPPLEMENTS_BOOKED)),
    Pair("refusals-journals", Side("settlement", _REFUSED), Side("fund-ledger", _REFUSALS_BOOKED)),
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
