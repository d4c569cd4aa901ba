"""Settlement over HTTP."""

from settlement.api.admission_checks import admission_checks
from settlement.api.benefit_years import benefit_years
from settlement.api.encounters import encounters
from settlement.api.error_codes import CODES
from settlement.api.exceptions import exceptions
from settlement.api.institutions import institutions
from settlement.api.payment_refusals import payment_refusals
from settlement.api.reviews import reviews
from settlement.api.settlements import settlements

__all__ = [
    "CODES",
    "admission_checks",
    "benefit_years",
    "encounters",
    "exceptions",
    "institutions",
    "payment_refusals",
    "reviews",
    "settlements",
]
