"""What must hold in a pack beyond its shape: complete tables, time lines without gaps, names that exist."""

from decimal import Decimal, InvalidOperation
from typing import Any

from kernel.values.money import AmountError, fen_from_yuan
from law.methods.layer import Layer
from law.packs.diseases import check_certification, check_diseases, check_own
from law.packs.model import PackFile, Settings
from law.packs.names import check_funds, check_names, check_readings, check_said_by, open_figures
from law.packs.source import Source
from law.rows import Dated, Row


def check(file: PackFile, source: Source) -> None:
    """Raise PackError for the first thing in the pack that does not hold."""
    _check_document(file, source)
    _check_written(source.value, "$", source)
    _check_layers(file, source)
    _check_own_cost(file, source)
    check_diseases(file, source)
    check_names(file, source)
    check_readings(file, source)
    check_funds(file, source)


def _check_written(value: Any, path: str, source: Source) -> None:
    """Every text under a key that promises an amount or a percentage is one, wherever it stands."""
    if isinstance(value, list):
        for i, item in enumerate(value):
            _check_written(item, f"{path}[{i}]", source)
    elif isinstance(value, dict):
        for key, item in value.items():
            here = f"{path}.{key}"
            if isinstance(item, str) and (key.endswith("_yuan") or "percent" in key.split("_")):
                _check_figure(item, here, source, money=key.endswith("_yuan"))
            else:
                _check_written(item, here, source)


def _check_document(file: PackFile, source: Source) -> None:
    if not (file.division.isdigit() and len(file.division) == 6):
        raise source.error("$.division", f"{file.division!r} is not a division code; write six digits in quotes")
    if not file.pack.startswith(f"{file.division}-"):
        raise source.error("$.pack", f"{file.pack!r} should begin with the division code {file.division}-")
    if file.in_force_to is not None and file.in_force_to < file.in_force_from:
        raise source.error("$.in_force_to", f"{file.in_force_to} is before in_force_from {file.in_force_from}")


def _check_layers(file: PackFile, source: Source) -> None:
    for i, layer in enumerate(file.layers):
        path = f"$.layers[{i}]"
        if not layer.clause.strip():
            raise source.error(f"{path}.clause", f"the layer {layer.payer} needs the clause that it comes from")
        _check_tables(layer, path, file, source)
        for parameter, what in layer.faults(file.layers[:i]):
            raise source.error(f"{path}.{parameter}", what)


def _check_tables(layer: Layer, path: str, file: PackFile, source: Source) -> None:
    for table in layer.TABLES:
        here, rows = f"{path}.{table.name}", layer.rows(table)
        if not rows and not table.optional:
            raise source.error(here, f"the table {table.name} of layer {layer.payer} is empty")
        for j, row in enumerate(rows):
            _check_row(row, f"{here}[{j}]", file, source, money=table.is_money)


def _check_own_cost(file: PackFile, source: Source) -> None:
    """A layer on the person's own compliant cost needs to know which payments before it lessen that."""
    for i, layer in enumerate(file.layers):
        if layer.ON_OWN_COST and not any(before.lessens_own_cost for before in file.layers[:i]):
            raise source.error(
                f"$.layers[{i}]",
                f"{layer.payer} works on the compliant cost that the insurances leave; mark these, which come before "
                "it, with lessens_own_cost: true",
            )


def _check_row(row: Row, path: str, file: PackFile, source: Source, *, money: bool) -> None:
    if row.configured is not None:
        if row.values or not row.clause:
            raise source.error(path, "a configured figure has a clause and no values of its own")
        return
    if not row.values:
        raise source.error(path, "a row needs values, each with from, value and clause; or `configured` with a name")
    if row.values[0].from_ > file.in_force_from:
        raise source.error(
            f"{path}.values[0].from",
            f"the time line begins on {row.values[0].from_}, but the pack is in force from {file.in_force_from}: a gap",
        )
    _check_time_line(row.values, f"{path}.values", source, money=money)


def _check_time_line(values: tuple[Dated, ...], path: str, source: Source, *, money: bool) -> None:
    for k, value in enumerate(values):
        here = f"{path}[{k}]"
        if k and value.from_ <= values[k - 1].from_:
            raise source.error(f"{here}.from", f"{value.from_} does not come after {values[k - 1].from_}: an overlap")
        if not value.clause.strip():
            raise source.error(f"{here}.clause", "every value needs the clause that it comes from")
        if value.value is not None:
            _check_figure(value.value, f"{here}.value", source, money=money)


def _check_figure(text: str, path: str, source: Source, *, money: bool) -> None:
    try:
        negative = fen_from_yuan(text) < 0 if money else not 0 <= Decimal(text) <= 100
    except (AmountError, InvalidOperation) as error:
        raise source.error(path, f"{text!r} is not {'an amount in yuan' if money else 'a percentage'}") from error
    if negative:
        raise source.error(path, f"{text!r} is out of range")


def check_settings(settings: Settings, file: PackFile, source: Source) -> None:
    """Raise PackError for the first thing in a county's settings that does not hold."""
    figures = open_figures(file)
    for name, values in settings.configured.items():
        if name not in figures:
            known = ", ".join(figures) or "none"
            raise source.error(f"$.configured.{name}", f"the pack leaves no figure {name!r} open; open are: {known}")
        if not values:
            raise source.error(f"$.configured.{name}", f"{name}: a time line needs at least one value, from a day on")
        _check_time_line(values, f"$.configured.{name}", source, money=figures[name])
    check_own(settings.disease_lists, file, source)
    check_certification(settings.certification, file, source)
    check_said_by(settings.said_by, file, source, "$.said_by")
    days = settings.referral_valid_days
    if days is not None and file.referral is None:
        raise source.error("$.referral_valid_days", "the pack knows no referral, so none can run out; leave this out")
    if settings.referral_scanned and file.referral is None:
        raise source.error("$.referral_scanned", "the pack knows no referral, so none has papers; leave this out")
    if days is not None and days < 1:
        raise source.error("$.referral_valid_days", f"a referral that holds for {days} days is none; use at least 1")
