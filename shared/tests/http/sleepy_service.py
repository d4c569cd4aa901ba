"""A service without routes that says when it starts and stops: run as a process of its own by test_serving.py."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from kernel.http import Address, configure_logging, create_app, serve
from kernel.security import Issuer


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    sys.stdout.write("started\n")
    yield
    sys.stdout.write("stopped\n")


def main() -> None:
    configure_logging()
    with TemporaryDirectory() as folder:
        app = create_app(
            title="sleepy",
            version="1",
            description="Sleeps.",
            routers=[],
            authenticator=Issuer.in_folder(Path(folder)).authenticator(),
            readiness={},
            lifespan=lifespan,
            registry=CollectorRegistry(),
        )
        linger_seconds = float(sys.argv[1]) if sys.argv[1:] else 0.0
        asyncio.run(serve([(app, Address())], drain_seconds=1, linger_seconds=linger_seconds))


if __name__ == "__main__":
    main()
