"""Runs settlement's revisions inside its schema."""

from kernel.running.migrations import run_environment
from settlement.rows import READ_MODEL

run_environment(READ_MODEL.metadata)
