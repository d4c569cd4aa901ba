"""Requirements: what the policy documents ask for, what meets it, and which test proves it."""

from onestop.requirements.document import Missing, Requirement, Requirements, parse, read
from onestop.requirements.faults import faults
from onestop.requirements.page import page
from onestop.requirements.references import unresolved

__all__ = ["Missing", "Requirement", "Requirements", "faults", "page", "parse", "read", "unresolved"]
