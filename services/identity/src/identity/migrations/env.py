"""Runs identity's revisions inside its schema."""

from identity.rows import READ_MODEL
from kernel.running.migrations import run_environment

run_environment(READ_MODEL.metadata)
