"""The way from one coordinate reference system to another, worked out once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyproj

__all__ = ["transformer_between"]


@lru_cache(maxsize=64)
def transformer_between(theirs: Any, ours: Any) -> pyproj.Transformer:
    """Return the transformer between two systems, x or longitude first.

    Parameters
    ----------
    theirs, ours : pyproj.CRS, str or int
        From which to which; a number is an EPSG code.

    Returns
    -------
    pyproj.Transformer
        The same one each time: PROJ takes 30 ms to make it, far longer than a layer takes to go through.

    Raises
    ------
    pyproj.exceptions.ProjError
        No way leads from the one to the other.

    Examples
    --------
    >>> x, y = transformer_between(4326, "EPSG:4548").transform(117.0, 36.65)
    >>> round(x), round(y)
    (500000, 4057670)
    """
    import pyproj

    return pyproj.Transformer.from_crs(theirs, ours, always_xy=True)
