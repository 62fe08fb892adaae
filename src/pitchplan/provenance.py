"""Where a result comes from: raw files, versions, times, and content hashes of tables."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import math
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pitchplan.errors import Fault, InputError
from pitchplan.masking import mask_numbers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import pandas as pd

    from pitchplan.plan import Plan

__all__ = ["content_hash", "json_bytes", "provenance"]

_LIBRARIES = (
    "pitchplan",
    "numpy",
    "pandas",
    "geopandas",
    "shapely",
    "pyproj",
    "pyogrio",
    "scipy",
    "PuLP",
    "highspy",
    "typst",
)


def provenance(
    plan: Plan,
    *,
    inputs: Mapping[str, str | Path],
    started: dt.datetime,
    seconds: float,
) -> dict[str, Any]:
    """Say what a plan was made from, with what and when.

    Parameters
    ----------
    plan : Plan
        The plan; its own ``provenance`` is included.
    inputs : mapping of str to path
        The raw files, by the name of what they hold.
    started : datetime.datetime
        When the run started; with a time zone.
    seconds : float
        How long it took, seconds.

    Returns
    -------
    dict
        For ``provenance.json``; this is the only published file that carries times.

    Raises
    ------
    InputError
        A raw file cannot be read, or ``started`` has no time zone.
    """
    if started.tzinfo is None:
        raise InputError(
            Fault(
                "a time without a time zone",
                "Use datetime.now(timezone.utc)",
                "started",
                value=started.isoformat(),
            )
        )
    return {
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(float(seconds), 3),
        "inputs": {name: _file_facts(name, Path(path)) for name, path in sorted(inputs.items())},
        "plan": {
            **plan.provenance,
            "outcome": plan.outcome,
            "crs": plan.crs,
            "goals": [
                {key: _plain(value) for key, value in row.items()}
                for row in plan.goals.to_dict(orient="records")
            ],
        },
        "python": platform.python_version(),
        "platform": platform.platform(),
        "implementation": sys.implementation.name,
        "libraries": _versions(),
    }


def json_bytes(value: Any) -> bytes:
    """Return strict JSON as UTF-8 bytes: keys sorted, no NaN (null instead), one newline at the end.

    Telephone numbers, ID numbers and number plates in its texts are masked.
    """
    text = json.dumps(_plain(value), ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    return (text + "\n").encode("utf-8")


def content_hash(frame: pd.DataFrame) -> str:
    """Hash a table's content, whatever the order of its rows and columns.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame
        The table, of any number of rows; the index does not count.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits.

    Notes
    -----
    Columns are sorted by name, floats written by ``repr``, geometries as normalised WKB (so that a
    ring's starting point does not count), times in ISO form; the rows' texts are sorted and hashed
    together with the columns' names and the CRS, if there is one.

    Examples
    --------
    >>> import pandas as pd
    >>> a = pd.DataFrame({"x": [1.0, 2.0], "y": ["a", "b"]})
    >>> content_hash(a) == content_hash(a.iloc[::-1][["y", "x"]])
    True
    """
    names = sorted(map(str, frame.columns))
    columns = [_cells(frame[name]) for name in names]
    rows = sorted(json.dumps(row, ensure_ascii=False) for row in zip(*columns, strict=True))
    crs = getattr(frame, "crs", None) if hasattr(frame, "geometry") else None
    digest = hashlib.sha256()
    digest.update(json.dumps([names, str(crs) if crs is not None else None], ensure_ascii=False).encode())
    for row in rows:
        digest.update(b"\n" + row.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _cells(series: pd.Series[Any]) -> list[str]:
    if str(series.dtype) == "geometry":
        import shapely

        blobs = shapely.to_wkb(shapely.normalize(series.to_numpy()), byte_order=1)
        return ["" if blob is None else blob.hex() for blob in blobs]
    return [_cell(value) for value in series.tolist()]


def _cell(value: object) -> str:
    """Write one value so that equal values give equal texts and unequal ones do not."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or repr(value) in ("<NA>", "NaT"):
        return "-"
    if isinstance(value, bool):
        return f"b{value}"
    if isinstance(value, (int, float)):
        # 3 and 3.0 are one number: a reader's choice of dtype must not change the hash.
        number = float(value)
        return f"n{int(number)}" if number.is_integer() and abs(number) < 2**53 else f"n{value!r}"
    if hasattr(value, "isoformat"):
        return f"t{value.isoformat()}"
    return f"s{value}"


def _plain(value: Any) -> Any:
    """Turn numpy scalars, dates, paths and NaN into what strict JSON can hold."""
    if isinstance(value, dict):
        return {mask_numbers(str(k)): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = [_plain(v) for v in value]
        return sorted(items, key=repr) if isinstance(value, (set, frozenset)) else items
    if isinstance(value, str):
        return mask_numbers(value)
    if isinstance(value, (bool, int)) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "item"):
        return _plain(value.item())
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return mask_numbers(str(value))


def _file_facts(name: str, path: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    size = 0
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
                size += len(block)
    except OSError as error:
        raise InputError(
            Fault(
                f"the file cannot be read ({error.strerror or error})",
                "Check its path",
                name,
                value=str(path),
            )
        ) from error
    # Only the file's name: folders tell more about a machine than a reader needs.
    return {"file": path.name, "bytes": size, "sha256": digest.hexdigest()}


def _versions() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
