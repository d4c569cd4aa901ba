"""``onestop`` and ``python -m onestop``: the command line; a service's process loads that service and nothing else."""

import os
import sys


def main() -> None:
    """Run the command that the arguments say."""
    match sys.argv[1:]:
        case ["service", name] if not name.startswith("-"):
            import uvloop  # noqa: PLC0415 - which of the two is imported is what this is for

            from onestop.deployment import serve_from  # noqa: PLC0415

            uvloop.run(serve_from(name, os.environ))
        case _:
            from onestop.main import app  # noqa: PLC0415

            app()


if __name__ == "__main__":
    main()
