"""Shapefiles in a zip: looked at by name and size first, then unpacked where nothing else is."""

from __future__ import annotations

import errno
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from pitchplan.errors import Fault, InputError
from pitchplan.files.paths import one_line
from pitchplan.files.scratch import scratch_folder

__all__ = ["BROKEN_ZIP", "unzipped_shapefile"]

_MOST_BYTES = 2 * 1024**3
_LARGE_BYTES, _MOST_TIMES = 50 * 1024**2, 150
"""Streets pack to a tenth of their size; blanks, which such bombs are made of, to a thousandth."""
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What Python's reader of zips raises where one is torn, protected or packed in a way it does not know."""
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def _bad_name(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in PurePosixPath(name).parts


def _choose(archive: zipfile.ZipFile, source: str) -> dict[str, zipfile.ZipInfo]:
    """Return the members of the one shapefile by suffix, or refuse the archive."""
    members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
    for member in members:
        if _bad_name(member.filename):
            raise InputError(
                Fault("a name in the zip leads out of it", "Pack it again", source, value=member.filename)
            )
    if sum(m.file_size for m in members) > _MOST_BYTES:
        raise InputError(Fault("the zip unpacks to more than 2 GB", "Unpack it and give the .shp", source))
    for member in members:
        if member.file_size > max(_LARGE_BYTES, _MOST_TIMES * member.compress_size):
            times = member.file_size // max(member.compress_size, 1)
            what = f"a file in the zip unpacks to {times} times its size"
            raise InputError(Fault(what, "Unpack it and give the .shp", source, value=member.filename))
    shapes = [m.filename for m in members if m.filename.lower().endswith(".shp")]
    if len(shapes) != 1:
        what = (
            f"the zip holds {len(shapes)} shapefiles: {', '.join(shapes)}" if shapes else "no .shp in the zip"
        )
        raise InputError(Fault(what, "Pack exactly one shapefile into it", source))
    stem = shapes[0][:-4].lower()
    chosen: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        suffix = member.filename[-4:].lower()
        if member.filename[:-4].lower() == stem and suffix in _PARTS:
            if suffix in chosen:
                raise InputError(Fault("the zip holds a name twice", "Pack it again", source))
            chosen[suffix] = member
    if any(m.flag_bits & 1 for m in chosen.values()):
        raise InputError(Fault("the zip asks for a password", "Unpack it and give the .shp", source))
    return chosen


@contextmanager
def unzipped_shapefile(path: Path, source: str) -> Iterator[Path]:
    """Unpack the one shapefile of a zip into a folder of its own and give its path.

    Members are written under names of ours, so that no name in the archive reaches the disk or GDAL.

    Raises
    ------
    InputError
        Not a zip, torn, a password, a name that leads out of it, more than 2 GB, or not exactly
        one ``.shp``.
    """
    with scratch_folder() as folder:
        target = folder / "layer.shp"
        try:
            with zipfile.ZipFile(path) as archive:
                for suffix, member in _choose(archive, source).items():
                    with archive.open(member) as packed, target.with_suffix(suffix).open("wb") as out:
                        # zipfile stops at the size the header states, which was added up above.
                        shutil.copyfileobj(packed, out)
        except BROKEN_ZIP as error:
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise  # what lacks is room for the folder, not a sound zip
            raise InputError(
                Fault(f"not a zip that can be read: {one_line(error)}", "Pack it again", source)
            ) from None
        yield target
