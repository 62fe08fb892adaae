"""Reading layer after layer through the gate into one CRS, with notes of what happened to each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pitchplan.city import gate
from pitchplan.city.cellvalues import (
    empty_layer,
    ids_of,
    levels_of,
    numbers_of,
    oneways_of,
    text_of,
    unique_ids,
)
from pitchplan.city.columns import check_mapping, normal_classes, read_volumes, rename_columns
from pitchplan.city.datum import check_datums, convert_layer
from pitchplan.city.fitting import Extent, extent_of, require_fit, require_near
from pitchplan.city.footways import DRAWN_ABOUT, axes_of, footway_strips
from pitchplan.city.heights import with_gradients
from pitchplan.city.layers import TABLES, empty_axes
from pitchplan.city.repair import Repair, check_repair
from pitchplan.city.widths import check_unit, metres_of, note_nonsense, read_statuses
from pitchplan.errors import Fault, Faults, InputError
from pitchplan.files.reading import read_layer
from pitchplan.masking import mask_numbers, masked_cells
from pitchplan.schemas import TAKEN

__all__ = ["Reader", "Source", "load"]

Source: TypeAlias = str | os.PathLike[str] | gpd.GeoDataFrame

_SHAPES: dict[str, gate.Shape] = {
    "streets": "polygon",
    "centrelines": "line",
    "footways": "polygon",
    "open_spaces": "polygon",
    "buildings": "polygon",
    "keep_clear": "any",
    "kerb_regulations": "any",
    "zones": "polygon",
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
    "zones": "zone_id",
    "communities": "community_id",
}
_UNIQUE = ("footways", "open_spaces", "buildings", "keep_clear", "kerb_regulations", "zones")
_KINDS = ("keep_clear", "kerb_regulations", "zones")
_READ_LATER = ("width_m", "residents")  # text with a unit, or numbers that are refused where they are none


def load(source: Source, name: str, encoding: str | None = None) -> tuple[gpd.GeoDataFrame, str]:
    """Give a layer and its name in errors; refuse one that holds no geometry at all."""
    if isinstance(source, gpd.GeoDataFrame):
        if source.active_geometry_name is None:
            raise InputError(Fault("a GeoDataFrame without geometry", "Call set_geometry on it", name))
        frame, text = source.reset_index(drop=True), name
    elif isinstance(source, (str, os.PathLike)):
        frame, text = read_layer(source, encoding=encoding), os.fspath(source)
    else:
        what = f"a {type(source).__name__} is no layer"
        raise InputError(Fault(what, "Give the path of a file, or a GeoDataFrame", name))
    shapes = np.asarray(frame.geometry.array)
    if not (~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)).any():
        raise InputError(Fault("the layer is empty", f"Give {name} that hold something", text))
    return frame, text


def _sources(value: Source | Mapping[str, Source]) -> list[tuple[str, Source]]:
    """List (kind, source) pairs; a mapping gives the kind of each source."""
    if isinstance(value, Mapping):
        return [(str(kind), source) for kind, source in value.items()]
    return [("", value)]


class Reader:
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
        width_unit: str | None,
    ) -> None:
        self.crs = None if crs is None else gate.planning_crs(crs)
        self.datums, self.repair = check_datums(datum, list(TABLES)), check_repair(repair)
        self.extent: Extent | None = None
        self.assume_crs, self.encoding = assume_crs, encoding
        check_mapping(columns, TABLES)
        self.columns, self.classes, self.width_unit = columns, classes, check_unit(width_unit)
        self.taken: list[pd.DataFrame] = []
        self.notes: list[str] = []
        self.given: set[str] = set()
        self._axes: list[gpd.GeoDataFrame] = []

    @property
    def footway_axes(self) -> gpd.GeoDataFrame:
        """The lines of the footways read so far."""
        rows = [axes for axes in self._axes if len(axes)]
        return pd.concat(rows, ignore_index=True) if rows else empty_axes(self.crs)

    def layer(
        self,
        name: str,
        value: Source | Mapping[str, Source] | None,
        loaded: tuple[gpd.GeoDataFrame, str] | None = None,
    ) -> gpd.GeoDataFrame:
        """Read one layer from its sources, unless it is loaded already, or give an empty one."""
        if value is None:
            assert self.crs is not None
            return empty_layer(name, self.crs)
        parts = [
            self._part(name, kind, *(loaded or load(source, name, self.encoding)))
            for kind, source in _sources(value)
        ]
        self.given.add(name)
        if not parts:
            raise InputError(Fault("the mapping names no kind", "Leave the layer out, or fill it", name))
        joined: gpd.GeoDataFrame = pd.concat(parts, ignore_index=True)
        if name in _UNIQUE:
            joined[_IDS[name]] = unique_ids(joined[_IDS[name]], name, self.notes)
        if name in self.datums:
            joined.attrs["datum"] = "WGS84"
        return joined

    def _part(self, name: str, kind: str, frame: gpd.GeoDataFrame, text: str) -> gpd.GeoDataFrame:
        frame = self._placed(gate.require_crs(frame, text, self.assume_crs), name, text)
        if self.crs is None:
            self.crs = gate.choose_crs(frame)
        frame = self._renamed(frame, name, kind, text)
        if name == "footways":
            frame = footway_strips(frame.to_crs(self.crs), text, self.notes)
        if name in ("streets", "centrelines"):
            if shapely.has_z(frame.geometry.array).any():
                frame = frame.to_crs(self.crs)
            frame = with_gradients(frame, text, self.notes)
        shape = _SHAPES[name]
        frame, notes = gate.pass_gate(frame, self.crs, shape=shape, source=text, repair=self.repair)
        self.notes += notes
        return self._finish(frame, name, kind, text)

    def _renamed(self, frame: gpd.GeoDataFrame, name: str, kind: str, text: str) -> gpd.GeoDataFrame:
        """Give the columns their names in the schema, widths in metres, and report what was taken."""
        told = ("geometry", "kind") if kind else ("geometry",)
        wanted = [c for c in TABLES[name].names if c not in (*told, "axis_id")]
        own = {k.split(".", 1)[1]: v for k, v in self.columns.items() if k.split(".", 1)[0] == name}
        frame, taken = rename_columns(frame, wanted, given=own, source=text)
        unit = None
        for t in taken:
            if t.taken_as not in ("", t.column):
                self.notes.append(f"{text}: column {t.column!r} taken as {t.taken_as}")
            unit = unit or t.unit
        unit = unit or self.width_unit
        rows = [
            (
                name,
                text,
                mask_numbers(t.column),
                t.taken_as,
                t.how,
                (unit or "m") if t.taken_as == "width_m" else "",
            )
            for t in taken
        ]
        self.taken.append(pd.DataFrame(rows, columns=TAKEN.names))
        if "width_m" in frame:
            metres = metres_of(frame["width_m"], unit or "m")
            note_nonsense(frame["width_m"], metres, unit, text, self.notes)
            frame["width_m"] = metres
        return frame

    def _placed(self, frame: gpd.GeoDataFrame, name: str, text: str) -> gpd.GeoDataFrame:
        """Bring the layer into WGS84 by its datum, and make sure that it lies where the streets do."""
        require_fit(frame, text)
        if name in self.datums:
            frame = convert_layer(frame, self.datums[name], text)
            self.notes.append(f"{text}: converted from {self.datums[name]} to WGS84")
        if self.extent is None:
            self.extent = extent_of(frame, text)
            if self.extent and self.crs is not None:
                gate.require_true_scale(self.crs, *self.extent.middle)
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
                out[column.name] = ids_of(out, column.name, kind or name.rstrip("s"), text, self.notes)
            elif column.name == "level":
                out["level"] = levels_of(out["level"]) if "level" in out else 0
            elif column.name == "oneway" and "oneway" in out:
                out["oneway"] = oneways_of(out["oneway"], text, self.notes)
            elif column.name == "width_status" and "width_status" in out:
                out["width_status"] = read_statuses(out["width_status"], text, self.notes)
            elif column.name == "volume_veh_per_h" and column.name in out:
                out[column.name] = read_volumes(out[column.name], out["source_row"], text)
            elif column.name == "kind" and kind:
                out["kind"] = kind
            elif column.name not in out:
                out[column.name] = np.nan if column.kind == "number" else ""
            elif column.kind == "text":
                out[column.name] = self._text(out[column.name], column.name, text)
            elif column.kind == "number" and column.name not in _READ_LATER:
                out[column.name] = numbers_of(out[column.name], column.name, text, self.notes)
        if "street_class" in out:
            out["street_class"] = normal_classes(out["street_class"], self.classes)
        if name in _KINDS:
            self._require_kind(out, text)
            self.given |= {f"{name}:{k}" for k in out["kind"].unique()}
        if name == "communities":
            out = self._communities(out, text)
        if name == "footways":
            self._axes.append(axes_of(out))
            out["axis_id"] = out["footway_id"].where(out[DRAWN_ABOUT].notna(), "")
        return out[[c for c in table.names if c != "geometry"] + ["geometry"]]

    def _text(self, cells: pd.Series, column: str, source: str) -> pd.Series:
        """Read text; nobody's number comes in with a name. The contact line is made to be published."""
        texts = text_of(cells)
        if column == "contact":
            return texts
        texts, hits = masked_cells(texts)
        if hits:
            self.notes.append(
                f"{source}: {hits} cells of {column} held a telephone or ID number or a number plate: masked"
            )
        return texts

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
