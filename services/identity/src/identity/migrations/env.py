"""Runs identity's revisions inside its schema."""

from identity.persons.rows.projection import metadata
from kernel.running.migrations import run_environment

run_environment(metadata)
