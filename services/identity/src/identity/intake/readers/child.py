"""The process that reads one file, so that no file can stop another: ``python -m identity.intake.readers.child FD``.

What is to be read how comes on its standard input from the service, which trusts itself; the file is open under ``FD``.
Rows go to its standard output in frames. It has no key, no database and no network address, writes no file, and ends
by itself when it takes more memory or time than a file may.
"""

import io
import os
import pickle
import resource
import struct
import sys
from typing import BinaryIO, Final

import msgspec

from identity.intake.domain import FileRefusedError
from identity.intake.readers.kinds import broken
from identity.intake.readers.limits import Limits
from identity.intake.readers.packages import too_heavy
from identity.intake.readers.packing import Walk, refused_whole

#: Before each frame: what it is, and how many bytes it takes.
FRAME: Final = struct.Struct("<cI")
BEGUN, ROWS, END, REFUSED = b"B", b"R", b"E", b"X"
_POLITE: Final = 5


def main() -> None:
    """Read one file and say what is in it."""
    out = sys.stdout.buffer
    walk, make_form, media_type, limits = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the service itself
    form = make_form()
    _bound(limits)
    _send(out, BEGUN, b"")
    with os.fdopen(int(sys.argv[1]), "rb") as file:
        try:
            walking: Walk = walk(file, media_type, form, limits)
            for piece in walking.pieces():
                _send(out, ROWS, piece)
            _send(out, END, msgspec.msgpack.encode(walking.telling.told))
        except FileRefusedError as error:
            _send(out, REFUSED, refused_whole(error))
        except MemoryError:
            _send(out, REFUSED, refused_whole(out_of_memory()))
        except BrokenPipeError:
            pass
        except BaseException as error:
            _send(out, REFUSED, refused_whole(broken(type(error).__name__)))


def out_of_memory() -> FileRefusedError:
    """The refusal of a file that takes more memory than a file may."""
    return too_heavy("读取时占用的内存过多", "reading it takes more memory than a file may")


def _bound(limits: Limits) -> None:
    os.nice(_POLITE)
    for what, bound in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (bound, bound))
    # The first bound ends it with a signal that says why; at the second it is killed like one without memory.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 5))


def _send(out: BinaryIO | io.BufferedWriter, kind: bytes, content: bytes) -> None:
    out.write(FRAME.pack(kind, len(content)) + content)
    out.flush()


if __name__ == "__main__":
    main()
