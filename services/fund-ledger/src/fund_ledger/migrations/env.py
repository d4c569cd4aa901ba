"""Runs the ledger's revisions inside its schema."""

from fund_ledger.projections import metadata
from kernel.migrations import run_environment

run_environment(metadata)
