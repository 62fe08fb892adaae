"""Reading a city: layer after layer through the gate, into one City."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from pitchplan.city import gate
from pitchplan.city.carriageways import derive_carriageways, read_widths, without_islands
from pitchplan.city.chains import join_chains, without_twins
from pitchplan.city.columns import normal_class, read_volumes, rename_columns
from pitchplan.city.datum import check_datums, convert_layer
from pitchplan.city.fitting import Extent, extent_of, require_fit, require_near
from pitchplan.city.layers import TABLES, City
from pitchplan.city.repair import Repair, check_repair
from pitchplan.city.stand_ins import fill_in
from pitchplan.errors import Fault, Faults, InputError
from pitchplan.files.reading import read_layer

__all__ = ["read_city"]

Source: TypeAlias = str | os.PathLike[str] | gpd.GeoDataFrame

_SHAPES: dict[str, gate.Shape] = {
    "streets": "polygon",
    "centrelines": "line",
    "footways": "polygon",
    "open_spaces": "polygon",
    "buildings": "polygon",
    "keep_clear": "any",
    "kerb_regulations": "any",
    "communities": "polygon",
}
_IDS = {
    "streets": "street_id",
    "centrelines": "street_id",
    "footways": "footway_id",
    "open_spaces": "open_space_id",
    "buildings": "building_id",
    "keep_clear": "feature_id",
    "kerb_regulations": "regulation_id",
    "communities": "community_id",
}
_FOOTWAY_LINE_M = 2.0


def _load(source: Source, name: str, encoding: str | None = None) -> tuple[gpd.GeoDataFrame, str]:
    if isinstance(source, gpd.GeoDataFrame):
        frame, text = source.reset_index(drop=True), name
    else:
        frame, text = read_layer(source, encoding=encoding), os.fspath(source)
    if not (frame.geometry.notna() & ~frame.geometry.is_empty).any():
        raise InputError(Fault("the layer is empty", f"Give {name} that hold something", text))
    return frame, text


def _sources(value: Source | Mapping[str, Source]) -> list[tuple[str, Source]]:
    """List (kind, source) pairs; a mapping gives the kind of each source."""
    if isinstance(value, Mapping):
        return [(str(kind), source) for kind, source in value.items()]
    return [("", value)]


def _level(values: pd.Series) -> np.ndarray:
    """Read levels: numbers, or words of a grade column."""
    number = pd.to_numeric(values, errors="coerce")
    word = values.astype(str).str.lower()
    number = number.where(number.notna(), word.str.contains("above|bridge").astype(float))
    levels: np.ndarray = number.fillna(0).round().astype(int).to_numpy()
    return levels


def _ids(out: pd.DataFrame, column: str, prefix: str) -> pd.Series:
    """Give ids as text: as given where unique, with a suffix where a multipart was split."""
    ids = out[column].astype(object) if column in out else pd.Series([None] * len(out), index=out.index)
    if ids.isna().all():
        return prefix + "-" + (out["source_row"] + 1).astype(str)
    text = ids.where(ids.notna(), prefix + "-" + (out["source_row"] + 1).astype(str)).astype(str)
    return text.str.replace(r"^(\d+)\.0$", r"\1", regex=True)


def _text(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), "").astype(str).str.strip()


def _empty(name: str, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    columns = [c for c in TABLES[name].names if c != "geometry"]
    return gpd.GeoDataFrame(
        {c: pd.Series(dtype=object) for c in columns}, geometry=gpd.GeoSeries([], crs=crs), crs=crs
    )


class _Reader:
    """Reads layers one after another into one CRS and keeps the notes."""

    def __init__(
        self,
        crs: str | None,
        assume_crs: str | None,
        columns: Mapping[str, str],
        classes: Mapping[str, str],
        datum: str | Mapping[str, str] | None,
        repair: Repair,
        encoding: str | None,
    ) -> None:
        self.crs = None if crs is None else gate.planning_crs(crs)
        self.datums, self.repair = check_datums(datum, list(TABLES)), check_repair(repair)
        self.extent: Extent | None = None
        self.assume_crs, self.encoding = assume_crs, encoding
        self.columns, self.classes = columns, classes
        self.notes: list[str] = []
        self.given: set[str] = set()

    def layer(
        self,
        name: str,
        value: Source | Mapping[str, Source] | None,
        loaded: tuple[gpd.GeoDataFrame, str] | None = None,
    ) -> gpd.GeoDataFrame:
        """Read one layer from its sources, unless it is loaded already, or give an empty one."""
        if value is None:
            assert self.crs is not None
            return _empty(name, self.crs)
        parts = [
            self._part(name, kind, *(loaded or _load(source, name, self.encoding)))
            for kind, source in _sources(value)
        ]
        self.given.add(name)
        joined: gpd.GeoDataFrame = pd.concat(parts, ignore_index=True)
        if name in self.datums:
            joined.attrs["datum"] = "WGS84"
        return joined

    def _part(self, name: str, kind: str, frame: gpd.GeoDataFrame, text: str) -> gpd.GeoDataFrame:
        frame = self._placed(gate.require_crs(frame, text, self.assume_crs), name, text)
        if self.crs is None:
            self.crs = gate.choose_crs(frame)
        wanted = [c for c in TABLES[name].names if c != "geometry"]
        own = {k.split(".", 1)[1]: v for k, v in self.columns.items() if k.split(".", 1)[0] == name}
        frame, notes = rename_columns(frame, wanted, given=own, source=text)
        self.notes += notes
        if name == "footways" and set(frame.geom_type.dropna()) <= {"LineString", "MultiLineString"}:
            frame = frame.to_crs(self.crs)
            frame = frame.set_geometry(frame.geometry.buffer(_FOOTWAY_LINE_M / 2, cap_style="flat"))
            self.notes.append(f"{text}: footways are lines, taken as {_FOOTWAY_LINE_M:g} m wide (assumed)")
        shape = _SHAPES[name]
        frame, notes = gate.pass_gate(frame, self.crs, shape=shape, source=text, repair=self.repair)
        self.notes += notes
        return self._finish(frame, name, kind, text)

    def _placed(self, frame: gpd.GeoDataFrame, name: str, text: str) -> gpd.GeoDataFrame:
        """Bring the layer into WGS84 by its datum, and make sure that it lies where the streets do."""
        require_fit(frame, text)
        if name in self.datums:
            frame = convert_layer(frame, self.datums[name], text)
            self.notes.append(f"{text}: converted from {self.datums[name]} to WGS84")
        if self.extent is None:
            self.extent = extent_of(frame, text)
        else:
            require_near(frame, self.extent, text)
        return frame

    def _finish(self, frame: gpd.GeoDataFrame, name: str, kind: str, text: str) -> gpd.GeoDataFrame:
        out = frame.copy()
        table = TABLES[name]
        for column in table.columns:
            if column.name == "geometry":
                continue
            if column.name == _IDS[name]:
                out[column.name] = _ids(out, column.name, kind or name.rstrip("s"))
            elif column.name == "level":
                out["level"] = _level(out["level"]) if "level" in out else 0
            elif column.name == "kind" and kind:
                out["kind"] = kind
            elif column.name not in out:
                out[column.name] = np.nan if column.kind == "number" else ""
            elif column.kind == "text":
                out[column.name] = _text(out[column.name])
        if "street_class" in out:
            out["street_class"] = [normal_class(v, self.classes) for v in out["street_class"]]
        if "volume_veh_per_h" in out:
            out["volume_veh_per_h"] = read_volumes(out["volume_veh_per_h"], out["source_row"], text)
        if name in ("keep_clear", "kerb_regulations"):
            self._require_kind(out, text)
            self.given |= {f"{name}:{k}" for k in out["kind"].unique()}
        if name == "communities":
            out = self._communities(out, text)
        return out[[c for c in table.names if c != "geometry"] + ["geometry"]]

    def _require_kind(self, out: gpd.GeoDataFrame, text: str) -> None:
        faults = Faults(text)
        for row in out.loc[out["kind"] == "", "source_row"].unique():
            faults.add(
                "a feature without a kind",
                "Fill the column 'kind', or give the layer as {'bus-stop': path}",
                row=int(row) + 1,
                column="kind",
            )
        faults.raise_if_any()

    def _communities(self, out: gpd.GeoDataFrame, text: str) -> gpd.GeoDataFrame:
        given = out["residents"].notna()
        numbers = pd.to_numeric(out["residents"].astype(str).str.replace(",", ""), errors="coerce")
        faults = Faults(text)
        for i in np.flatnonzero((given & ~numbers.between(0, 1e9)).to_numpy()):
            faults.add(
                "residents that are not a number of people",
                "Write a whole number, 0 or more",
                row=int(out["source_row"].iloc[i]) + 1,
                column="residents",
                value=out["residents"].iloc[i],
            )
        faults.raise_if_any()
        # A community split into parts keeps one row, so that its residents count once.
        dissolved = out.assign(residents=numbers).dissolve("source_row", as_index=False)
        for name in sorted(dissolved["community_id"][dissolved["community_id"].duplicated()].unique()):
            faults.add(
                "an id that several communities share",
                "Give each its own: quotas count by it",
                column="community_id",
                value=name,
            )
        faults.raise_if_any()
        dissolved["name"] = dissolved["name"].where(dissolved["name"] != "", dissolved["community_id"])
        dissolved["district"] = dissolved["district"].where(dissolved["district"] != "", dissolved["name"])
        self.notes.append(
            f"{text}: {len(dissolved)} communities in {dissolved['district'].nunique()} districts"
        )
        return dissolved


def read_city(
    *,
    streets: Source,
    centrelines: Source | None = None,
    footways: Source | None = None,
    open_spaces: Source | Mapping[str, Source] | None = None,
    buildings: Source | None = None,
    keep_clear: Source | Mapping[str, Source] | None = None,
    kerb_regulations: Source | Mapping[str, Source] | None = None,
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
    open_spaces, keep_clear, kerb_regulations : path, GeoDataFrame or mapping, optional
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

    Returns
    -------
    City

    Raises
    ------
    InputError
        A file is missing or cannot be read, states no CRS or one its numbers do not fit, lies away
        from the streets, is empty, or holds bad values.
    """
    reader = _Reader(crs, assume_crs, columns or {}, classes or {}, datum, repair, encoding)
    first, text = _load(streets, "streets", encoding)
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
        open_spaces=reader.layer("open_spaces", open_spaces),
        buildings=reader.layer("buildings", buildings),
        keep_clear=reader.layer("keep_clear", keep_clear),
        kerb_regulations=reader.layer("kerb_regulations", kerb_regulations),
        communities=reader.layer("communities", communities),
        crs=gate.crs_name(reader.crs),
        given=frozenset(reader.given),
        notes=tuple(reader.notes),
    )
    return fill_in(city, cell_m, residents_per_km2)


def _let_lines_be_streets(text: str, reader: _Reader) -> None:
    """Let ``streets.*`` column mappings hold for centrelines given as streets."""
    reader.columns = {k.replace("streets.", "centrelines.", 1): v for k, v in reader.columns.items()}
    if "streets" in reader.datums:
        reader.datums["centrelines"] = reader.datums["streets"]
    reader.notes.append(f"{text}: streets are lines, carriageways are made from their widths")


def _measure(
    axes: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, *, as_lines: bool, reader: _Reader
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Fill in widths with their status and make carriageways where only lines were given."""
    if not len(axes):
        return axes, areas
    axes = without_twins(axes, reader.notes)
    if not as_lines:
        # Polygons tell the width; a class's assumed width only sizes the junction discs.
        width, _ = read_widths(axes["width_m"], axes["lanes"], axes["street_class"])
        return join_chains(axes.assign(width_m=width, width_status="measured"), reader.notes), areas
    width, status = read_widths(axes["width_m"], axes["lanes"], axes["street_class"])
    status = axes["width_status"].where(axes["width_status"] == "checked", status)
    axes = join_chains(axes.assign(width_m=width, width_status=status), reader.notes)
    status = axes["width_status"]
    counts = status.value_counts().to_dict()
    reader.notes.append("widths: " + ", ".join(f"{n} streets {s}" for s, n in sorted(counts.items())))
    return axes, derive_carriageways(axes)
