"""A folder for files that another library must write before their bytes can be taken."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pitchplan.errors import OutputError
from pitchplan.files.interrupts import undisturbed
from pitchplan.files.writing import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["scratch_folder"]

_PREFIX = "pitchplan-"
_STALE_SECONDS = 86_400.0


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Lend a folder that nobody else can read, and take it away whatever happens.

    Yields
    ------
    pathlib.Path
        In the system's folder for temporary files. Those that a killed run left there are removed after
        a day.

    Raises
    ------
    OutputError
        It cannot be made, or the system refused what was done in it.
    """
    place = _place()
    _sweep(place)
    # Named before it is made: a Ctrl-C between the two leaves nothing behind.
    folder = place / f"{_PREFIX}{secrets.token_hex(8)}"
    try:
        folder.mkdir(mode=0o700)
        yield folder
    except OSError as error:
        raise _refused(place, error) from error
    finally:
        with undisturbed():
            shutil.rmtree(folder, ignore_errors=True)


def _place() -> Path:
    try:
        return Path(tempfile.gettempdir())
    except OSError as error:
        raise _refused(Path(tempfile.gettempprefix()), error) from error


def _refused(place: Path, error: OSError) -> OutputError:
    what = f"The folder for temporary files, {place}, cannot be used ({reason_of(error)})"
    return OutputError(f"{what}. Make room in it, or name another one in the environment as TMPDIR.")


def _sweep(place: Path) -> None:
    oldest = time.time() - _STALE_SECONDS
    with contextlib.suppress(OSError):
        for path in place.glob(f"{_PREFIX}*"):
            with contextlib.suppress(OSError):
                if path.is_dir() and not path.is_symlink() and path.stat().st_mtime < oldest:
                    shutil.rmtree(path, ignore_errors=True)
