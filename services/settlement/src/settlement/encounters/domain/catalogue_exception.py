"""Catalogue exceptions: which departments may approve cost outside the catalogue above the limit (003 二(七))."""

from collections.abc import Iterable

from kernel.values.refusals import RefusalKind, Refused
from law.packs import Policy


def check_approver(department: str, policies: Iterable[Policy]) -> None:
    """Refuse a department that no document in force names; raises Refused EXCEPTION_NOT_YOURS (403)."""
    layers = [layer for policy in policies for layer in policy.file.layers]
    named = sorted({name for layer in layers for name in layer.approvers()})
    if department not in named:
        raise Refused(
            "EXCEPTION_NOT_YOURS",
            f"{department} does not approve catalogue exceptions at this place; "
            + (f"those who do are {', '.join(named)}" if named else "no document in force there knows any"),
            kind=RefusalKind.FORBIDDEN,
            about={"department": department},
        )
