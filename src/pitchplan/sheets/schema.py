"""The profile as JSON Schema, and a reader of the few keywords it uses."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["map_schema", "schema_faults"]

Found = tuple[tuple[str | int, ...], str, object]
"""Path, what is wrong there, and the value."""

_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "null": lambda v: v is None,
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "integer": lambda v: (
        isinstance(v, int | float) and not isinstance(v, bool) and (isinstance(v, int) or v.is_integer())
    ),
}


@cache
def map_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``pitchplan-map/1``.

    Returns
    -------
    dict
        As the file ``map-1.schema.json`` beside this one has it.
    """
    text = resources.files("pitchplan.sheets").joinpath("map-1.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def schema_faults(value: Any, schema: Any, *, root: dict[str, Any] | None = None) -> Iterator[Found]:
    """Yield where a value is not what a schema says: every place, not the first alone.

    Parameters
    ----------
    value : object
        What JSON was read as.
    schema : dict or bool
        With the keywords of `map_schema` and no others.
    root : dict, optional
        Where ``$defs`` are; by default the schema.

    Yields
    ------
    tuple
        Path, what is wrong, value.

    Raises
    ------
    KeyError
        The schema uses a keyword that is not known here.

    Examples
    --------
    >>> list(schema_faults({"a": -1}, {"required": ["b"], "properties": {"a": {"minimum": 0}}}))
    [((), "'b' is missing", None), (('a',), 'less than 0', -1)]
    """
    top = schema if root is None else root
    if isinstance(schema, bool):
        if not schema:
            yield (), "it must not be here", value
        return
    for keyword, said in schema.items():
        if keyword not in _SAID_ONLY:
            yield from _KEYWORDS[keyword](value, said, schema, top)


def _below(at: str | int, found: Iterator[Found]) -> Iterator[Found]:
    for path, what, value in found:
        yield (at, *path), what, value


def _type(value: Any, said: Any, schema: Any, top: Any) -> Iterator[Found]:
    del schema, top
    names = [said] if isinstance(said, str) else said
    if not any(_TYPES[name](value) for name in names):
        yield (), f"not of type {' or '.join(names)}", value


def _const(value: Any, said: Any, schema: Any, top: Any) -> Iterator[Found]:
    del schema, top
    if value != said:
        yield (), f"not {said!r}", value


def _enum(value: Any, said: Any, schema: Any, top: Any) -> Iterator[Found]:
    del schema, top
    if value not in said:
        yield (), f"none of {', '.join(map(str, said))}", value


def _required(value: Any, said: Any, schema: Any, top: Any) -> Iterator[Found]:
    del schema, top
    if isinstance(value, dict):
        for name in said:
            if name not in value:
                yield (), f"{name!r} is missing", None


def _properties(value: Any, said: Any, schema: Any, top: Any) -> Iterator[Found]:
    del schema
    if isinstance(value, dict):
        for name, inner in said.items():
            if name in value:
                yield from _below(name, schema_faults(value[name], inner, root=top))


def _items(value: Any, said: Any, schema: Any, top: Any) -> Iterator[Found]:
    if isinstance(value, list):
        first = len(schema.get("prefixItems", ()))
        for i, inner in enumerate(value[first:], first):
            yield from _below(i, schema_faults(inner, said, root=top))


def _prefix_items(value: Any, said: Any, schema: Any, top: Any) -> Iterator[Found]:
    del schema
    if isinstance(value, list):
        for i, (inner, each) in enumerate(zip(value, said, strict=False)):
            yield from _below(i, schema_faults(inner, each, root=top))


def _all_of(value: Any, said: Any, schema: Any, top: Any) -> Iterator[Found]:
    del schema
    for each in said:
        yield from schema_faults(value, each, root=top)


def _if(value: Any, said: Any, schema: Any, top: Any) -> Iterator[Found]:
    if next(schema_faults(value, said, root=top), None) is None:
        yield from schema_faults(value, schema["then"], root=top)


def _ref(value: Any, said: Any, schema: Any, top: Any) -> Iterator[Found]:
    del schema
    yield from schema_faults(value, top["$defs"][said.removeprefix("#/$defs/")], root=top)


def _limit(kinds: str, measure: Callable[[Any], Any], beyond: Callable[[Any, Any], bool], words: str) -> Any:
    """Make the check of a keyword that limits a number or a length."""

    def check(value: Any, said: Any, schema: Any, top: Any) -> Iterator[Found]:
        del schema, top
        if _TYPES[kinds](value) and beyond(measure(value), said):
            yield (), words.format(said), value

    return check


_KEYWORDS: dict[str, Callable[[Any, Any, Any, Any], Iterator[Found]]] = {
    "$ref": _ref,
    "allOf": _all_of,
    "const": _const,
    "enum": _enum,
    "exclusiveMinimum": _limit("number", lambda v: v, lambda v, s: v <= s, "not more than {}"),
    "if": _if,
    "items": _items,
    "maxItems": _limit("array", len, lambda v, s: v > s, "more than {} items"),
    "maximum": _limit("number", lambda v: v, lambda v, s: v > s, "more than {}"),
    "minItems": _limit("array", len, lambda v, s: v < s, "fewer than {} items"),
    "minLength": _limit("string", len, lambda v, s: v < s, "shorter than {} characters"),
    "minimum": _limit("number", lambda v: v, lambda v, s: v < s, "less than {}"),
    "pattern": _limit("string", lambda v: v, lambda v, s: not re.search(s, v), "not of the form {}"),
    "prefixItems": _prefix_items,
    "properties": _properties,
    "required": _required,
    "type": _type,
}
_SAID_ONLY = frozenset({"$schema", "$defs", "title", "description", "then"})
