"""What the document of a place asks of a referral: its papers, the fields of its form, and whether they are scanned."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from kernel.values.refusals import Refused, conflict
from law.packs import PackLibrary
from law.packs.rules import ReferralForm, ReferralRule
from referral.referrals.domain.form import AttachmentKind, Form, FormField

#: What is printed where no document brings a form of its own: three copies, as there are three parties.
PLAIN_FORM: Final = ReferralForm(
    clause="", title="县域外就医转诊单", copies=("医保经办机构留存", "转出医院留存", "转入医院留存")
)
#: The form with its signature and both seals (盖章的转诊单), beside the papers.
SIGNED_FORM: Final = "signed_form"


class Asked(msgspec.Struct, frozen=True):
    """``papers``: of each group one paper; ``fields``: what the form must bear of the person besides name and number.

    ``scanned``: the agency approves only what it can see.
    """

    papers: tuple[frozenset[AttachmentKind], ...] = ()
    fields: tuple[FormField, ...] = ()
    scanned: bool = False

    def missing(self, kinds: Iterable[str]) -> list[str]:
        """For each paper that is not there, its name or the names of which one would do."""
        there = set(kinds)
        return [" or ".join(sorted(group)) for group in self.papers if not group & there]

    def unseen(self, kinds: Iterable[str]) -> list[str]:
        """The same of scans; where a place approves what it can see, the sealed form is one of them."""
        there = set(kinds)
        return [*self.missing(there), *([SIGNED_FORM] if self.scanned and SIGNED_FORM not in there else [])]


def rule_at(library: PackLibrary, county: str | None, on: date) -> ReferralRule | None:
    """The rule on referrals in a county on a day: county before city before province; None without a document."""
    policies = () if county is None else library.candidates(county, on)
    return next((policy.file.referral for policy in policies if policy.file.referral is not None), None)


def form_at(library: PackLibrary, county: str | None, on: date) -> ReferralForm:
    """The form of a place as it is printed."""
    rule = rule_at(library, county, on)
    return PLAIN_FORM if rule is None or rule.form is None else rule.form


def asked_of(rule: ReferralRule | None) -> Asked:
    """What a rule asks; nothing where no document has one."""
    if rule is None:
        return Asked()
    return Asked(
        papers=tuple(frozenset(map(AttachmentKind, paper.any_of)) for paper in rule.papers),
        fields=() if rule.form is None else tuple(map(FormField, rule.form.fields)),
        scanned=rule.scanned,
    )


def check_asked(form: Form, asked: Asked) -> None:
    """Refuse a form without a field or a paper that its place asks for: FORM_FIELD_MISSING, ATTACHMENT_MISSING."""
    empty = [field for field in asked.fields if field not in form.filled_in]
    if empty:
        raise Refused(
            "FORM_FIELD_MISSING",
            f"the form has nothing in {', '.join(empty)}: fill it in on paper and name it in filled_in, which keeps "
            "what stands there off this platform",
        )
    missing = asked.missing(attachment.kind for attachment in form.attachments)
    if missing:
        raise Refused("ATTACHMENT_MISSING", f"the application needs {' and '.join(missing)}")


def check_scanned(asked: Asked, kinds: Iterable[str]) -> None:
    """Refuse an approval of papers that nobody can look at, where the place asks for scans: SCAN_MISSING."""
    missing = asked.unseen(kinds) if asked.scanned else []
    if missing:
        raise conflict(
            "SCAN_MISSING",
            f"this place approves what it can see, and there is no scan of {' and of '.join(missing)}: file it "
            "(POST …/scans), then approve",
            missing=", ".join(missing),
        )
