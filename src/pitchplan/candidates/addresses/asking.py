"""Asking for a place: by degrees, by an address line, or by the relative text of lists that are in use."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pitchplan.candidates.addresses.asked import Asked, box_of, refuse, refuse_unknown
from pitchplan.candidates.addresses.asktext import Said, read_text
from pitchplan.candidates.addresses.gazetteer import Gazetteer
from pitchplan.candidates.addresses.offstreets import from_afar, in_named_space, in_square
from pitchplan.candidates.addresses.onstreets import along, at_corner, in_section, on_axis
from pitchplan.errors import Fault, InputError
from pitchplan.transforming import transformer_between

__all__ = ["Asked", "find_address", "place_asked"]

_VAGUE_M = 250.0

Floats = NDArray[np.float64]


def find_address(text: str, gazetteer: Gazetteer) -> Asked:
    """Find the place that an address tells.

    Parameters
    ----------
    text : str
        A line of `addresses.address_lines` in Chinese or English, or relative text such as
        ``"舜耕路与经十路口向南40米路东"``, ``"舜耕路（经十路至泺源大街段）东侧"`` or ``"泉城广场内"``.
        Metres are counted along the street's axis from its crossing.
    gazetteer : Gazetteer

    Returns
    -------
    Asked

    Raises
    ------
    InputError
        A name is not known, something is missing, or several places fit; it says what was
        understood, what would help, and which names or places are near.
    """
    if not isinstance(text, str) or not text.strip():
        raise InputError(
            Fault("no address", "Give text such as 舜耕路东侧，经十路口以南40米", "why", value=text)
        )
    said = read_text(text, gazetteer.vocabulary)
    if said.unknown:
        refuse_unknown(text, said, gazetteer)
    said = _as_space(said, gazetteer)
    if said.spaces:
        return in_named_space(text, said, gazetteer)
    if said.corner:
        if len(dict.fromkeys(said.streets)) != 2 or said.metres is not None or said.side:
            refuse(text, said, "a corner of which crossing", "Name its two streets: 舜耕路与经十路口东南角")
        return at_corner(text, said, gazetteer)
    if len(said.streets) >= 3 and said.metres is None:
        return in_section(text, said, gazetteer)
    if (said.unnamed or said.inside) and said.metres is not None and len(said.streets) == 2:
        return from_afar(text, said, gazetteer)
    if said.metres is not None and said.streets:
        return along(text, said, gazetteer)
    if len(said.streets) == 1:
        return on_axis(text, said, gazetteer)
    if said.square and not said.streets and box_of(text, said, gazetteer):
        return in_square(said, gazetteer)
    missing = "a street" if not said.streets else "the direction and the metres from the crossing"
    if not said.streets and said.metres is not None:
        missing = "the street's name: from which crossing"
    refuse(text, said, f"{missing} is missing", "Write it as 舜耕路东侧，经十路口以南40米")


def _as_space(said: Said, gazetteer: Gazetteer) -> Said:
    """Take a name of both a street and an open space for the latter, if nothing speaks of a street."""
    plainly_street = said.side or said.metres is not None or len(said.streets) != 1
    if said.spaces or plainly_street or "space" not in gazetteer.vocabulary[said.streets[0]]:
        return said
    return replace(said, streets=(), spaces=said.streets)


def place_asked(
    x_m: Floats,
    y_m: Floats,
    gazetteer: Gazetteer,
    address: str | None = None,
    *,
    lon: float | None = None,
    lat: float | None = None,
    within_m: float = 30.0,
) -> tuple[int, float, Asked]:
    """Find the place that was looked at nearest to the one asked for.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (places,)
        Places that were looked at, in the planning CRS, metres.
    gazetteer : Gazetteer
    address : str, optional
        As for `find_address`; instead of ``lon`` and ``lat``.
    lon, lat : float, optional
        Degrees, WGS84.
    within_m : float
        How far the place may be, metres; farther where an address tells only an area.

    Returns
    -------
    at : int
        Position of the nearest place.
    distance_m : float
        From the point asked for.
    asked : Asked

    Raises
    ------
    InputError
        Neither or both ways to ask were used, a number is none it can be, the address is not
        understood or too vague, or no place lies within that distance.
    """
    _check_number("within_m", within_m, 0.0, 1e5)
    asked = (
        _by_degrees(gazetteer, address, lon, lat)
        if address is None
        else _by_text(gazetteer, address, lon, lat)
    )
    away = np.hypot(x_m - asked.x_m, y_m - asked.y_m)
    reach = max(within_m, asked.precision_m) if address is not None else within_m
    if not len(away) or not away.min() <= reach:
        far = f"{away.min():.0f} m away" if len(away) and np.isfinite(away.min()) else "nowhere"
        what = f"no kerb or open space within {reach:g} m was looked at; the nearest is {far}"
        fix = "Check that lon and lat are not swapped, or ask with a larger within_m"
        if address is not None:
            fix = f"It was read as {asked.read_as}; ask with a larger within_m, or by lon and lat"
        raise InputError(Fault(what, fix, "why", value=(lon, lat) if address is None else address))
    at = int(np.argmin(away))
    return at, float(away[at]), asked


def _check_number(name: str, number: object, least: float, most: float) -> float:
    if isinstance(number, bool) or not isinstance(number, int | float) or not least <= number <= most:
        fix = f"Give {least:g} to {most:g}; check that lon and lat are not swapped"
        raise InputError(Fault("not a number it can be", fix, "why", None, name, number))
    return float(number)


def _by_degrees(gazetteer: Gazetteer, address: None, lon: float | None, lat: float | None) -> Asked:
    if lon is None or lat is None:
        raise InputError(Fault("no place to ask for", "Give an address, or both lon and lat", "why"))
    east, north = _check_number("lon", lon, -180.0, 180.0), _check_number("lat", lat, -90.0, 90.0)
    to_plan = transformer_between(4326, gazetteer.crs)
    x, y = to_plan.transform(east, north)
    return Asked(float(x), float(y), "", "", 0.0, f"{east:.6f}, {north:.6f}")


def _by_text(gazetteer: Gazetteer, address: str, lon: float | None, lat: float | None) -> Asked:
    if lon is not None or lat is not None:
        raise InputError(Fault("two ways to ask at once", "Give an address, or lon and lat", "why"))
    asked = find_address(address, gazetteer)
    if asked.precision_m > _VAGUE_M:
        fix = "Say how far and which way from which crossing, or ask by lon and lat"
        what = f"the address leaves {asked.precision_m:.0f} m open; it was read as {asked.read_as}"
        raise InputError(Fault(what, fix, "why", None, "address", address))
    return asked
