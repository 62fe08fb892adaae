"""List every fault of a map's GeoJSON file: of its form, of its geometry, and of what it says."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from pitchplan.errors import Fault, Faults, InputError
from pitchplan.files.strictjson import loads_strictly, read_bytes
from pitchplan.plan_file import MEMBER, content_sha256, read_plan
from pitchplan.sheets.mapsense import check_sense
from pitchplan.sheets.mapshapes import check_shapes
from pitchplan.sheets.schema import map_schema, schema_faults
from pitchplan.sheets.values import check_values

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["validate_geojson"]

_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[01])")
_BOM = b"\xef\xbb\xbf"


def validate_geojson(path: str | os.PathLike[str]) -> list[Fault]:
    """List every fault of a file that should be a map of the profile ``pitchplan-map/1``.

    Parameters
    ----------
    path : str or os.PathLike
        A ``.geojson`` file.

    Returns
    -------
    list of Fault
        Empty for a sound map. ``row`` is the id of the feature, or its place in the file where it
        has none; ``column`` the way to the member inside it, such as ``properties.capacity``.

    Notes
    -----
    First what `map_schema` says. Where a feature is sound so far, its geometry: directions of rings,
    decimals, minus zero, extent, and that degrees and metres are the same place. Then what features
    say of each other: ids, order, spots of pitches, capacities, neighbours of pages, sums, the
    content's hash. Last, whether `read_plan` takes it.

    Examples
    --------
    >>> from pitchplan.sheets import validate_geojson
    >>> for fault in validate_geojson("map.geojson"):  # doctest: +SKIP
    ...     print(fault)
    """
    source = str(path)
    try:
        data = read_bytes(path)
        found = loads_strictly(data, source)
    except InputError as error:
        return list(error.faults)
    faults = Faults(source)
    head = found.get(MEMBER)
    if isinstance(head, dict) and head.get("datum"):
        # One fault, not one per feature.
        fix = "Give the map that was written without datum"
        faults.add("degrees that are not WGS84", fix, column="datum", value=head["datum"])
        return faults.found
    _check_bytes(data, faults)
    unsound = _check_form(found, faults)
    check_values(found, faults)
    member, features = found.get(MEMBER), found.get("features")
    if isinstance(features, list):
        sound = [f for i, f in enumerate(features) if i not in unsound]
        member_is_sound = -1 not in unsound
        check_shapes(found, sound, member if member_is_sound else None, faults)
        if member_is_sound:
            check_sense(member, sound, faults, complete=len(sound) == len(features))  # type: ignore[arg-type]
            _check_hash(member, features, faults)  # type: ignore[arg-type]
    if not faults.found:
        try:
            read_plan(path)
        except InputError as error:
            return list(error.faults)
    return faults.found


def _check_bytes(data: bytes, faults: Faults) -> None:
    if data.startswith(_BOM):
        faults.add("a byte order mark before the first brace", "Save it as UTF-8 without BOM")
    if _ESCAPE.search(data):
        fix = "Write characters as they are, in UTF-8"
        faults.add("characters written as escapes such as \\u6d4e", fix)


def _check_form(found: dict[str, Any], faults: Faults) -> set[int]:
    """Note what the schema says; return the places of unsound features, -1 for the member."""
    unsound = set()
    for path, what, value in _form(found):
        row, column = _where(path, found)
        if path[:1] == ("features",) and len(path) > 1:
            unsound.add(int(path[1]))
        elif path[:1] in ((), (MEMBER,)):
            unsound.add(-1)
        fix = "Leave it out" if what == "it must not be here" else "See map-1.schema.json"
        faults.add(what, fix, row=row, column=column, value=value)
    return unsound


def _form(found: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str, object]]:
    yield from schema_faults(found, map_schema())


def _where(path: tuple[str | int, ...], found: dict[str, Any]) -> tuple[str | None, str | None]:
    """Split a path into the feature it leads through and the way inside."""
    row = None
    if path[:1] == ("features",) and len(path) > 1:
        place, path = int(path[1]), path[2:]
        feature = found["features"][place]
        name = feature.get("id") if isinstance(feature, dict) else None
        row = name if isinstance(name, str) else f"features[{place}]"
    way = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return row, way.lstrip(".") or None


def _check_hash(member: dict[str, Any], features: list[Any], faults: Faults) -> None:
    said, true = member["content_sha256"], content_sha256(member, features)
    if said != true:
        what = "the content's hash is another one: the file was changed after it was written"
        faults.add(what, f"Write it again; its content has {true}", column="content_sha256", value=said)
