"""The City: every layer a plan needs, checked, in one metric CRS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pitchplan import schemas
from pitchplan.masking import mask_numbers
from pitchplan.provenance import content_hash

__all__ = ["TABLES", "City", "empty_axes"]

TABLES = {
    "streets": schemas.STREETS,
    "centrelines": schemas.CENTRELINES,
    "footways": schemas.FOOTWAYS,
    "open_spaces": schemas.OPEN_SPACES,
    "buildings": schemas.BUILDINGS,
    "keep_clear": schemas.KEEP_CLEAR,
    "kerb_regulations": schemas.KERB_REGULATIONS,
    "zones": schemas.ZONES,
    "communities": schemas.COMMUNITIES,
}
"""The table each layer must look like."""


def empty_axes(crs: object = None) -> gpd.GeoDataFrame:
    """Give lines of footways where there are none."""
    return gpd.GeoDataFrame(columns=schemas.FOOTWAY_AXES.names, geometry="geometry", crs=crs)


@dataclass(frozen=True)
class City:
    """A city's layers in one planning CRS, as `read_city` makes it.

    Attributes
    ----------
    streets, centrelines, footways, open_spaces, buildings, keep_clear, kerb_regulations, zones, communities
        GeoDataFrames with the columns of `pitchplan.schemas`; a layer not given is empty.
        ``streets`` holds carriageway polygons.
    crs : str
        Planning CRS, metric.
    footway_axes : geopandas.GeoDataFrame
        The lines from which footways were drawn, columns as `schemas.FOOTWAY_AXES`.
    given : frozenset of str
        Layers that were given; kinds of keep-clear features, kerb regulations and zones as
        ``"keep_clear:bus-stop"``.
    notes : tuple of str
        What was renamed, repaired, dropped and derived, each with its count.
    assumptions : tuple of str
        What stands in for data that were not given.
    taken : pandas.DataFrame
        What each column of each source was taken for, columns as `schemas.TAKEN`.
    """

    streets: gpd.GeoDataFrame
    centrelines: gpd.GeoDataFrame
    footways: gpd.GeoDataFrame
    open_spaces: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    keep_clear: gpd.GeoDataFrame
    kerb_regulations: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    crs: str
    footway_axes: gpd.GeoDataFrame = field(default_factory=empty_axes, repr=False, compare=False)
    given: frozenset[str] = frozenset()
    notes: tuple[str, ...] = field(default=(), repr=False)
    assumptions: tuple[str, ...] = ()
    taken: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=schemas.TAKEN.names), repr=False, compare=False
    )

    def __post_init__(self) -> None:
        # They quote cells and names of files.
        for name in ("notes", "assumptions"):
            object.__setattr__(self, name, tuple(mask_numbers(said) for said in getattr(self, name)))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Least and greatest easting and northing of streets and open spaces, metres."""
        boxes = [f.total_bounds for f in (self.streets, self.open_spaces) if len(f)]
        low, high = np.min([b[:2] for b in boxes], axis=0), np.max([b[2:] for b in boxes], axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    @property
    def residents(self) -> int:
        """Residents of all communities."""
        return int(self.communities["residents"].fillna(0).sum())

    @cached_property
    def hashes(self) -> dict[str, str]:
        """Content hash of each layer that has rows, by its name; the order of rows does not count."""
        layers = {name: getattr(self, name) for name in TABLES}
        return {name: content_hash(frame) for name, frame in layers.items() if len(frame)}

    @property
    def made_of_lines(self) -> bool:
        """Whether the carriageways were made from centrelines and widths."""
        axes, areas = self.centrelines, self.streets
        if not len(axes) or list(axes["street_id"]) != list(areas["street_id"]):
            return False
        if not (axes["width_status"] == "measured").all():
            return True
        from pitchplan.city.carriageways import derive_carriageways

        # Axes beside polygons are all "measured", but so may lines be whose layer says so.
        made = derive_carriageways(axes).geometry.array
        return bool(shapely.equals_exact(made, areas.geometry.array).all())

    def field_list(self) -> pd.DataFrame:
        """List the streets and footways whose width is assumed or counted from lanes, longest first.

        Returns
        -------
        pandas.DataFrame
            Columns as `schemas.FIELD_LIST`: what to take along with the tape.
        """
        from pitchplan.city.fieldlist import widths_to_check

        return widths_to_check(self)

    def with_checked(self, widths: Mapping[str, float] | pd.DataFrame) -> City:
        """Give a new city in which streets and footways have the width that was taped on site.

        Parameters
        ----------
        widths : mapping or pandas.DataFrame
            Id to width, metres; or a table with columns feature_id (or street_id, for streets) and
            width_m that holds only what was taped. Where a street and a footway share an id, a
            column ``layer`` says which is meant, "streets" or "footways".

        Returns
        -------
        City
            They are drawn again, with status "checked", and so are the sidewalks at the kerbs that moved.

        Raises
        ------
        InputError
            Something taped is a polygon (its width is measured already), an id is not known or that
            of a street and a footway, or a width is not a number of metres above 0 and up to 100.
        """
        from pitchplan.city.checking import with_checked_widths

        return with_checked_widths(self, widths)

    def __repr__(self) -> str:
        west, south, east, north = self.bounds
        layers = ", ".join(f"{len(getattr(self, n))} {n}" for n in TABLES if len(getattr(self, n)))
        lines = [f"City of {east - west:.0f} × {north - south:.0f} m in {self.crs}", f"  {layers}"]
        lines += [f"  assumed: {a}" for a in self.assumptions]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from html import escape

        return "<p>" + "<br>".join(escape(line) for line in repr(self).split("\n")) + "</p>"

    def plot(self, ax: Any = None) -> Any:
        """Draw the layers with matplotlib (extra ``plot``) and return the axes."""
        ax = self.streets.plot(ax=ax, color="#d9d4c8", edgecolor="#8a8578", linewidth=0.3, figsize=(9, 6))
        for frame, colour in ((self.open_spaces, "#cfe3c4"), (self.buildings, "#e9e6e0")):
            if len(frame):
                frame.plot(ax=ax, color=colour)
        self.communities.boundary.plot(ax=ax, color="#7a6fa0", linewidth=0.6, linestyle="--")
        ax.set_aspect("equal")
        ax.set_axis_off()
        return ax
