"""Requirements: what the policy documents ask for, what meets it, and which test proves it."""

from workbench.requirements.document import Missing, Requirement, Requirements, parse, read
from workbench.requirements.faults import faults
from workbench.requirements.page import page
from workbench.requirements.references import unresolved

__all__ = ["Missing", "Requirement", "Requirements", "faults", "page", "parse", "read", "unresolved"]
