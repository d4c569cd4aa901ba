"""What is found out, and how it reads as rows of the table "Door to books"."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from benchmarks.booking import spread
from benchmarks.door_to_books.books import Way

HEADINGS: Final = (
    "services",
    "load",
    "platform, CPU each",
    "PostgreSQL, CPU each",
    "against pgbench",
    "transactions each",
    "WAL each",
    "settled → booked",
)


class Ceiling(NamedTuple):
    """pgbench writing the same rows as a settlement."""

    per_second: float
    cpu_seconds: float


class Cost(NamedTuple):
    """What one settlement, or one second of doing nothing, costs."""

    platform_seconds: float
    postgres_seconds: float
    transactions: float
    wal_bytes: float


def idle_row(services: str, cost: Cost) -> tuple[str, ...]:
    """A platform that nobody asks anything."""
    platform, postgres = f"{cost.platform_seconds:.1%} of a core", f"{cost.postgres_seconds:.1%} of a core"
    return services, "idle", platform, postgres, "", f"{cost.transactions:.0f}/s", f"{cost.wal_bytes:,.0f} B/s", ""


def load_row(
    services: str, load: str, cost: Cost, ways: Sequence[Way], ceiling: Ceiling, *, of_rate: str = ""
) -> tuple[str, ...]:
    """A load; the ratio is of PostgreSQL's processor time, with that of the rate where one is given."""
    delays = sorted(way.booked - way.settled for way in ways)
    return (
        services,
        load,
        f"{1000 * cost.platform_seconds:.2f} ms",
        f"{1000 * cost.postgres_seconds:.2f} ms",
        f"{cost.postgres_seconds / ceiling.cpu_seconds:.0f} × CPU{of_rate}",
        f"{cost.transactions:.1f}",
        f"{cost.wal_bytes / 1024:.1f} KiB",
        spread(delays),
    )


def ceiling_row(ceiling: Ceiling) -> tuple[str, ...]:
    """What the ratios are of."""
    cpu = f"{1000 * ceiling.cpu_seconds:.2f} ms"
    return "pgbench, same rows", f"{ceiling.per_second:,.0f}/s", "", cpu, "1", "1.0", "", ""
