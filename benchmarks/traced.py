"""What traces cost: bills settled with one in a hundred told to a collector and with none, in turn."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

from typing_extensions import override

from benchmarks.http_load import send_all
from benchmarks.platform_process import cpu_seconds, platform_process, service_process
from benchmarks.settling import prepare
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.platform import recreate_database
from onestop.quiescence import wait_until_arrived

_PEOPLE, _EACH, _PART, _CONNECTIONS = 200, 24, 600, 16
#: As many bills warm a service up before its processor time is looked at.
_WARM: Final = 100


class _Collector(BaseHTTPRequestHandler):
    """Takes whatever it is told."""

    def do_POST(self) -> None:
        """Read it, and say that all is well."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


async def traced_row(server: EmbeddedPostgres, folder: Path) -> tuple[str, str, str, str]:
    """Processor time of settlement for each bill, medians of parts in turn."""
    await recreate_database(server.url("postgres"), "bench_traces")
    database = server.url("bench_traces")
    with platform_process(database, folder):
        requests = await prepare(database, folder, people=_PEOPLE, each=_EACH)
        await wait_until_arrived(database)
    off, on = list[float](), list[float]()
    with _collector() as endpoint:
        told = {"ONESTOP_TRACES_ENDPOINT": endpoint, "ONESTOP_TRACES_RATIO": "0.01"}
        for number in range(len(requests) // _PART):
            part = requests[number * _PART : (number + 1) * _PART]
            spent = await _spent(database, folder, part, told if number % 2 else {})
            (on if number % 2 else off).append(spent)
    ours, other = statistics.median(on), statistics.median(off)
    against = f"without traces: {1000 * other:.2f} ms; asked: at most 1.05"
    return "settling, one trace in a hundred told", f"{1000 * ours:.2f} ms of CPU", against, f"{ours / other:.2f}"


async def _spent(database: str, folder: Path, requests: Sequence[bytes], more: Mapping[str, str]) -> float:
    """Seconds of the service's processor for each of these bills, once it is warm."""
    with service_process("settlement", database, folder, more=more) as (url, process):
        await send_all(url, requests=requests[:_WARM], connections=_CONNECTIONS)
        before = cpu_seconds(process.pid)
        await send_all(url, requests=requests[_WARM:], connections=_CONNECTIONS)
        return (cpu_seconds(process.pid) - before) / (len(requests) - _WARM)


@contextmanager
def _collector() -> Iterator[str]:
    """A collector of OTLP over HTTP on this machine; gives where it is."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Collector) as listening:
        thread = Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}/v1/traces"
        listening.shutdown()
        thread.join()
