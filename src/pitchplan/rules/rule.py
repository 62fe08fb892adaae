"""One rule: a row of a rule book, and what a kind says about the parameters it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["MARGIN_M", "Parameter", "Rule"]

MARGIN_M = 0.001
"""The finder asks for the limit and this much more, the audit for the plain limit."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter a kind of rule takes.

    Attributes
    ----------
    type : type or tuple of types
        What its value must be; int also serves where float is asked for.
    meaning : str
        What it says, with its unit.
    default : object
        Value where the rule does not give it; ``...`` where it must.
    positive : bool
        Whether 0 is refused, since a rule with it would ask for nothing.
    choices : tuple
        Values that are allowed; empty for any.
    """

    type: type
    meaning: str
    default: Any = ...
    choices: tuple[Any, ...] = ()
    positive: bool = False


@dataclass(frozen=True)
class Rule:
    """A rule of a rule book.

    Attributes
    ----------
    id : str
        Reason code, unique in the book.
    kind : str
        Name of the module in `pitchplan.rules.kinds` that knows how to apply it.
    parameters : mapping
        Numbers and words of the kind, checked against its ``PARAMETERS``.
    source : str
        Where the rule and its number come from.
    origin : {"cited", "borrowed", "ours"}
        Whether the book's own city says so, another city does, or nobody did before.
    placements : tuple of str
        Where it holds: kerbside, open-space.
    title, title_en : str
        One line for people.
    """

    id: str
    kind: str
    parameters: Mapping[str, Any]
    source: str
    origin: str
    placements: tuple[str, ...] = ("kerbside", "open-space")
    title: str = ""
    title_en: str = ""
    file: str = field(default="", compare=False)

    def __getitem__(self, name: str) -> Any:
        return self.parameters[name]
