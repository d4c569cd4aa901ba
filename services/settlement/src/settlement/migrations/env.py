"""Runs settlement's revisions inside its schema."""

from kernel.running.migrations import run_environment
from settlement.encounters.rows.projection import metadata

run_environment(metadata)
