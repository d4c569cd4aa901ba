"""From the door to the books: what a settlement costs on its way over HTTP, the event log and the ledger.

Everything is measured from outside: the platform and the load are processes of their own, the figures come from HTTP,
from the database and from /proc. A settlement here is the request that settles a bill of 20 lines; admission and fees
are sent before the measuring begins. The load is open: requests are sent at their time, whatever the answers take.

One part alone, without RESULTS.md being written:

    python -m benchmarks door-to-books --transport kafka --rate 200 --seconds 20
    python -m benchmarks door-to-books --highest

To see where the time goes, give the part long enough and attach a sampling profiler, such as py-spy, to the process
that is named when the measuring begins:

    py-spy record --pid PID --duration 30 --rate 200 --format raw --output stacks.txt

Most of the time is spent inside of asyncpg's compiled half, once for each round trip: the column of transactions says
more than a stack does. ``log_min_duration_statement=0`` in EmbeddedPostgres's settings lists the statements.
"""
