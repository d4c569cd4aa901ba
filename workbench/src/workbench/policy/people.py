"""Made-up people for searches: for each category of a pack somebody who counts as just that."""

from datetime import date

from law import Membership, Standing
from law.packs.model import PackFile
from law.packs.population import Category
from workbench.examples.people import insured


def someone(category: Category | None, day: date) -> Standing:
    """An insured person of a category, None being nobody's; out of poverty long ago where only that counts."""
    if category is None:
        return Standing((), (insured(day),))
    group = category.groups[0] if category.groups else None
    lifted = bool(category.statuses) and "NOT_LIFTED" not in category.statuses
    since = date(day.year - 10, 1, 1)
    membership = Membership(
        category=category.membership or category.code,
        valid_from=since,
        valid_to=None,
        group=group,
        poverty_status=category.statuses[0] if lifted else None,
        exit_date=date(day.year - 5, 1, 1) if lifted else None,
    )
    return Standing((membership,), (insured(day),))


def category_name(code: str | None, file: PackFile) -> str:
    """A category's name as in the document."""
    return next((known.name for known in file.population.categories if known.code == code), "not served 其他参保人")
