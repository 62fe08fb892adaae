"""Write files whole or not at all.

A file appears under its name by one atomic replace, after its bytes have reached the disk. Whoever
looks sees the old file or the new one, never half of one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pitchplan.errors import OutputError
from pitchplan.files.interrupts import undisturbed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["making", "write_atomically", "write_many"]

_PREFIX = ".pitchplan-"
_SUFFIX = ".tmp"
_SHOWN = 80
_STALE_SECONDS = 3600.0


def write_atomically(path: str | os.PathLike[str], data: bytes) -> Path:
    """Write a file whole or not at all.

    Parameters
    ----------
    path : str or os.PathLike
        Where the file shall appear; its folder must exist.
    data : bytes
        What it shall hold.

    Returns
    -------
    pathlib.Path
        The path that was written.

    Raises
    ------
    OutputError
        The file could not be written; what was there before is untouched.

    Notes
    -----
    Temporary file in the same folder, ``fsync``, ``os.replace``, ``fsync`` of the folder where the
    system allows it. Temporary files that a killed run left behind are removed after an hour.
    """
    return write_many({Path(path): data})[0]


def write_many(files: Mapping[Path, bytes]) -> list[Path]:
    """Write several files, none of them before all of them lie complete on the disk.

    Parameters
    ----------
    files : mapping of pathlib.Path to bytes
        What each file shall hold; everything is rendered before the first is touched.

    Returns
    -------
    list of pathlib.Path
        The paths, in the order given.

    Raises
    ------
    OutputError
        A file could not be written. If that happened while files were staged, none has changed; if
        it happened while they were put in place, the message names those already replaced.
    """
    # Named before they are made: whatever cuts in, it is known what to take away.
    staged = {Path(path): _temporary_beside(Path(path)) for path in files}
    placed: list[Path] = []
    try:
        for path, data in files.items():
            _stage(staged[Path(path)], Path(path), data)
        # They belong together: Ctrl-C waits until the last one has its name.
        with undisturbed():
            for target, temporary in staged.items():
                _put_in_place(temporary, target)
                placed.append(target)
    except BaseException as error:
        with undisturbed():
            for temporary in staged.values():
                _remove(temporary)
        if placed and isinstance(error, OutputError):
            names = ", ".join(str(p) for p in placed)
            raise OutputError(f"{error} Already replaced, each whole: {names}.") from error
        raise
    return placed


@contextlib.contextmanager
def making(target: Path) -> Iterator[None]:
    """Turn what the system refuses while a file's bytes are made into an error that names the file.

    Parameters
    ----------
    target : pathlib.Path
        Where the file shall appear.

    Raises
    ------
    OutputError
        In place of an ``OSError``, such as that of a full folder for temporary files.
    """
    try:
        yield
    except OSError as error:
        raise _failure(target, error) from error


def _temporary_beside(target: Path) -> Path:
    return target.parent / f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"


def _stage(temporary: Path, target: Path, data: bytes) -> None:
    """Write the bytes beside the target, down to the disk."""
    folder = target.parent
    _check_name(target)
    if target.is_dir():
        raise OutputError(f"{target}: not written, because a folder has this name. Give a file's name.")
    if not folder.is_dir():
        raise OutputError(
            f"{target}: not written, because the folder {folder} does not exist. Make it first."
        )
    _sweep(folder)
    with making(target):
        with open(temporary, "xb", opener=_for_nobody_else) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode_for(target))


def _for_nobody_else(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _check_name(target: Path) -> None:
    """Refuse a name no file can have, before anything else asks the system about it."""
    try:
        target.lstat()
    except FileNotFoundError:
        return
    except ValueError:
        raise OutputError(
            f"{str(target)!r}: not written, because the name holds a NUL character. Leave it out."
        ) from None
    except OSError as error:
        shown = str(target) if len(str(target)) <= _SHOWN else f"{str(target)[:_SHOWN]}…"
        if error.errno == errno.ENAMETOOLONG:
            raise OutputError(f"{shown}: not written, because the name is too long. Shorten it.") from None
        raise OutputError(
            f"{shown}: not written ({error.strerror}). Check the path and your rights."
        ) from None


def _put_in_place(temporary: Path, target: Path) -> None:
    with making(target):
        os.replace(temporary, target)
    _sync_folder(target.parent)


def _mode_for(target: Path) -> int:
    """Mode bits the file shall have: those it had, else what the process's umask leaves."""
    with contextlib.suppress(OSError):
        return target.stat().st_mode & 0o777
    # The umask can only be read by setting it; the 0600 it was made with would hide a map from its readers.
    mask = os.umask(0o022)
    os.umask(mask)
    return 0o666 & ~mask


def _failure(target: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    # Where it is not the file itself: the folder for temporary files is full, say.
    named = error.filename if isinstance(error.filename, str) else ""
    elsewhere = f": {named}" if named and Path(named).parent != target.parent else ""
    return OutputError(f"{target}: not written ({reason}{elsewhere}). What was there before is untouched.")


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _sync_folder(folder: Path) -> None:
    """Make the new name durable; some systems cannot sync a folder, and the file is whole anyway."""
    with contextlib.suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove temporary files that a killed run left behind more than an hour ago."""
    oldest = time.time() - _STALE_SECONDS
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
