"""Runs identity's revisions inside its schema."""

from identity.projections import metadata
from kernel.migrations import run_environment

run_environment(metadata)
