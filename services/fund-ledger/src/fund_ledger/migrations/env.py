"""Runs the ledger's revisions inside its schema."""

from fund_ledger.rows import READ_MODEL
from kernel.running.migrations import run_environment

run_environment(READ_MODEL.metadata)
