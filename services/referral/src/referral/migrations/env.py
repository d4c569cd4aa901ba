"""Runs referral's revisions inside its schema."""

from kernel.running.migrations import run_environment
from referral.rows import READ_MODEL

run_environment(READ_MODEL.metadata)
