"""Reading a city: layer after layer through the gate, into one City."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from pitchplan.city import gate
from pitchplan.city.carriageways import derive_carriageways, without_islands
from pitchplan.city.chains import join_chains, without_twins
from pitchplan.city.layers import City
from pitchplan.city.measuring import measured_widths
from pitchplan.city.reader import Reader, Source, load
from pitchplan.city.repair import Repair
from pitchplan.city.stand_ins import fill_in
from pitchplan.city.widths import read_widths
from pitchplan.size import memory_told

__all__ = ["read_city"]


@memory_told("reading a city", "Read a district at a time")
def read_city(
    *,
    streets: Source,
    centrelines: Source | None = None,
    footways: Source | None = None,
    open_spaces: Source | Mapping[str, Source] | None = None,
    buildings: Source | None = None,
    keep_clear: Source | Mapping[str, Source] | None = None,
    kerb_regulations: Source | Mapping[str, Source] | None = None,
    zones: Source | Mapping[str, Source] | None = None,
    communities: Source | None = None,
    crs: str | None = None,
    assume_crs: str | None = None,
    columns: Mapping[str, str] | None = None,
    classes: Mapping[str, str] | None = None,
    encoding: str | None = None,
    cell_m: float = 500.0,
    residents_per_km2: float = 7000.0,
    datum: str | Mapping[str, str] | None = None,
    repair: Repair = "safe",
    width_unit: str | None = None,
) -> City:
    """Read a city's layers into one metric CRS.

    Parameters
    ----------
    streets : path or GeoDataFrame
        Carriageway polygons, or centrelines, from which carriageways are made by width: given,
        from lanes, or assumed by class.
    centrelines : path or GeoDataFrame, optional
        Axes with names and classes, where ``streets`` holds polygons.
    footways, buildings, communities : path or GeoDataFrame, optional
        Polygons (footways may be lines). Square cells stand in for communities.
    open_spaces, keep_clear, kerb_regulations, zones : path, GeoDataFrame or mapping, optional
        One layer with a column ``kind``, or a mapping from kind to layer.
    crs : str, optional
        Planning CRS; chosen from the place where not given.
    assume_crs : str, optional
        CRS for layers that state none (TopoJSON never does).
    columns : mapping, optional
        ``{"streets.width_m": "PAVE_WIDTH"}``: columns that are not recognised by name.
    classes : mapping, optional
        ``{"2": "main"}``: street classes that are not recognised by name.
    encoding : str, optional
        Encoding of shapefiles whose ``.cpg`` is missing or wrong, such as ``"GB18030"``.
    cell_m, residents_per_km2 : float
        Side of the square cells, metres, and the density that stand in where communities or
        residents are not given; both are reported as assumptions.
    datum : str or mapping, optional
        ``{"communities": "GCJ-02"}``: layers whose degrees are GCJ-02 or BD-09, as Chinese web maps
        show them; one text stands for all layers. They are converted to WGS84 first.
    repair : {"safe", "any"}
        What becomes of invalid polygons whose area is anybody's guess: refused, or repaired all the same.
    width_unit : {"m", "cm", "mm", "ft", "in"}, optional
        Unit of widths where neither the cell ("12 ft") nor the column's name (``width_ft``) states one;
        metres where not given.

    Returns
    -------
    City
        Its ``taken`` tells what each column was taken for.

    Raises
    ------
    InputError
        A file is missing or cannot be read, states no CRS or one its numbers do not fit, lies away
        from the streets, is empty, or holds bad values.
    TooBig
        The memory at hand is not enough.

    Notes
    -----
    Mobile numbers, ID numbers and number plates within names are masked (老张瓜摊 138****8000), ids that
    read like one are made anew, and ``notes`` count both; the contact line is kept as it is given.
    """
    reader = Reader(crs, assume_crs, columns or {}, classes or {}, datum, repair, encoding, width_unit)
    first, text = load(streets, "streets", encoding)
    as_lines = set(first.geom_type.dropna()) <= {"LineString", "MultiLineString", "LinearRing"}
    if as_lines:
        _let_lines_be_streets(text, reader)
        axes = reader.layer("centrelines", streets, (first, text))
        reader.given |= {"streets"}
        areas = axes
    else:
        areas = reader.layer("streets", streets, (first, text))
        axes = reader.layer("centrelines", centrelines)
        areas = without_islands(areas, reader.notes)
        areas["width_status"] = areas["width_status"].where(areas["width_status"] != "", "measured")
    axes, areas = _measure(axes, areas, as_lines=as_lines, reader=reader)
    assert reader.crs is not None
    city = City(
        streets=areas,
        centrelines=axes,
        footways=reader.layer("footways", footways),
        footway_axes=reader.footway_axes,  # known when the footways are read
        open_spaces=reader.layer("open_spaces", open_spaces),
        buildings=reader.layer("buildings", buildings),
        keep_clear=reader.layer("keep_clear", keep_clear),
        kerb_regulations=reader.layer("kerb_regulations", kerb_regulations),
        zones=reader.layer("zones", zones),
        communities=reader.layer("communities", communities),
        crs=gate.crs_name(reader.crs),
        given=frozenset(reader.given),
        notes=tuple(reader.notes),
        taken=pd.concat(reader.taken, ignore_index=True),
    )
    return fill_in(city, cell_m, residents_per_km2)


def _let_lines_be_streets(text: str, reader: Reader) -> None:
    """Let ``streets.*`` column mappings hold for centrelines given as streets."""
    reader.columns = {k.replace("streets.", "centrelines.", 1): v for k, v in reader.columns.items()}
    if "streets" in reader.datums:
        reader.datums["centrelines"] = reader.datums["streets"]
    reader.notes.append(f"{text}: streets are lines, carriageways are made from their widths")


def _measure(
    axes: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, *, as_lines: bool, reader: Reader
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Fill in widths with their status and make carriageways where only lines were given."""
    if not len(axes):
        return axes, areas
    width, status = read_widths(
        axes["width_m"], axes["lanes"], axes["street_class"], stated=axes["width_status"]
    )
    axes = without_twins(axes.assign(width_m=width, width_status=status), reader.notes)
    if not as_lines:
        # Polygons tell the width; the class's stands in where an axis lies off them.
        axes = join_chains(axes.assign(width_status="measured"), reader.notes)
        across = measured_widths(axes, areas)
        off = int((np.isnan(across) & (axes["level"] == 0).to_numpy()).sum())
        reader.notes.append(
            f"centrelines: {len(axes) - off} widths measured from the polygons, {off} lie off them"
        )
        return axes.assign(width_m=np.where(np.isnan(across), axes["width_m"], across)), areas
    axes = join_chains(axes, reader.notes)
    counts = axes["width_status"].value_counts().to_dict()
    reader.notes.append("widths: " + ", ".join(f"{n} streets {s}" for s, n in sorted(counts.items())))
    return axes, derive_carriageways(axes)
