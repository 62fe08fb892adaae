"""What is asked for: the answer, the city's names for what was said, and how a question is refused."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.addresses.asktext import Said
from pitchplan.candidates.addresses.gazetteer import Gazetteer, plain
from pitchplan.city.cells import grid_box
from pitchplan.errors import Fault, InputError

__all__ = [
    "Asked",
    "area_of",
    "box_of",
    "meets",
    "names_of",
    "refuse",
    "refuse_several",
    "refuse_unknown",
    "rows_of",
    "where",
]

_EDGE_M = 20.0
_SHOWN = 6

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Asked:
    """A place that was asked for.

    Attributes
    ----------
    x_m, y_m : float
        In the planning CRS, metres; at the kerb where a side was said, else on the axis.
    side : str
        Point of the compass, or "".
    street : str
        Local name of the street or open space, or "".
    precision_m : float
        How far the place that was meant may be from here, metres.
    read_as : str
        How the text was understood, as an address line.
    """

    x_m: float
    y_m: float
    side: str
    street: str
    precision_m: float
    read_as: str


def names_of(mention: str, gazetteer: Gazetteer, sort: str = "street") -> list[str]:
    """Give the local names that a name stands for."""
    return sorted(gazetteer.vocabulary[mention].get(sort, ()))


def rows_of(gazetteer: Gazetteer, streets: list[str] | None, others: list[str]) -> Ints:
    """Give the rows of the crossings where one of some streets (None: any) meets one of others."""
    table = gazetteer.crossings.table
    fits = table["other"].isin(others)
    if streets is not None:
        fits = fits & table["street"].isin(streets)
    return np.flatnonzero(fits.to_numpy(dtype=bool))


def box_of(text: str, said: Said, gazetteer: Gazetteer) -> shapely.Polygon | None:
    """Give the grid square that was said."""
    if not said.square:
        return None
    box = grid_box(said.square, gazetteer.bounds)
    if box is None:
        refuse(text, said, f"the city has no grid square {said.square}", "Squares are named as on the map")
    return shapely.box(*box)


def area_of(text: str, said: Said, gazetteer: Gazetteer, edge_m: float = _EDGE_M) -> shapely.Geometry | None:
    """Give the area the place lies in by what was said of district, community and square, and its edge."""
    parts = [box_of(text, said, gazetteer)]
    table = gazetteer.communities
    for area in said.areas:
        names = names_of(area, gazetteer, "area")
        rows = (table["name"].isin(names) | table["district"].isin(names)).to_numpy(dtype=bool)
        parts.append(shapely.union_all(np.asarray(table.geometry.array)[rows]))
    given = [p for p in parts if p is not None]
    # A pitch at the edge may lie in the one and its address's point in the next.
    return shapely.intersection_all([shapely.buffer(p, edge_m) for p in given]) if given else None


def where(gazetteer: Gazetteer, xy: Floats) -> str:
    """Tell people where a point is: district, grid square."""
    table = gazetteer.communities
    inside = table[shapely.intersects(np.asarray(table.geometry.array), shapely.Point(xy))]
    district = str(inside["district"].iloc[0]) if len(inside) else ""
    return f"{district} {gazetteer.squares(xy[:1], xy[1:])[0]}".strip()


def meets(gazetteer: Gazetteer, names: list[str]) -> str:
    """Tell which streets some street meets."""
    table = gazetteer.crossings.table
    others = dict.fromkeys(table.loc[table["street"].isin(names), "other"])
    told = ", ".join(list(others)[: 2 * _SHOWN]) + (" …" if len(others) > 2 * _SHOWN else "")
    return f"{' / '.join(names)} meets {told or 'no street that has a name'}"


def refuse(text: str, said: Said, what: str, fix: str) -> NoReturn:
    """Refuse a text: what was understood, what is wrong with it and what would help."""
    raise InputError(Fault(f"{what}; understood: {said}", fix, "why", None, "address", text))


def refuse_unknown(text: str, said: Said, gazetteer: Gazetteer) -> NoReturn:
    """Refuse words that are no name of the city, and tell the names nearest to them."""
    known = gazetteer.vocabulary
    faults = []
    for word in said.unknown:
        close = difflib.get_close_matches(word, known, n=_SHOWN, cutoff=0.5)
        names = dict.fromkeys(n for c in close for group in known[c].values() for n in sorted(group))
        fix = f"Nearest names: {', '.join(names)}" if names else "Give it by lon and lat instead"
        what = f"{word!r} is no name this city knows; understood: {said}"
        faults.append(Fault(what, fix, "why", None, "address", text))
    raise InputError(*faults)


def refuse_several(text: str, said: Said, gazetteer: Gazetteer, lines: list[str], xy: Floats) -> NoReturn:
    """Refuse a text that several places fit."""
    told = [f"{a} ({where(gazetteer, p)})" for a, p in zip(lines[:_SHOWN], xy, strict=False)]
    more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    streets = {plain(n) for n in lines}
    fix = "Say the crossing street as well" if len(streets) > 1 else "Say the district or the grid square"
    refuse(text, said, f"{len(lines)} places fit: {'; '.join(told)}{more}", fix)
