"""Runs settlement's revisions inside its schema."""

from kernel.migrations import run_environment
from settlement.projections import metadata

run_environment(metadata)
