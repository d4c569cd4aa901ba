"""Runs referral's revisions inside its schema."""

from kernel.migrations import run_environment
from referral.projections import metadata

run_environment(metadata)
