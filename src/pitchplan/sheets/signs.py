"""The signs of what pitches keep clear of: which kinds have one, its outline, up to which scale it shows."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SIGNS", "Sign", "legend_keys", "sign_of"]


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign, the same on paper, on a screen and in QGIS.

    Attributes
    ----------
    kinds : frozenset of str
        Kinds of keep-clear features that it stands for.
    up_to : int
        Denominator of the smallest scale at which it is shown.
    colour : str
        Colour of the outline.
    outline, inside : str
        SVG path data in a square from -6 to 6: what is filled with the colour, and what is white in it.
    qgis : str
        QGIS's own marker whose outline is nearest.
    """

    kinds: frozenset[str]
    up_to: int
    colour: str
    outline: str
    qgis: str
    inside: str = ""


def _disc(x: float, y: float, r: float, *, hole: bool = False) -> str:
    """Return a circle; a hole runs the other way round, so that it stays empty."""
    turn = int(hole)
    return f"M{x - r:g} {y:g}a{r:g} {r:g} 0 1 {turn} {2 * r:g} 0a{r:g} {r:g} 0 1 {turn} {-2 * r:g} 0z"


# By their word in the legend; where signs crowd, the first ones stay. Each has an outline of its own, so no
# two need their colour to be told apart. Hydrants, crossings and entrances are so many that over a district
# they would hide the streets. Junctions, driveways, fire lanes and tactile paving have none: the streets
# show the first, the others are surfaces, not places.
SIGNS = {
    "station": Sign(
        frozenset({"station", "metro-station", "subway-entrance", "railway-station", "station-exit"}),
        1_000_000,
        "#1F2421",
        _disc(0, 0, 6),
        "circle",
        _disc(0, 0, 4.2) + _disc(0, 0, 2.1, hole=True),
    ),
    "hospital-gate": Sign(
        frozenset({"hospital-gate"}),
        60_000,
        "#0B7A75",
        "M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
        "cross_fill",
    ),
    "school-gate": Sign(
        frozenset({"school-gate"}), 30_000, "#8F5A10", "M-4.4 6V-6.6L6-3L-2.8.6V6z", "triangle"
    ),
    "bus-stop": Sign(
        frozenset({"bus-stop", "bus-shelter"}),
        25_000,
        "#2B5C8A",
        "M-3.6-6h7.2a2.4 2.4 0 0 1 2.4 2.4v7.2a2.4 2.4 0 0 1-2.4 2.4h-7.2a2.4 2.4 0 0 1-2.4-2.4"
        "v-7.2a2.4 2.4 0 0 1 2.4-2.4z",
        "square",
        "M-3.4-3.4h6.8v3.8h-6.8z" + _disc(-2.3, 2.9, 1) + _disc(2.3, 2.9, 1),
    ),
    "hydrant": Sign(
        frozenset({"hydrant"}),
        5_000,
        "#3C3560",
        "M0-6.6L6.6 0 0 6.6-6.6 0z",
        "diamond",
        _disc(0, 0, 2),
    ),
    "crossing": Sign(
        frozenset({"crossing"}),
        5_000,
        "#4A4F4B",
        "".join(f"M{x:g}-4.5h1.8v9h-1.8z" for x in (-6, -2.6, 0.8, 4.2)),
        "hexagon",
    ),
    "entrance": Sign(
        frozenset({"entrance", "restaurant-entrance"}), 2_500, "#4A4F4B", "M0-5L5.4 4.6h-10.8z", "arrowhead"
    ),
}

_OF = {kind: key for key, sign in SIGNS.items() for kind in sign.kinds}


def sign_of(kind: str, scale: float = 0.0) -> str:
    """Return the key of `SIGNS` that a kind of features is shown with; empty for none.

    Parameters
    ----------
    kind : str
        Kind of a keep-clear feature.
    scale : float
        Denominator of the map's scale.

    Examples
    --------
    >>> sign_of("station-exit"), sign_of("hydrant", 4_000), sign_of("hydrant", 8_000)
    ('station', 'hydrant', '')
    """
    key = _OF.get(kind, "")
    return key if key and scale <= SIGNS[key].up_to else ""


def legend_keys() -> tuple[str, ...]:
    """Return the signs in the order of the legend: what helps to find one's way, then what is kept clear."""
    first = ("bus-stop", "station", "school-gate", "hospital-gate")
    return (*first, *(key for key in SIGNS if key not in first))
