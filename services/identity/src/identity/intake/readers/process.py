"""A file as another process reads it: its rows piece by piece, or why it is refused."""

import pickle
import select
import signal
import subprocess
import sys
from typing import Any, BinaryIO, Final

import msgspec

from identity.intake.domain import FileProblem, FileRefusedError, Told
from identity.intake.readers.child import BEGUN, END, FRAME, REFUSED, out_of_memory
from identity.intake.readers.forms import FormMaker
from identity.intake.readers.kinds import broken
from identity.intake.readers.limits import Limits
from identity.intake.readers.packages import too_heavy
from identity.intake.readers.packing import Packing, Walk

_CHILD: Final = "identity.intake.readers.child"
_MODEST: Final = {"LC_ALL": "C.UTF-8"}


class ReaderFailedError(Exception):
    """The process could not begin to read: this machine's trouble, and no file's fault."""


class ReadingProcess:
    """The process that reads one file; it begins with the first piece that is asked for. Blocking: for a thread."""

    def __init__(
        self, file: BinaryIO, media_type: str, make_form: FormMaker[Any], limits: Limits, walk: type[Walk] = Packing
    ) -> None:
        self._file = file
        self._job = pickle.dumps((walk, make_form, media_type, limits))
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._has_begun = False
        self.told = Told()

    def piece(self) -> bytes:
        """The next rows, packed; nothing at the end. Raises FileRefusedError, ReaderFailedError."""
        process = self._process or self._start()
        kind, content = self._frame(process)
        if kind == BEGUN:
            self._has_begun = True
            kind, content = self._frame(process)
        if kind == REFUSED:
            error = msgspec.msgpack.decode(content, type=FileProblem)
            raise FileRefusedError(error.code, error.detail, error.row)
        if kind == END:
            self.told = msgspec.msgpack.decode(content, type=Told)
            return b""
        return content

    def close(self) -> None:
        """End the process, wherever it is."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _start(self) -> subprocess.Popen[bytes]:
        self._file.flush()
        number = self._file.fileno()
        process = subprocess.Popen(
            [sys.executable, "-I", "-m", _CHILD, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(number,),
            env=_MODEST,
            bufsize=0,
        )
        self._process = process
        assert process.stdin is not None
        try:
            process.stdin.write(self._job)
            process.stdin.close()
        except BrokenPipeError as error:
            raise ReaderFailedError("the process that reads files ended before it began") from error
        return process

    def _frame(self, process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
        kind, size = FRAME.unpack(self._bytes(process, FRAME.size))
        return kind, self._bytes(process, size)

    def _bytes(self, process: subprocess.Popen[bytes], size: int) -> bytes:
        assert process.stdout is not None
        waiting = select.poll()
        waiting.register(process.stdout, select.POLLIN)
        found = bytearray()
        while len(found) < size:
            if not waiting.poll(self._limits.patience_seconds * 1000):
                raise _too_slow()
            more = process.stdout.read(size - len(found))
            if not more:
                raise self._ended(process.wait())
            found += more
        return bytes(found)

    def _ended(self, code: int) -> Exception:
        if not self._has_begun:
            return ReaderFailedError(f"the process that reads files ended with {code} before it began")
        if code == -signal.SIGXCPU:
            return _too_slow()
        if code in {-signal.SIGABRT, -signal.SIGKILL}:
            # The reader of workbooks aborts where it gets no memory; the system kills where there is none.
            return out_of_memory()
        return broken(f"reader ended with {code}")


def _too_slow() -> FileRefusedError:
    return too_heavy("读取时间过长", "reading it takes longer than a file may")
