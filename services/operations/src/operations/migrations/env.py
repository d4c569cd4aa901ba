"""Runs the revisions of operations inside its schema."""

from kernel.running.migrations import run_environment
from operations.rows import READ_MODEL

run_environment(READ_MODEL.metadata)
