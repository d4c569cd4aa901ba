"""Every requirement of the five documents has what meets it and a test that proves it, or says what is missing."""

from pathlib import Path

import msgspec
import pytest

from workbench.examples.document import read as read_examples
from workbench.requirements import Missing, Requirement, Requirements, faults, page, parse, read, unresolved

ROOT = Path(__file__).parent.parent.parent
SHARED = ROOT.parent / "shared"
PACK = "policies/445200-jieyang/2019-jieyibao-21.yaml"
HERE = "tests/architecture/test_requirements.py"
CALLED = "shared/src/law/waterfall.py::adjudicate"
IDLE = "shared/src/law/clocks/deadlines.py::in_time"


@pytest.fixture(scope="module")
def told() -> Requirements:
    return read(ROOT / "docs/requirements.yaml")


def test_every_requirement_has_its_place_and_every_reference_leads_somewhere(told: Requirements) -> None:
    counts = {code: document.requirements for code, document in told.documents.items()}
    assert counts == {"LY": 24, "HN": 24, "HU": 18, "GX": 21, "JY": 27}
    assert len(told.requirements) == 114
    assert list(faults(told, ROOT)) == []


def test_the_ids_and_examples_are_those_of_the_design_pages(told: Requirements) -> None:
    # The pages lie beside the project, not in it; where they are, they must say the same.
    domain, examples = SHARED / "design/DOMAIN.md", SHARED / "examples/worked_examples.yaml"
    if domain.exists():
        rows = [line.split("|") for line in domain.read_text(encoding="utf-8").splitlines() if line.startswith("| R-")]
        assert [row[1].strip() for row in rows] == [requirement.id for requirement in told.requirements]
    if examples.exists():
        assert {example.id for example in read_examples([examples])} == set(told.examples)


def test_the_page_counts_and_links(told: Requirements) -> None:
    text = page(told)
    met = [requirement for requirement in told.requirements if requirement.status == "met"]
    assert f"| **all** | {len(met)} |" in text
    assert all(f"| {requirement.id} |" in text for requirement in told.requirements)
    for link in {part.split(")")[0] for part in text.split("](")[1:]}:
        assert (ROOT / "docs" / link).exists(), link


def requirement(**changes: object) -> Requirement:
    good = Requirement(
        id="R-JY-01",
        clause="二",
        rule="a rule",
        service=("settlement",),
        met_by=(f"{PACK}#layers.MA.yearly_cap_yuan",),
        proved_by=(f"{HERE}::test_the_page_counts_and_links", "example:JY-13"),
    )
    return msgspec.structs.replace(good, **changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"met_by": (), "proved_by": ()}, "has neither what meets it nor not_yet"),
        ({"proved_by": ()}, "without a test it is not met"),
        ({"met_by": ()}, "without a test it is not met"),
        ({"id": "R-JY-02"}, "R-JY-01: is missing"),
        ({"id": "R-JY-28"}, "is no id of its document"),
        ({"service": ()}, "names no service"),
        ({"proved_by": ("example:JY-99",)}, "there is no worked example JY-99"),
        ({"met_by": (f"{PACK}#layers.MA.no_such_key",)}, "has no layers.MA.no_such_key"),
        ({"met_by": (IDLE,)}, "no service calls it; name it under not_wired"),
        ({"not_wired": (IDLE,)}, "is not met while no service calls what is not wired"),
        ({"not_wired": (CALLED,)}, "a service calls it by now; name it under met_by"),
        ({"not_wired": (f"{PACK}#layers.MA",)}, "only code can be called or not"),
        ({"not_wired": ("services/nowhere.py::nothing",)}, "there is no file"),
    ],
)
def test_a_requirement_without_proof_is_a_fault(told: Requirements, changes: dict[str, object], said: str) -> None:
    one = msgspec.structs.replace(told.documents["JY"], requirements=1)
    file = Requirements(documents={"JY": one}, examples=("JY-13",), requirements=(requirement(**changes),))
    assert said in "\n".join(faults(file, ROOT))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "met"),
        ({"not_yet": Missing("later", "the rest")}, "partly"),
        ({"met_by": (CALLED,), "not_wired": (IDLE,), "not_yet": Missing("later", "the rest")}, "partly"),
        ({"met_by": (CALLED,), "not_wired": (IDLE,)}, "partly"),
        ({"not_wired": (IDLE,), "not_yet": Missing("later", "the rest")}, "not wired"),  # the pack alone does nothing
        ({"met_by": (), "not_wired": (IDLE,)}, "not wired"),
        ({"met_by": (), "proved_by": (), "not_yet": Missing("later", "all")}, "not yet"),
    ],
)
def test_what_no_service_calls_is_not_met(changes: dict[str, object], status: str) -> None:
    assert requirement(**changes).status == status


@pytest.mark.parametrize(
    ("reference", "test"),
    [
        (f"{PACK}#layers.MA.yearly_cap_yuan", False),
        (f"{PACK}#readings.E5", False),
        (f"{PACK}#上年度实际费用的25%", False),
        ("workbench/src/workbench/requirements/document.py::Requirement.status", False),
        (f"{HERE}::test_the_page_counts_and_links", True),
        ("example:JY-13", True),
    ],
)
def test_a_reference_that_leads_somewhere_is_right(reference: str, test: bool) -> None:
    assert unresolved(reference, ROOT, ["JY-13"], test=test) is None


@pytest.mark.parametrize(
    ("reference", "test", "said"),
    [
        ("workbench/src/workbench/requirements/nowhere.py::page", False, "there is no file"),
        ("workbench/src/workbench/requirements/page.py::pages", False, "defines no pages"),
        (
            "workbench/src/workbench/requirements/document.py::Requirement.colour",
            False,
            "defines no Requirement.colour",
        ),
        (f"{HERE}::test_nothing", True, "defines no test_nothing"),
        (f"{HERE}::requirement", True, "only a function test_"),
        (f"{HERE}::test_the_page_counts_and_links", False, "a test meets nothing"),
        ("workbench/src/workbench/requirements/page.py::page", True, "only a function test_"),
        ("example:JY-13", False, "it meets nothing"),
        (f"{PACK}#layers.MA", True, "a test must prove it"),
        (f"{PACK}#", False, "place without a name"),
        ("policies/nowhere.yaml#layers", False, "there is no file"),
        ("the code", False, "write path.py::name"),
    ],
)
def test_a_reference_that_leads_nowhere_is_found(reference: str, test: bool, said: str) -> None:
    assert said in str(unresolved(reference, ROOT, ["JY-13"], test=test))


def test_an_unknown_key_is_refused_with_its_line() -> None:
    text = "documents: {}\nexamples: []\nrequirements: []\ncolour: red\n"
    with pytest.raises(ValueError, match=r"sample\.yaml:4: the key 'colour' is not known here"):
        parse(text, "sample.yaml")
