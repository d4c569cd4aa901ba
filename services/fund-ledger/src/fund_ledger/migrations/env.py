"""Runs the ledger's revisions inside its schema."""

from fund_ledger.journals.rows import metadata
from kernel.running.migrations import run_environment

run_environment(metadata)
