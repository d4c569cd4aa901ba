"""Runs referral's revisions inside its schema."""

from kernel.running.migrations import run_environment
from referral.referrals.rows.projection import metadata

run_environment(metadata)
