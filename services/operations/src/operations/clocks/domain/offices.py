"""Which owners that documents name are a department's own office: who says a duty done is who has it (002 四(三))."""

from collections.abc import Mapping
from typing import Final

#: Words of the owners' names in packs by the department code of tokens, as the field calls them. A code that is not
#: here has no duty of its own; the agency says it for such an office.
OFFICES: Final[Mapping[str, tuple[str, ...]]] = {
    "civil-affairs": ("民政",),
    "poverty-alleviation": ("扶贫",),
    "disabled-persons": ("残联",),
    "county-government": ("人民政府",),
    "health": ("卫计", "卫生计生", "卫生健康"),
    "finance": ("财政",),
    "financial-office": ("金融办",),
    "human-resources": ("人社", "人力资源社会保障"),
    "healthcare-security": ("医疗保障",),
}


def is_own(department: str, owner: str | None) -> bool:
    """Whether a duty is the department's; one that the document gives to nobody is everybody's to report."""
    return owner is None or any(word in owner for word in OFFICES.get(department, ()))
