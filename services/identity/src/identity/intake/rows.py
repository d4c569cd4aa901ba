"""The working tables of files while they are worked on: sealed pieces, their keys, and how far each file is."""

from typing import Final

from sqlalchemy import Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, func

#: Working tables: replay does not rebuild them.
WORKING: Final = MetaData()

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
feed_progress = Table(
    "feed_progress",
    WORKING,
    Column("batch_id", Text, primary_key=True),
    Column("rows_read", Integer, nullable=False),
    Column("lines_applied", Integer, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
