"""Money at institutions: budgets, placements and aid given of them, fees, clinics with their centres; subsidies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables only."""
    op.create_table(
        "hospital_budgets",
        sa.Column("budget_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("total_fen", sa.BigInteger, nullable=False),
        sa.Column("planned_fen", sa.BigInteger, nullable=False),
        sa.Column("prepay_fen", sa.BigInteger, nullable=False),
        sa.Column("pool_fen", sa.BigInteger, nullable=False),
        sa.Column("months", ARRAY(sa.Integer), nullable=False),
        sa.Column("paid_months", ARRAY(sa.Integer), nullable=False),
        sa.Column("prepaid_fen", sa.BigInteger, nullable=False),
        sa.Column("closed_on", sa.Date),
        sa.Column("lapsed_fen", sa.BigInteger, nullable=False),
        sa.Column("score_percent", sa.Text),
        sa.Column("payout_fen", sa.BigInteger, nullable=False),
        sa.Column("withheld_fen", sa.BigInteger, nullable=False),
        sa.Column("taken_off_fen", sa.BigInteger, nullable=False),
        sa.Column("returned_fen", sa.BigInteger, nullable=False),
        sa.Column("settled_on", sa.Date),
        sa.Column("clause", sa.Text, nullable=False),
        sa.Column("set_on", sa.Date, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.Column("scored_by", sa.Text),
    )
    op.create_index("hospital_budgets_hospital", "hospital_budgets", ["hospital_id", "county", "fund", "year"])
    op.create_table(
        "placements",
        sa.Column("placement_id", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("ordered_fen", sa.BigInteger, nullable=False),
        sa.Column("placed_fen", sa.BigInteger, nullable=False),
        sa.Column("used_fen", sa.BigInteger, nullable=False),
        sa.Column("returned_fen", sa.BigInteger, nullable=False),
        sa.Column("clause", sa.Text, nullable=False),
        sa.Column("ordered_on", sa.Date, nullable=False),
        sa.Column("ordered_by", sa.Text, nullable=False),
    )
    op.create_table(
        "on_site_aids",
        sa.Column("aid_id", sa.Text, primary_key=True),
        sa.Column("placement_id", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("given_on", sa.Date, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("journal_id", sa.Text, nullable=False),
        sa.Column("settlement_id", sa.Text),
        sa.Column("reconciled_fen", sa.BigInteger, nullable=False),
        sa.Column("entered_by", sa.Text, nullable=False),
    )
    op.create_index("on_site_aids_placement", "on_site_aids", ["placement_id", "aid_id"])
    op.create_index("on_site_aids_settlement", "on_site_aids", ["settlement_id"])
    op.create_table(
        "consultation_fees",
        sa.Column("fees_id", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column("centre_id", sa.Text, nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("unit_fee_fen", sa.BigInteger, nullable=False),
        sa.Column("due_fen", sa.BigInteger, nullable=False),
        sa.Column("passed_fen", sa.BigInteger, nullable=False),
        sa.Column("clinics", JSONB, nullable=False),
        sa.Column("clause", sa.Text, nullable=False),
        sa.Column("reported_on", sa.Date, nullable=False),
        sa.Column("reported_by", sa.Text, nullable=False),
        sa.Column("approved_by", sa.Text),
        sa.Column("paid_on", sa.Date),
        sa.Column("sent_back_for", sa.Text),
        sa.Column("found_on", sa.Date),
    )
    op.create_table(
        "clinic_centres",
        sa.Column("clinic_id", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, primary_key=True),
        sa.Column("centre_id", sa.Text, nullable=False),
        sa.Column("assigned_on", sa.Date, nullable=False),
        sa.Column("assigned_by", sa.Text, nullable=False),
        sa.Column("owed", JSONB, nullable=False),
    )
    op.create_table(
        "subsidies",
        sa.Column("subsidy_id", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("owed_by", sa.Text, nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("clause", sa.Text, nullable=False),
        sa.Column("entered_on", sa.Date, nullable=False),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("received", JSONB, nullable=False),
    )
