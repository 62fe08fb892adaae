"""What a path must be before anything opens it."""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterable
from pathlib import Path

from pitchplan.errors import Fault, InputError

__all__ = ["NOWHERE", "check_file", "one_line"]

NOWHERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})
"""What the system says of a path at which there is nothing, and not that it cannot be looked at."""


def one_line(error: BaseException) -> str:
    """Give what another library says of a file as part of a sentence of ours.

    Examples
    --------
    >>> one_line(ValueError("torn   at byte 7. "))
    'torn at byte 7'
    """
    return " ".join(str(error).split()).rstrip(". ")


def check_file(path: Path, source: str, suffixes: Iterable[str]) -> None:
    """Refuse what is not one plain, local file with content and a known suffix.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    source : str
        What the planner wrote, for the error.
    suffixes : iterable of str
        Suffixes that are read, lower case.

    Raises
    ------
    InputError
        What is wrong with it.
    """
    if "://" in source or source.startswith("/vsi"):
        raise InputError(Fault("not a local file", "Download it first and give its path", source))
    nowhere = InputError(Fault("the file does not exist", "Check the path", source))
    try:
        found = path.stat()
    except ValueError:  # a NUL in the name
        raise nowhere from None
    except OSError as error:
        if error.errno in NOWHERE:
            raise nowhere from None
        what = f"the file cannot be opened ({error.strerror})"
        raise InputError(Fault(what, "Check path and rights", source)) from None
    if not stat.S_ISREG(found.st_mode):
        raise InputError(Fault("not a plain file", "Give the path of one file", source))
    if found.st_size == 0:
        raise InputError(Fault("the file is empty", "Export it again", source))
    suffix = path.suffix.lower()
    if suffix in suffixes:
        return
    if suffix in (".osm", ".pbf"):
        raise InputError(
            Fault("an OpenStreetMap extract is a whole city", "Read it with pitchplan.read_osm", source)
        )
    known = ", ".join(sorted(suffixes))
    raise InputError(
        Fault("a format that is not read", f"Convert it to one of {known}", source, value=path.suffix)
    )
