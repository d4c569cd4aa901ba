"""What a document orders beside the money: referral, clocks, certification, enrolment, windows, indicators, duties."""

from typing import Final

from law.packs.model import PackFile
from law.packs.rules import ReferralForm
from workbench.policy.clocks import when
from workbench.policy.page.markdown import listed, paragraph, section, spoken, table
from workbench.policy.words import KINDS, LEVELS, PLACES

_EMERGENCIES: Final = {
    "not_exempt": "An emergency needs one too.",
    "filed_afterwards": "An emergency needs one too, which may be filed afterwards.",
    "exempt": "An emergency needs none.",
}


def rules(file: PackFile) -> list[str]:
    """Every such rule that the document has."""
    clocks = [(spoken(clock.name), when(clock), clock.clause) for clock in file.clocks]
    windows = [
        (p.name, ", ".join(PLACES[place] for place in p.accepts), "、".join(LEVELS[v] for v in p.levels), p.clause)
        for p in file.service_points
    ]
    indicators = [
        (spoken(i.name), f"at least {i.at_least_percent}%" if i.at_least_percent else "", i.owner or "", i.clause)
        for i in file.indicators
    ]
    duties = [(duty.owner, ", ".join(spoken(of) for of in duty.of), duty.clause) for duty in file.duties]
    return [
        *section("Who says who is supported 身份认定", _identification(file)),
        *_referral(file),
        *section("Clocks 期限", table(["what", "due", "clause"], clocks)),
        *section("Certification of chronic diseases 门诊特殊慢性病认定", _certification(file)),
        *section("Enrolment 参保", _enrolment(file)),
        *section("Windows 服务窗口", table(["name", "accepts", "levels", "clause"], windows)),
        *section("Indicators 考核指标", table(["what", "line", "owner", "clause"], indicators)),
        *section("Who answers for what 部门职责", table(["owner", "of", "clause"], duties)),
    ]


def _identification(file: PackFile) -> list[str]:
    rule = file.identification
    if rule is None:
        return []
    said = [(spoken(s.category), s.group or "", s.by, s.clause) for s in rule.said_by]
    told = [
        f"The medical-security agency enters what the departments tell it ({rule.agency_enters_clause})."
        if rule.agency_enters_clause
        else "",
        f"What is entered counts when a second person reviewed and a third approved it ({rule.three_steps_clause})."
        if rule.three_steps_clause
        else "",
    ]
    return [
        *(line for text in told if text for line in paragraph(text)),
        *table(["category", "group", "by", "clause"], said),
    ]


def _referral(file: PackFile) -> list[str]:
    rule = file.referral
    if rule is None:
        return []
    holds = "without end" if rule.valid_days is None else f"for {rule.valid_days} days"
    emergency = _EMERGENCIES[rule.emergency]
    papers = [(" or ".join(spoken(form) for form in paper.any_of), paper.clause) for paper in rule.papers]
    return section(
        "Referral 转诊",
        paragraph(
            f"{rule.clause}. The approval must not be later than the day of admission; it holds {holds}. {emergency}"
        ),
        table(["paper", "clause"], papers),
        _form(rule.form),
    )


def _form(form: ReferralForm | None) -> list[str]:
    if form is None:
        return []
    boxes = ", ".join(f"{box.label} ({box.category})" for box in form.ticks)
    fields = ", ".join(spoken(field) for field in form.fields)
    text = f"The form is 《{form.title}》 ({form.clause}), in {len(form.copies)} copies: {', '.join(form.copies)}. "
    return paragraph(f"{text}Its boxes: {boxes or 'none'}. Filled in besides name and number: {fields or 'nothing'}.")


def _certification(file: PackFile) -> list[str]:
    rule = file.certification
    if rule is None:
        return []
    asked = ", ".join(KINDS[kind] for kind in rule.required_for)
    needed = f" For {asked} {', '.join(rule.withhold)} pay nothing without a certification." if asked else ""
    refused = f"; the hospital is refused what {', '.join(rule.refused)} paid for such care" if rule.refused else ""
    return [
        *paragraph(
            f"{rule.diseases} diseases; a hospital of grade {rule.hospital_grade_min} or higher; {rule.doctors_min} "
            f"doctors of attending title (主治) or higher; benefits from the entry into the system on; if it is "
            f"cancelled, the hospital bears the cost{refused} ({rule.clause}).{needed}"
        ),
        *(listed(rule.disease_list) if rule.disease_list else []),
    ]


def _enrolment(file: PackFile) -> list[str]:
    rule = file.enrolment_check
    if rule is None:
        return []
    named = "、".join(exemption.name for exemption in rule.exemptions)
    return paragraph(
        f"Every month the poor are compared with the insured ({rule.clause}). Need not be enrolled: {named}."
    )
