"""The closed list of methods: a new one is a file beside this one, and a line here."""

from typing import Final, get_args

from law.methods.banded_lump_sum import BandedLumpSum
from law.methods.catalogue_excess import CatalogueExcess
from law.methods.excess_over_yearly_line import ExcessOverYearlyLine
from law.methods.given import Given
from law.methods.layer import Layer
from law.methods.rate_of_base import RateOfBase
from law.methods.segmented_rate import SegmentedRate
from law.methods.share_ceiling import ShareCeiling
from law.methods.yearly_personal_cap import YearlyPersonalCap

AnyLayer = (
    Given
    | RateOfBase
    | ShareCeiling
    | YearlyPersonalCap
    | ExcessOverYearlyLine
    | BandedLumpSum
    | CatalogueExcess
    | SegmentedRate
)
METHODS: Final[tuple[type[Layer], ...]] = get_args(AnyLayer)
