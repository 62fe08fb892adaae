"""Every error pitchplan raises on purpose.

PitchplanError
├── InputError          something given is wrong: one Fault per thing to mend, all at once
├── NoPlanExists        the limits contradict each other: no plan can satisfy them
├── NonePlanFound       the time ran out, or the search was stopped, before any plan was found; one may exist
├── BreachesFound       an audited plan breaks a rule
├── TooBig              the work needs more memory than there is; nothing was begun, or nothing is kept of it
├── SolverLied          a solver's answer does not satisfy the rows it was given
└── OutputError         a file could not be written; what was there before is untouched
"""

from __future__ import annotations

from dataclasses import dataclass

from pitchplan.masking import mask_numbers, masked_within

__all__ = [
    "BreachesFound",
    "Fault",
    "Faults",
    "InputError",
    "NoPlanExists",
    "NonePlanFound",
    "OutputError",
    "PitchplanError",
    "SolverLied",
    "TooBig",
]

_SHOWN = 20


class PitchplanError(Exception):
    """The root of every error pitchplan raises on purpose; what it says shows nobody's number."""

    def __init__(self, *said: object) -> None:
        super().__init__(*(mask_numbers(s) if isinstance(s, str) else s for s in said))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in what was given.

    Attributes
    ----------
    what : str
        What is wrong, in a planner's words.
    fix : str
        How to mend it.
    source : str
        File, layer or argument the fault is in.
    row : int or str or None
        Row as a person counts it in the file (the header is row 1), or the row's id.
    column : str or None
        Name of the column.
    value : object
        The value that was found, as it was given. In it and in all texts telephone numbers, ID numbers
        and number plates are masked: messages are copied into mails and logs.
    """

    what: str
    fix: str
    source: str = ""
    row: int | str | None = None
    column: str | None = None
    value: object = None

    def __post_init__(self) -> None:
        for name in self.__slots__:
            object.__setattr__(self, name, masked_within(getattr(self, name), numbers=True))

    def __str__(self) -> str:
        place = [self.source] if self.source else []
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {self.column!r}")
        if self.value is not None:
            place.append(f"value {_short(self.value)}")
        where = ", ".join(place)
        return f"{where + ': ' if where else ''}{self.what}. {self.fix}"


def _short(value: object, most: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= most else text[: most - 1] + "…"


class InputError(PitchplanError):
    """Something given is wrong; ``faults`` lists every thing to mend.

    Parameters
    ----------
    *faults : Fault
        At least one fault.
    """

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        lines = [str(f) for f in faults[:_SHOWN]]
        if len(faults) > _SHOWN:
            lines.append(f"… and {len(faults) - _SHOWN} more faults (see .faults)")
        head = "" if len(faults) == 1 else f"{len(faults)} faults:\n  "
        super().__init__(head + "\n  ".join(lines))


class Faults:
    """A list of faults that grows while something is checked and is raised once.

    Parameters
    ----------
    source : str
        File, layer or argument that is being checked.
    """

    def __init__(self, source: str = "") -> None:
        self.source = source
        self.found: list[Fault] = []

    def add(
        self,
        what: str,
        fix: str,
        *,
        row: int | str | None = None,
        column: str | None = None,
        value: object = None,
    ) -> None:
        """Note one fault."""
        self.found.append(Fault(what, fix, self.source, row, column, value))

    def raise_if_any(self) -> None:
        """Raise one `InputError` with every fault noted so far, if there is any."""
        if self.found:
            raise InputError(*self.found)


class NoPlanExists(PitchplanError):
    """The limits contradict each other: it is proven that no plan satisfies them."""


class NonePlanFound(PitchplanError):
    """The search ended before it found any plan; one may exist."""


class BreachesFound(PitchplanError):
    """An audited plan breaks at least one rule."""


class TooBig(PitchplanError):
    """The work needs more memory than there is at hand; says how much, and how to make it smaller."""


class SolverLied(PitchplanError):
    """A solver returned values that do not satisfy the rows it was given."""


class OutputError(PitchplanError):
    """A file could not be written whole; what was there before is untouched."""
