"""Reading a JSON file as strictly as it was written: one plain file, UTF-8, no NaN, no key twice."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from pitchplan.errors import Fault, InputError
from pitchplan.files.paths import check_file, one_line

__all__ = ["loads_strictly", "read_bytes"]

_MOST_BYTES = 500_000_000
_SUFFIXES = (".geojson", ".json")


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Read a local JSON file.

    Parameters
    ----------
    path : str or os.PathLike
        A ``.geojson`` or ``.json`` file of at most 500 MB.

    Returns
    -------
    bytes
        Its content.

    Raises
    ------
    InputError
        It is missing, empty, a folder, of another suffix, too large or cannot be opened.
    """
    if not isinstance(path, str | os.PathLike):
        raise InputError(Fault("not a path", "Give the path of a .geojson file", "path", value=path))
    source = os.fspath(path)
    file = Path(source)
    check_file(file, source, _SUFFIXES)
    try:
        size = file.stat().st_size
        if size > _MOST_BYTES:
            fix = "Give a file of at most 500 MB: a map of one city"
            raise InputError(Fault("too large to be a map", fix, source, value=f"{size} bytes"))
        return file.read_bytes()
    except OSError as error:
        what = f"the file cannot be opened ({error.strerror})"
        raise InputError(Fault(what, "Check path and rights", source)) from None


def loads_strictly(data: bytes, source: str) -> dict[str, Any]:
    """Turn the bytes of a JSON file into an object.

    Parameters
    ----------
    data : bytes
        UTF-8, with or without a byte order mark.
    source : str
        The file, for the error.

    Returns
    -------
    dict
        The object.

    Raises
    ------
    InputError
        It is not UTF-8, not JSON, holds NaN or Infinity, a key twice or half a character, is nested
        too deeply, or is no object.
    """
    again = "Write the file again with pitchplan.write"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(Fault(f"not UTF-8 at byte {error.start}", again, source)) from None
    try:
        found = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except RecursionError:
        raise InputError(Fault("nested too deeply to be a map", again, source)) from None
    except ValueError as error:
        raise InputError(Fault(f"not strict JSON: {one_line(error)}", again, source)) from None
    if not isinstance(found, dict):
        raise InputError(Fault("not a JSON object", again, source, value=type(found).__name__))
    # An escaped half of a surrogate pair is JSON, but no text that could be written again.
    if b"\\u" in data and _half_characters(found):
        raise InputError(Fault("a text with half a character", again, source))
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:80]!r} stands twice in one object")
    return found


def _half_characters(found: dict[str, Any]) -> bool:
    try:
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
