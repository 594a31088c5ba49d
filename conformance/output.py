"""Files that the suite writes: never through a symbolic link, and by one run at a time.

A link to a folder is followed: a user has put it there. A link in the place of a file may be a trap in a folder that
others write to as well. Names below /dev are links that mean a stream, and are followed.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from conformance.errors import UserError

try:
    import fcntl
except ImportError:  # Windows: nothing is locked there
    fcntl = None  # type: ignore[assignment]

_STREAMS = "/dev/"


class InUseError(UserError):
    """Another run writes to the same place."""


def no_follow(path: str | Path, flags: int, mode: int = 0o666) -> int:
    """Open a file as os.open does, or as the `opener` of open(). Raises OSError where it is a symbolic link."""
    own = 0 if str(path).startswith(_STREAMS) else getattr(os, "O_NOFOLLOW", 0)
    try:
        return os.open(path, flags | own, mode)
    except OSError as error:
        if error.errno == errno.ELOOP and Path(path).is_symlink():
            raise OSError(errno.ELOOP, "it is a symbolic link, which is not followed", str(path)) from error
        raise


def open_alone(path: Path, mode: int) -> int:
    """Return the descriptor of an empty file that no other run writes to, with this mode also where it was there.

    Raises InUseError where another run does, and OSError.
    """
    descriptor = no_follow(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, mode)
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            _lock(descriptor, path)
            if fcntl is not None and os.fstat(descriptor).st_mode & ~mode & 0o777:
                os.fchmod(descriptor, mode)
            os.ftruncate(descriptor, 0)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def write_whole(path: Path, text: str) -> Path:
    """Write a text file whole or not at all; a link in its place gives way to the file. Raises OSError."""
    if str(path).startswith(_STREAMS):
        path.write_text(text, encoding="utf-8", newline="\n")
        return path
    half = path.with_name(f".{path.name}.new")
    with open(half, "w", encoding="utf-8", newline="\n", opener=no_follow) as file:
        file.write(text)
    half.replace(path)
    return path


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Make a folder, and lock it as the only run that writes there. Raises InUseError, and UserError."""
    was_there = folder.is_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"the folder can't be made: {error.strerror or error}",
            where=str(folder),
            hint="name another one with --report-dir",
        ) from error
    with ExitStack() as held:
        if fcntl is not None:
            with suppress(PermissionError):  # one that may not be listed can still be written to
                descriptor = os.open(folder, os.O_RDONLY)
                held.callback(os.close, descriptor)
                _lock(descriptor, folder)
        try:
            yield
        finally:
            if not was_there:
                with suppress(OSError):
                    folder.rmdir()  # a run that ended before it wrote anything leaves no folder


def _lock(descriptor: int, path: Path) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise InUseError(
            "another run writes there",
            where=str(path),
            hint="wait until it has ended, or name another place (--report-dir, --record)",
        ) from error
    except OSError:
        return  # a file system without locks
