"""Catalogue excess: the hospital bears cost outside the catalogue above a part of the bill."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final, Literal, get_args

from typing_extensions import override

from kernel.values.money import Rounding, divide
from kernel.values.refusals import Refused
from law.course import Course
from law.figures import NoBenefit
from law.methods.declared import Choice, Table
from law.methods.layer import Layer
from law.methods.sentences import yuan
from law.plan import LayerPlan
from law.rows import Row
from law.trace import LayerTrace

_Approval = Literal["both_departments", "either_department"]
_DEPARTMENTS: Final = MappingProxyType({"health": "卫生健康部门", "medical_security": "医疗保障部门"})


class CatalogueExcess(Layer, tag="catalogue_excess", frozen=True, kw_only=True):
    """The hospital bears out-of-catalogue cost above a share of the total, unless approved."""

    allowed_percent: tuple[Row, ...]
    approval_by: tuple[str, ...]
    approval: _Approval = "both_departments"

    TABLES = (Table("allowed_percent", "目录外费用占比上限 out-of-catalogue share at most"),)
    CHOICES = (
        Choice(
            ambiguity="D2",
            parameter="approval",
            readings=get_args(_Approval),
            asks="Must both departments approve a special case?",
            otherwise="one of them is enough",
        ),
    )
    WHY_NOTHING = MappingProxyType({"EXCEPTION_APPROVED": "目录外费用已作为特殊病例获得批准，不由医院承担。"})
    PAYS = ""
    DESCRIPTION = (
        "Cost outside the catalogue above the given part of the bill is borne by the hospital, not by the patient."
    )

    @override
    def work_out(self, course: Course, plan: LayerPlan) -> LayerTrace:
        """max(0, out-of-catalogue cost - floor(total × allowed share)) is borne by the hospital (003 二(七)).

        Nothing where the departments named in the pack approved the special case; over-limit prices count as
        in-catalogue (AMB-D2b).
        """
        allowed = course.figure(plan, "allowed_percent")
        out = course.claim.out_of_catalogue_fen
        if out is None:
            raise Refused(
                "CATALOGUE_COST_MISSING",
                f"{course.cited.policy_id} limits cost outside the catalogue (目录外); the claim must state it",
            )
        if self._is_approved(course):
            return course.take(plan, 0, base_fen=out, flags=("EXCEPTION_APPROVED",))
        if isinstance(allowed, NoBenefit):
            return course.take(plan, 0, base_fen=out, flags=("NO_BENEFIT",))
        limit = divide(course.claim.total_fen * allowed.numerator, allowed.denominator, Rounding.DOWN)
        amount = min(max(0, out - limit), course.left)
        course.hospital_part += amount
        return course.take(plan, amount, clause=allowed.clause, base_fen=out, percent=allowed.text, cap_fen=limit)

    def _is_approved(self, course: Course) -> bool:
        by = course.claim.exception_approved_by
        enough = all if self.approval == "both_departments" else any
        return enough(department in by for department in self.approval_by)

    @override
    def approvers(self) -> tuple[str, ...]:
        return self.approval_by

    @override
    def faults(self, _before: object) -> Iterator[tuple[str, str]]:
        if not self.approval_by:
            yield "approval_by", "name the departments that approve"

    @override
    def facts(self) -> Iterator[str]:
        named = "、".join(_DEPARTMENTS.get(department, department) for department in self.approval_by)
        yield f"not where these approved a special case: {named}"

    @override
    def reason(self, trace: LayerTrace) -> str:
        return (
            f"目录外费用有 {yuan(trace.base_fen)} 元，超过总费用 {trace.percent}%（{yuan(trace.cap_fen)} 元）"
            "的部分由医院自己承担，不向您收取。"
        )
