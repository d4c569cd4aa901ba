"""Running a server program, such as PostgreSQL or Kafka, that never outlives the Python that started it."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # from linux/prctl.h


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system's user that a program runs as."""

    uid: int
    gid: int


class ProgramFailedError(Exception):
    """A program ended with an error, or not at all; the message carries what it wrote."""


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    death_signal: signal.Signals,
    account: Account | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``command`` in a session of its own, so that Ctrl-C reaches only us, and append its output to ``log``.

    On Linux the kernel sends it ``death_signal`` when the starting thread ends, even by ``kill -9``: start it from
    a thread that lives as long as the server should. Elsewhere only an orderly end of ours ends it.
    """
    uid, gid = (account.uid, account.gid) if account else (-1, -1)
    launcher = [sys.executable, "-I", "-S", __file__, os.getpid(), uid, gid, int(death_signal)]
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in (*launcher, *command)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            start_new_session=True,
        )


def run(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    account: Account | None = None,
    timeout_seconds: float = 60.0,
) -> str:
    """Run ``command`` to its end and return what it wrote to standard output.

    Raises ProgramFailedError, with all that it wrote, when it fails or is still running after ``timeout_seconds``.
    """
    words = [str(part) for part in command]
    try:
        ended = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            check=False,
            env=dict(environment),
            cwd="/",  # the account may not be allowed into our folder
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except subprocess.TimeoutExpired as error:
        raise ProgramFailedError(f"{words[0]} was still running after {timeout_seconds} seconds") from error
    if ended.returncode != 0:
        raise ProgramFailedError(f"{words[0]} ended with {ended.returncode}: {ended.stdout}{ended.stderr}".strip())
    return ended.stdout


def stop(process: subprocess.Popen[bytes], *signals: tuple[signal.Signals, float]) -> None:
    """Send each signal in turn and wait its seconds for the end; last of all comes SIGKILL."""
    for sign, patience_seconds in signals:
        process.send_signal(sign)
        try:
            process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            continue
        return
    process.kill()
    process.wait()


def _become(parent: int, account: Account | None, death_signal: int, command: list[str]) -> None:
    """Turn this process into ``command``; the order matters, for a change of user forgets the death signal."""
    os.chdir("/")
    if account is not None:
        os.setgroups([])
        os.setgid(account.gid)
        os.setuid(account.uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:
        sys.exit("the parent has already ended")
    os.execv(command[0], command)  # noqa: S606 - a shell is just what we do not want


if __name__ == "__main__":
    _parent, _uid, _gid, _death_signal = map(int, sys.argv[1:5])
    _become(_parent, None if _uid < 0 else Account(_uid, _gid), _death_signal, sys.argv[5:])
