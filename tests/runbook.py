"""The runbook's commands, run as they stand in docs/runbooks/backup-and-restore.md."""

import asyncio
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from onestop.embedded_postgres import binaries

RUNBOOK: Final = (Path(__file__).parents[1] / "docs/runbooks/backup-and-restore.md").read_text(encoding="utf-8")


async def followed(heading: str, environment: Mapping[str, str]) -> str:
    """Run the commands under a heading of the runbook; gives what they wrote."""
    section = RUNBOOK.partition(f"### {heading}\n")[2].partition("\n#")[0]
    commands = "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))
    assert commands, f"the runbook has no commands under {heading!r}"
    path = os.pathsep.join([str(Path(sys.executable).parent), str(binaries()), "/usr/bin", "/bin"])
    ended = await asyncio.create_subprocess_exec(
        "bash",
        "-euc",
        commands,
        env={**environment, "PATH": path, "HOME": "/", "LC_ALL": "C.UTF-8", "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    written = (await ended.communicate())[0].decode()
    assert ended.returncode == 0, written
    return written
