"""One feature: what every one of them has, and how its numbers are written."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["feature", "number"]

# Viewers show titles and descriptions as HTML: brackets that could open a tag become full-width.
_BRACKETS = str.maketrans({"<": "＜", ">": "＞"})


def feature(
    kind: str,
    identity: str,
    geometry: dict[str, Any],
    texts: tuple[str, str, str],
    properties: dict[str, Any],
) -> dict[str, Any]:
    """Return a GeoJSON feature.

    Parameters
    ----------
    kind : str
        What it is.
    identity : str
        Its id among those of its kind.
    geometry : dict
        In degrees.
    texts : tuple of str
        Title, description and label.
    properties : dict
        What else it has.
    """
    title, description, label = (text.translate(_BRACKETS) for text in texts)
    said = {"kind": kind, "title": title, "description": description, "label": label}
    return {
        "type": "Feature",
        "id": f"{kind}/{identity}",
        "geometry": geometry,
        "properties": said | properties,
    }


def number(value: Any) -> Any:
    """Return a cell for JSON: no NaN, no minus zero, whole numbers without a point, texts as they are.

    Examples
    --------
    >>> number(6.0), number(2.4), number(float("nan")), number(-0.0), number("N")
    (6, 2.4, None, 0, 'N')
    """
    if isinstance(value, str):
        return value
    given = float(value)
    if not math.isfinite(given):
        return None
    return int(given) if given.is_integer() else given
