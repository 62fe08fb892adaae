"""Check every number and text of a map's file, wherever it stands."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from pitchplan.plan_file import MEMBER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pitchplan.errors import Faults

__all__ = ["check_values"]

_TAG = re.compile(r"<[A-Za-z/!?]")


def check_values(found: dict[str, Any], faults: Faults) -> None:
    """Note numbers that are not finite or minus zero, and texts that a web page would run.

    Parameters
    ----------
    found : dict
        The file; its coordinates are left out, which `check_shapes` looks at.
    faults : Faults
        Grows.
    """
    _check(found.get(MEMBER), None, MEMBER, faults)
    features = found.get("features")
    for place, feature in enumerate(features if isinstance(features, list) else []):
        if isinstance(feature, dict):
            name = feature.get("id")
            row = name if isinstance(name, str) else f"features[{place}]"
            _check({k: v for k, v in feature.items() if k != "geometry"}, row, "", faults)


def _check(value: Any, row: str | None, way: str, faults: Faults) -> None:
    for inner, said in _leaves(value, way):
        if isinstance(said, float) and not math.isfinite(said):
            faults.add("not a finite number", "Give a number or null", row=row, column=inner, value=said)
        elif isinstance(said, float) and said == 0 and math.copysign(1, said) < 0:
            faults.add("minus zero", "Write 0", row=row, column=inner, value=said)
        elif isinstance(said, str) and _TAG.search(said):
            what = "a text that a web page would take for a tag"
            faults.add(what, "Write a full-width bracket", row=row, column=inner, value=said)


def _leaves(value: Any, way: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{way}.{key}".lstrip("."))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _leaves(inner, f"{way}[{i}]")
    else:
        yield way, value
