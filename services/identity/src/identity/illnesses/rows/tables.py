"""The tables of the registry of the sick, and of exit checks."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, Table, Text

from identity.persons.rows.tables import metadata

illnesses = Table(
    "illnesses",
    metadata,
    Column("illness_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("county", Text, nullable=False),
    Column("disease", Text, nullable=False),
    Column("care", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("impoverishing", Boolean, nullable=False),
    Column("since", Date, nullable=False),
    Column("written_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("verified_by", Text),
    Column("verified_on", Date),
    Column("note", Text),
    Column("closed_on", Date),
    Index("illnesses_of_person", "person_id"),
    Index("illnesses_state", "state", "illness_id"),
)
exit_checks = Table(
    "exit_checks",
    metadata,
    Column("check_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("county", Text, nullable=False),
    Column("checked_on", Date, nullable=False),
    Column("insured", Boolean, nullable=False),
    Column("unverified", Integer, nullable=False),
    Column("without_plan", Integer, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("checked_by", Text, nullable=False),
    Index("exit_checks_of_person", "person_id", "checked_on"),
)
