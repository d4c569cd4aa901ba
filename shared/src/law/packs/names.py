"""Names in a pack: what a layer speaks of must be declared, and every reading must be one that is known."""

from collections.abc import Iterator
from contextlib import contextmanager

from law.packs.model import PackFile
from law.packs.population import SaidBy
from law.packs.readings import ReadingError, check_value, with_readings
from law.packs.source import Source
from law.rows import For


def check_names(file: PackFile, source: Source) -> None:
    """Raise PackError for the first name of an accumulator, category or payer that the pack does not declare."""
    accumulators = {accumulator.name for accumulator in file.accumulators}
    categories = {category.code for category in file.population.categories}
    for path, name in _accumulators_named(file):
        if name not in accumulators:
            raise source.error(path, f"the accumulator {name!r} is not declared; declared are {sorted(accumulators)}")
    for path, code in _categories_named(file):
        if code not in categories:
            raise source.error(path, f"the category {code!r} is not in the population; there are {sorted(categories)}")
    check_said_by(file.identification.said_by if file.identification else (), file, source, "$.identification.said_by")
    _check_payers(file, source)


def check_said_by(said_by: tuple[SaidBy, ...], file: PackFile, source: Source, path: str) -> None:
    """Raise PackError for an owner of a category that the document does not serve, without clause, or named twice."""
    served = {code for category in file.population.categories for code in (category.code, category.membership)}
    for i, said in enumerate(said_by):
        if said.category not in served:
            raise source.error(f"{path}[{i}].category", f"the category {said.category!r} is not in the population")
        if not said.clause.strip():
            raise source.error(f"{path}[{i}].clause", "whose list it is needs the clause that says so")
        if any((said.category, said.group) == (other.category, other.group) for other in said_by[:i]):
            raise source.error(f"{path}[{i}].category", f"{said.category} is said by one department only")


def _check_payers(file: PackFile, source: Source) -> None:
    payers = [layer.payer for layer in file.layers]
    for i, layer in enumerate(file.layers):
        if layer.payer in payers[:i]:
            raise source.error(f"$.layers[{i}].payer", f"the payer {layer.payer} has two layers")
    for i, payer in enumerate(file.exclusions.withhold if file.exclusions else ()):
        if payer not in payers:
            raise source.error(f"$.exclusions.withhold[{i}]", f"no layer has the payer {payer}")


def check_funds(file: PackFile, source: Source) -> None:
    """Raise PackError for a fund that is not declared, or is asked for what it may not pay (专款专用)."""
    funds = {fund.code: fund for fund in file.funds}
    for path, code, asked in _funds_named(file):
        if code not in funds:
            raise source.error(path, f"the fund {code!r} is not declared under funds; there are {sorted(funds)}")
        if asked is None:
            continue
        purpose, readings = asked
        if purpose not in funds[code].pays(readings):
            allowed = ", ".join(funds[code].pays(readings))
            raise source.error(path, f"the fund {code} does not pay {purpose}; its purposes are {allowed}")


def _funds_named(file: PackFile) -> Iterator[tuple[str, str, tuple[str, tuple[str, ...]] | None]]:
    """Each fund that is asked to pay: what for, and under which readings; None where it is lent or prepaid."""
    for i, layer in enumerate(file.layers):
        if not layer.funding:
            yield f"$.layers[{i}].payer", layer.payer, (layer.payer, ())
        for j, funding in enumerate(layer.funding):
            for code in funding.funds:
                yield f"$.layers[{i}].funding[{j}].funds", code, (layer.payer, funding.for_.reading)
    for i, prepaid in enumerate(file.prepayment):
        yield f"$.prepayment[{i}].fund", prepaid.fund, None
    for i, advance in enumerate(file.advances):
        yield f"$.advances[{i}].fund", advance.fund, None
    if file.consultation_fee is not None:
        yield "$.consultation_fee.fund", file.consultation_fee.fund, ("CONSULT_FEE", ())
    for i, row in enumerate(file.premium.rows if file.premium else ()):
        for code in row.funds:
            yield f"$.premium.rows[{i}].funds", code, ("PREMIUM", row.for_.reading)


def _accumulators_named(file: PackFile) -> Iterator[tuple[str, str]]:
    for i, layer in enumerate(file.layers):
        for place, name in layer.accumulators():
            yield f"$.layers[{i}].{place}", name


def _categories_named(file: PackFile) -> Iterator[tuple[str, str]]:
    for path, to in _conditions(file):
        for k, code in enumerate(to.category):
            yield f"{path}.category[{k}]", code


def _conditions(file: PackFile) -> Iterator[tuple[str, For]]:
    for i, layer in enumerate(file.layers):
        for place, to in layer.conditions():
            yield f"$.layers[{i}].{place}", to
    for j, paid in enumerate(file.premium.rows if file.premium else ()):
        yield f"$.premium.rows[{j}].for", paid.for_
    for i, fund in enumerate(file.funds):
        for j, also in enumerate(fund.also):
            yield f"$.funds[{i}].also[{j}]", For(reading=also.reading)


def check_readings(file: PackFile, source: Source) -> None:
    """Raise PackError for a reading that is not known, or that a row or parameter speaks of otherwise."""
    readings: dict[str, str] = {}
    for i, reading in enumerate(file.readings):
        here = f"$.readings[{i}]"
        if reading.ambiguity in readings:
            raise source.error(f"{here}.ambiguity", f"the reading {reading.ambiguity} is given twice")
        readings[reading.ambiguity] = reading.value
        with _at(source, f"{here}.value"):
            check_value(reading.ambiguity, reading.value)
    for path, to in _conditions(file):
        for k, named in enumerate(to.reading):
            ambiguity, _, value = named.partition(":")
            with _at(source, f"{path}.reading[{k}]"):
                check_value(ambiguity, value)
            if ambiguity not in readings:
                raise source.error(f"{path}.reading[{k}]", f"{ambiguity!r} is not among the readings of this pack")
    _check_written_as_read(file, source)


def _check_written_as_read(file: PackFile, source: Source) -> None:
    """Parameters that follow from a reading are written in the pack as that reading says, so that it reads right."""
    read = with_readings(file, {})
    for name in ("population", "identification", "exclusions", "referral", "treat_first"):
        if getattr(file, name) != getattr(read, name):
            raise source.error(f"$.{name}", f"{name} is not written as the readings below say")
    for name in ("layers", "clocks", "prepayment", "advances"):
        for i, (one, other) in enumerate(zip(getattr(file, name), getattr(read, name), strict=True)):
            if one != other:
                raise source.error(f"$.{name}[{i}]", f"this part of {name} is not written as the readings below say")


@contextmanager
def _at(source: Source, path: str) -> Iterator[None]:
    try:
        yield
    except ReadingError as error:
        raise source.error(path, str(error)) from error


def open_figures(file: PackFile) -> dict[str, bool]:
    """The names of figures that the document leaves open, and whether each is money."""
    fee = {} if file.consultation_fee is None else {file.consultation_fee.configured: True}
    return fee | open_figures_of_bills(file)


def open_figures_of_bills(file: PackFile) -> dict[str, bool]:
    """Those of them by which bills are settled: the consultation fee is none of a bill."""
    return {
        row.configured: table.is_money
        for layer in file.layers
        for table in layer.TABLES
        for row in layer.rows(table)
        if row.configured is not None
    }
