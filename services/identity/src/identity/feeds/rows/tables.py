"""The tables of feed batches: what became of each, and the working tables in which a file is compared."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

TABLES: Final = MetaData()
#: Working tables: replay does not rebuild them.
WORKING: Final = MetaData()

feed_batches = Table(
    "feed_batches",
    TABLES,
    Column("batch_id", Text, primary_key=True),
    Column("department", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("category", Text),
    Column("area", Text),
    Column("as_of", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("file_name", Text),
    Column("divisions", ARRAY(Text)),
    UniqueConstraint("department", "number", name="feed_batches_number"),
)

#: What reading a file came to.
feed_readings = Table(
    "feed_readings",
    TABLES,
    Column("batch_id", Text, primary_key=True),
    Column("held", Boolean, nullable=False),
    Column("counts", JSONB, nullable=False),
)

#: What a person decided about a held batch.
feed_judgements = Table(
    "feed_judgements",
    TABLES,
    Column("batch_id", Text, primary_key=True),
    Column("judgement", Text, nullable=False),
    Column("judged_by", Text, nullable=False),
    Column("judged_at", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
)

#: How a batch ended: APPLIED with its outcomes, REFUSED with its problem, or DISCARDED.
feed_endings = Table(
    "feed_endings",
    TABLES,
    Column("batch_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("ended_at", DateTime(timezone=True), nullable=False),
    Column("problem", JSONB),
    Column("outcomes", JSONB),
)

feed_spool = Table(
    "feed_spool",
    WORKING,
    Column("upload_id", Text, primary_key=True),
    Column("piece", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
feed_spool_keys = Table(
    "feed_spool_keys",
    WORKING,
    Column("spool_id", Text, primary_key=True),
    Column("upload_id", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

#: A file's rows while they are compared; hashes instead of people. Unlogged: a crash only means reading again.
feed_rows = Table(
    "feed_rows",
    WORKING,
    Column("batch_id", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("number_hash", Text),
    Column("name_hash", Text),
    Column("category", Text),
    Column("group", Text),
    Column("poverty_status", Text),
    Column("exit_date", Date),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("died_on", Date),
    Column("code", Text),
    Column("detail", Text),
    prefixes=["UNLOGGED"],
)

#: The receipt, row by row, of all that is not unchanged. PENDING lines wait to be applied.
feed_lines = Table(
    "feed_lines",
    WORKING,
    Column("batch_id", Text, primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("row", Integer),
    Column("outcome", Text, nullable=False),
    Column("code", Text),
    Column("detail", Text),
    Column("person_id", Text),
    Column("membership_id", Text),
    Index("feed_lines_outcome", "batch_id", "outcome", "line"),
)
feed_progress = Table(
    "feed_progress",
    WORKING,
    Column("batch_id", Text, primary_key=True),
    Column("rows_read", Integer, nullable=False),
    Column("lines_applied", Integer, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
