"""Reading the widths that were taped on site, every fault at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from pitchplan.city.layers import City
from pitchplan.city.widths import WIDEST_M
from pitchplan.errors import Faults

__all__ = ["read_taped"]

_LAYERS = ("streets", "footways")
_WHOLE = re.compile(r"(\d+)\.0")


class _Known(NamedTuple):
    """Every id of the city by layer, and what is drawn again when it is taped: "" for a polygon."""

    streets: dict[str, str]
    footways: dict[str, str]

    def of(self, layer: str) -> dict[str, str]:
        return self.streets if layer == "streets" else self.footways


def read_taped(city: City, widths: Mapping[str, float] | pd.DataFrame) -> dict[str, dict[str, float]]:
    """Read widths by layer and id.

    Parameters
    ----------
    city : City
    widths : mapping or pandas.DataFrame
        Id to width, metres, or columns feature_id (or street_id), width_m and perhaps layer.

    Returns
    -------
    dict of str to dict
        For "streets" and "footways": id of the line to width, metres.

    Raises
    ------
    InputError
        Names every width that is bad and every id that is not known, of a polygon, or of two things.
    """
    faults = Faults("with_checked")
    known = _known(city)
    taped: dict[str, dict[str, float]] = {layer: {} for layer in _LAYERS}
    for layer, given, value in _rows(widths):
        found = _found(known, layer, given, faults)
        width = float(pd.to_numeric(pd.Series([value], dtype=object), errors="coerce").iloc[0])
        if isinstance(value, bool) or not 0 < width <= WIDEST_M:
            faults.add(
                f"a width that is not a number of metres above 0 and up to {WIDEST_M:g}",
                "Give what was taped, in metres",
                row=given,
                column="width_m",
                value=value,
            )
        elif found and taped[found[0]].setdefault(found[1], width) != width:
            what = f"two widths for one {found[0][:-1]}"
            faults.add(what, "Give one", row=given, column="width_m", value=value)
    faults.raise_if_any()
    return taped


def _known(city: City) -> _Known:
    streets = dict.fromkeys(city.streets["street_id"], "")
    lines = city.centrelines["street_id"]
    streets |= dict(zip(lines, lines if city.made_of_lines else [""] * len(lines), strict=True))
    # A part of a strip stands for the whole: its line has one width.
    footways = dict(zip(city.footways["footway_id"], city.footways["axis_id"], strict=True))
    footways |= {name: name for name in city.footway_axes["axis_id"]}
    return _Known(streets, footways)


def _found(known: _Known, layer: str, given: str, faults: Faults) -> tuple[str, str] | None:
    """Find the line an id means, or note why it means none."""
    if layer not in (*_LAYERS, ""):
        faults.add("no such layer", "Write streets or footways", row=given, column="layer", value=layer)
        return None
    layers = [layer] if layer else list(_LAYERS)
    # A table that went through a spreadsheet may bring the id 12 back as 12.0.
    whole = _WHOLE.fullmatch(given)
    names = [given, whole.group(1)] if whole else [given]
    name = next((n for n in names if any(n in known.of(x) for x in layers)), given)
    layers = [x for x in layers if name in known.of(x)]
    if not layers:
        what = f"no {layer[:-1] or 'street or footway'} has this id"
        faults.add(what, "Take it from city.field_list()", value=given)
    elif len(layers) > 1:
        what = "a street and a footway have this id"
        faults.add(what, "Give a table with a column layer that says streets or footways", value=given)
    elif not known.of(layers[0])[name]:
        faults.add(
            f"{layers[0]} that are polygons have the width the polygons show",
            "Correct the polygons in a GIS; only what was drawn from lines can be drawn again",
            value=given,
        )
    else:
        return layers[0], known.of(layers[0])[name]
    return None


def _rows(widths: Mapping[str, float] | pd.DataFrame) -> list[tuple[str, str, object]]:
    """List layer ("" where it is not said), id and width."""
    if not isinstance(widths, pd.DataFrame):
        return [("", str(k), v) for k, v in widths.items()]
    column = "street_id" if "street_id" in widths and "feature_id" not in widths else "feature_id"
    faults = Faults("with_checked")
    for name in (column, "width_m"):
        if name not in widths:
            faults.add("a column is missing", "Give feature_id and width_m", column=name)
    faults.raise_if_any()
    layers = pd.Series("streets" if column == "street_id" else "", index=widths.index)
    if "layer" in widths.columns:
        said = widths["layer"].astype(object)
        layers = said.where(said.notna(), layers).astype(str).str.strip()
    return list(zip(layers, widths[column].astype(str), widths["width_m"].tolist(), strict=True))
