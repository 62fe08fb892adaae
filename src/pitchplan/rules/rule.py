"""One rule: a row of a rule book, and what a kind says about the parameters it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pitchplan.demand.calendar import DAYS
from pitchplan.demand.hours import parse_hours
from pitchplan.errors import InputError
from pitchplan.rules.vehicle import PLACEMENTS

if TYPE_CHECKING:
    from pitchplan.errors import Faults

__all__ = ["MARGIN_M", "ON_MISSING", "Parameter", "Rule", "check_parameters", "check_when", "said_when"]

MARGIN_M = 0.001
"""The finder asks for the limit and this much more, the audit for the plain limit."""

_GREATEST = 1e9
"""No number of a rule is greater: in metres it is beyond any city, and it still is a float."""

_DAYS_IN_WORDS = {"school": "school days", "weekday": "weekdays", "weekend": "weekends"}

ON_MISSING = ("flag", "refuse", "assume")
"""What may become of a place where data lack."""


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
    most : float
        Greatest number that is allowed.
    read : callable, optional
        Raises `InputError` for a text that nobody can read.
    """

    type: type
    meaning: str
    default: Any = ...
    choices: tuple[Any, ...] = ()
    positive: bool = False
    most: float = float("inf")
    read: Callable[[str], object] | None = None


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
        Where it holds, of `pitchplan.rules.vehicle.PLACEMENTS`.
    title, title_en : str
        One line for people.
    on_missing : {"flag", "refuse", "assume"}
        What becomes of a place where data lack to measure it: it is legal and its pitches are flagged,
        it is refused, or it is taken to keep the rule. Where the city lacks the whole layer, the rule
        is not applied.
    hours : str
        Opening intervals of a day at which the rule holds, such as ``"07:00-09:00, 16:00-17:30"``; empty
        for all day.
    days : {"", "school", "weekday", "weekend"}
        Days on which it holds, as the season's calendar tells them; empty for all.
    """

    id: str
    kind: str
    parameters: Mapping[str, Any]
    source: str
    origin: str
    placements: tuple[str, ...] = PLACEMENTS
    title: str = ""
    title_en: str = ""
    on_missing: str = "flag"
    file: str = field(default="", compare=False)
    hours: str = ""
    days: str = ""

    def __getitem__(self, name: str) -> Any:
        return self.parameters[name]

    @property
    def numbers(self) -> str:
        """Its parameters in words, those that say nothing left out."""
        said = {k: v for k, v in self.parameters.items() if v not in ([], 10**9)}
        said = {k: v for k, v in said.items() if v or k not in ("before_m", "after_m")}
        said |= {k: v for k, v in (("hours", self.hours), ("days", self.days)) if v}
        return ", ".join(f"{k}={v}" for k, v in said.items())

    @property
    def holds(self) -> str:
        """When it holds, in words; empty where always."""
        return said_when(self.hours, self.days)

    @property
    def said(self) -> dict[str, Any]:
        """Everything it says, for a hash; hours and days only where it has some."""
        out = asdict(replace(self, file=""))
        return {k: v for k, v in out.items() if v or k not in ("hours", "days")}


def said_when(hours: str, days: str) -> str:
    """Say hours and days in words.

    Examples
    --------
    >>> said_when("07:00-17:00", "school")
    '07:00-17:00 on school days'
    """
    on = f"on {_DAYS_IN_WORDS[days]}" if days else ""
    return f"{hours} {on}".strip()


def check_when(hours: object, days: object, faults: Faults) -> None:
    """Note hours that cannot be read and days that are not known."""
    if not isinstance(days, str) or (days and days not in DAYS):
        faults.add("days that are not known", f"Say {', '.join(DAYS)}", column="days", value=days)
    _readable(parse_hours, hours, "hours", faults)


def check_parameters(
    known: Mapping[str, Parameter], given: Mapping[str, Any], faults: Faults
) -> dict[str, Any]:
    """Check a rule's parameters and fill in the defaults."""
    for name in sorted(given.keys() - known.keys()):
        faults.add(
            "a parameter the kind does not take",
            f"It takes {', '.join(known)}",
            column=name,
            value=given[name],
        )
    checked: dict[str, Any] = {}
    for name, parameter in known.items():
        value = given.get(name, parameter.default)
        if value is ...:
            faults.add("a parameter is missing", f"Give {parameter.meaning}", column=name)
            continue
        if parameter.type is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value) if abs(value) <= _GREATEST else float("inf")
        wrong = not isinstance(value, parameter.type) or isinstance(value, bool)
        if isinstance(value, list):
            # An empty list where one must be given would switch the rule off without a word.
            wrong = any(not isinstance(v, str) or not v for v in value)
            wrong = wrong or (not value and parameter.default is ...)
        if wrong or (parameter.choices and value not in parameter.choices):
            wanted = " or ".join(map(str, parameter.choices)) or parameter.type.__name__
            faults.add(
                "a parameter of the wrong kind",
                f"Give {parameter.meaning}: {wanted}",
                column=name,
                value=value,
            )
        elif isinstance(value, float | int) and not 0 <= value <= min(parameter.most, _GREATEST):
            upto = f", up to {parameter.most:g}" if parameter.most < float("inf") else ""
            fix = f"Give a number of 0 or more{upto}"
            faults.add("a number that cannot be", fix, column=name, value=value)
        elif parameter.positive and value == 0:
            faults.add(
                "a rule that asks for nothing", "Give more than 0, or delete it", column=name, value=value
            )
        elif not parameter.read or _readable(parameter.read, value, name, faults):
            checked[name] = value
    return checked


def _readable(read: Callable[[str], object], value: Any, name: str, faults: Faults) -> bool:
    """Tell whether a text can be read, and note it where it cannot."""
    try:
        read(value)
    except InputError as error:
        for fault in error.faults:
            faults.add(fault.what, fault.fix, column=name, value=value)
        return False
    return True
