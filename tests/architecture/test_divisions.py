"""Every path keeps to the divisions that a caller's token names, or is closed to such callers for a reason."""

import json
from pathlib import Path

from kernel.security import Role

#: The registries say which institutions there are for everybody: who enters one works for all divisions.
CLOSED = {
    "identity POST /v1/certifiers",
    "settlement POST /v1/institutions",
}
#: Messages are of whatever division they are of: who may see or mend one works for all.
_PARKED = "/v1/parked-messages"
#: So are differences between services, runs that look for them, and alarms: they are the platform's (0069).
_OF_THE_PLATFORM = ("/v1/differences", "/v1/reconciliations", "/v1/day-files", "/v1/alarms")


#: A township's window finds whom it serves by the ID number, and deals with the cases that it took in (004 五(二)2).
#: The registry of institutions is everybody's: a case names one.
OF_A_TOWNSHIP = {
    "identity POST /v1/persons/lookup",
    "settlement GET /v1/cases",
    "settlement POST /v1/cases",
    "settlement GET /v1/cases/{case_id}",
    "settlement GET /v1/institutions",
    "settlement POST /v1/cases/{case_id}/papers",
    "settlement POST /v1/cases/{case_id}/return",
    "settlement POST /v1/cases/{case_id}/withdrawal",
    "settlement GET /v1/cases/{subject_id}/scans",
    "settlement POST /v1/cases/{subject_id}/scans",
    "settlement GET /v1/cases/{subject_id}/scans/{scan_id}/content",
    "settlement POST /v1/cases/{subject_id}/scans/{scan_id}/removal",
}


def test_a_township_is_let_in_nowhere_else(root: Path) -> None:
    found = set()
    for path in sorted((root / "docs/openapi").glob("*.json")):
        for route, operations in json.loads(path.read_text(encoding="utf-8"))["paths"].items():
            for method, operation in operations.items():
                if Role.TOWNSHIP.value in operation.get("x-roles", ()):
                    found.add(f"{path.stem} {method.upper()} {route}")
    assert found == OF_A_TOWNSHIP, "hold the path to the caller's own township, and name it here"


def test_every_path_for_staff_looks_at_their_divisions(root: Path) -> None:
    found = set()
    for path in sorted((root / "docs/openapi").glob("*.json")):
        for route, operations in json.loads(path.read_text(encoding="utf-8"))["paths"].items():
            for method, operation in operations.items():
                staff = set(operation.get("x-roles", ())) - {Role.HOSPITAL.value}
                if staff and not operation["x-by-division"] and not route.startswith((_PARKED, *_OF_THE_PLATFORM)):
                    found.add(f"{path.stem} {method.upper()} {route}")
    assert found == CLOSED, (
        "hold the path to the caller's divisions: kernel.http.of_division, or allow(by_division=True)"
    )
