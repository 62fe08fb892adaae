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

__all__ = ["fix_of", "make_folder", "making", "reason_of", "write_atomically", "write_many"]

_PREFIX = ".pitchplan-"
_SUFFIX = ".tmp"
_SHOWN = 80
_STALE_SECONDS = 3600.0
_FIXES = {
    errno.ENOSPC: "Make room on the disk, or write to another one",
    errno.EDQUOT: "Make room on the disk, or write to another one",
    errno.EFBIG: "Make room on the disk, or write to another one",
    errno.EROFS: "The disk takes no changes: write to another one",
    errno.EACCES: "Check your rights, or write to another folder",
    errno.EPERM: "Check your rights, or write to another folder",
}


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
        A file could not be written, and none has changed: those that already had their names are put
        back. Where the system refuses that too, the message names those that stay replaced.
    """
    # Named before they are made: whatever cuts in, it is known what to take away.
    staged = {Path(path): _temporary_beside(Path(path)) for path in files}
    try:
        for path, data in files.items():
            _stage(staged[Path(path)], Path(path), data)
        # They belong together: Ctrl-C waits until the last one has its name.
        with undisturbed():
            _put_in_place(staged)
    except BaseException:
        with undisturbed():
            for temporary in staged.values():
                _remove(temporary)
        raise
    return list(staged)


def make_folder(folder: str | os.PathLike[str], *, parents: bool = True) -> Path:
    """Make a folder where it does not exist.

    Parameters
    ----------
    folder : str or os.PathLike
        The folder.
    parents : bool
        Whether those that it lies in are made too.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    OutputError
        It cannot be made, or a file has its name.
    """
    path = Path(folder)
    try:
        path.mkdir(parents=parents, exist_ok=True)
    except FileExistsError:
        raise OutputError(
            f"{path}: no folder was made, because a file has this name. Give another."
        ) from None
    except FileNotFoundError:
        raise OutputError(f"{path}: not made, because {path.parent} does not exist. Make it first.") from None
    except OSError as error:
        what = f"{path}: the folder could not be made ({reason_of(error)})"
        raise OutputError(f"{what}. {fix_of(error)}.") from error
    return path


@contextlib.contextmanager
def making(target: Path) -> Iterator[None]:
    """Turn what the system refuses while a file is made into an error that names the file.

    Parameters
    ----------
    target : pathlib.Path
        Where the file shall appear.

    Raises
    ------
    OutputError
        In place of an ``OSError``, and of an `OutputError` that names the folder for temporary files alone.
    """
    try:
        yield
    except OSError as error:
        # Where it is not the file itself that the system refused, it says what.
        named = error.filename if isinstance(error.filename, str) else ""
        elsewhere = f": {named}" if named and Path(named).parent != target.parent else ""
        what = f"{target}: not written ({reason_of(error)}{elsewhere})."
        raise OutputError(f"{what} What was there before is untouched. {fix_of(error)}.") from error
    except OutputError as error:
        raise OutputError(f"{target}: not written. What was there before is untouched. {error}") from error


def reason_of(error: OSError) -> str:
    """Return why the system refused something, in its own words."""
    return error.strerror or str(error)


def fix_of(error: OSError) -> str:
    """Return what can be done where the system refused to write, as a sentence without its full stop."""
    return _FIXES.get(error.errno or 0, "Try again, or write to another disk")


def _temporary_beside(target: Path) -> Path:
    return target.parent / f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"


def _stage(temporary: Path, target: Path, data: bytes) -> None:
    """Write the bytes beside the target, down to the disk."""
    folder = target.parent
    _check_name(target)
    with making(target):
        taken, found = target.is_dir(), folder.is_dir()
    if taken:
        raise OutputError(f"{target}: not written, because a folder has this name. Give a file's name.")
    if not found:
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


def _put_in_place(staged: Mapping[Path, Path]) -> None:
    """Give each file its name; where one of several cannot have it, the old ones are put back."""
    kept: dict[Path, Path | None] = {}
    placed: list[Path] = []
    try:
        for target, temporary in staged.items():
            if len(staged) > 1:
                kept[target] = _keep(target)
            with making(target):
                os.replace(temporary, target)
            placed.append(target)
            _sync_folder(target.parent)
    except BaseException as error:
        # Also the one that failed: a system may have done what it says it could not.
        refused = [target for target, old in kept.items() if not _put_back(target, old)]
        stay = ", ".join(str(target) for target in placed if target in refused)
        if stay and isinstance(error, OutputError):
            what = f"{error} But already replaced, each whole: {stay}"
            raise OutputError(f"{what}. The same write again completes them.") from error
        raise
    finally:
        for old in kept.values():
            if old:
                _remove(old)


def _keep(target: Path) -> Path | None:
    """Give an old file a second name, by which it can be put back; None where there is no old file."""
    old = _temporary_beside(target)
    try:
        target.lstat()
        os.link(target, old)
    except FileNotFoundError:
        return None
    except OSError:
        pass  # Some disks know no second names: the file stays replaced then, and the error says so.
    return old


def _put_back(target: Path, old: Path | None) -> bool:
    """Tell whether what was there before the write is there again."""
    with contextlib.suppress(OSError):
        if old is None:
            target.unlink(missing_ok=True)
        else:
            os.replace(old, target)
        return True
    return False


def _mode_for(target: Path) -> int:
    """Mode bits the file shall have: those it had, else what the process's umask leaves."""
    with contextlib.suppress(FileNotFoundError):
        return target.stat().st_mode & 0o777
    # The umask can only be read by setting it; the 0600 it was made with would hide a map from its readers.
    mask = os.umask(0o022)
    os.umask(mask)
    return 0o666 & ~mask


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
                # Not the time of its bytes: a second name of an old file, see _keep, is young.
                if path.stat().st_ctime < oldest:
                    path.unlink()
