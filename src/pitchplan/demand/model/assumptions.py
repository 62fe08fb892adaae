"""What a forecast assumes beside the survey; every number is ours until local knowledge replaces it."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from numbers import Real
from typing import TypedDict, TypeGuard

from pitchplan.demand.model.stays import STAY_CV, phases_of
from pitchplan.errors import Faults

__all__ = ["AssumptionOptions", "Assumptions", "is_number"]

_RANGES: dict[str, tuple[float, float]] = {
    "weather_cv": (0, 2),
    "cultivation_cv": (0, 2),
    "price_cv": (0, 2),
    "selling_cv": (0, 2),
    "origin_cv": (0, 2),
    "timing_sd_days": (0, 30),
    "curve_cv": (0, 1),
    "range_correlation": (0, 1),
    "overhead_days": (0, 30),
    "stay_cv": (0.2, 1),
}


class AssumptionOptions(TypedDict, total=False):
    """The keywords of `Assumptions`."""

    weather_cv: float
    cultivation_cv: float
    price_cv: float
    selling_cv: float
    origin_cv: float
    timing_sd_days: float
    curve_cv: float
    range_correlation: float
    overhead_days: float
    stay_cv: float
    saturation: float | None


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """What a forecast assumes beside the survey.

    Attributes
    ----------
    weather_cv : float
        Coefficient of variation of the year's harvest that all origins share, 0 to 2.
    cultivation_cv : float
        Of the harvest of each crop and way of growing, shared by its origins, 0 to 2: hail spares the
        sheds.
    price_cv : float
        Of the share sold directly in the city, from year to year, shared by all origins, 0 to 2: when
        traders pay little, more growers drive into the city themselves.
    selling_cv : float
        Of the rate at which vendors sell, shared by all, 0 to 2.
    origin_cv : float
        Of each origin's own harvest, independent between origins, 0 to 2.
    timing_sd_days : float
        Standard deviation of how much earlier or later the whole year is, days, 0 to 30.
    curve_cv : float
        How far the harvest of a week lies from the curves drawn through first, peak and last days, as a
        coefficient of variation, 0 to 1; smooth in time, shared by all origins.
    range_correlation : float
        Correlation between survey rows of where in their ranges (low, likely, high) the truth lies: 1
        where a range says what nobody knows, 0 where each row was judged by itself.
    overhead_days : float
        Days a vendor stands beside the time it takes to sell its load, 0 to 30.
    stay_cv : float
        Coefficient of variation of a vendor's stay, 0.2 to 1.
    saturation : float or None
        Vendors present at which each sells half as much as where few stand; None: as much as ever.

    Raises
    ------
    InputError
        A number is out of its range.
    """

    weather_cv: float = 0.15
    cultivation_cv: float = 0.10
    price_cv: float = 0.10
    selling_cv: float = 0.20
    origin_cv: float = 0.15
    timing_sd_days: float = 4.0
    curve_cv: float = 0.20
    range_correlation: float = 1.0
    overhead_days: float = 0.5
    stay_cv: float = STAY_CV
    saturation: float | None = None

    def __post_init__(self) -> None:
        faults = Faults("forecast_vendors")
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if not is_number(value) or not least <= value <= most:
                faults.add(
                    f"{name} is out of range",
                    f"Give a number of {least:g} to {most:g}",
                    column=name,
                    value=value,
                )
        value = self.saturation
        if value is not None and (not is_number(value) or not 1 <= value < math.inf):
            fix = "Give the number of vendors at which each sells half as much, 1 or more, or None"
            faults.add("saturation is out of range", fix, column="saturation", value=value)
        faults.raise_if_any()

    @property
    def phases(self) -> int:
        """Shape of the Erlang law of stays whose coefficient of variation comes nearest."""
        return phases_of(self.stay_cv)

    @property
    def harvest_correlation(self) -> float:
        """Correlation of the (log) harvests of two origins that grow the same way, as the cvs imply."""
        shared = math.log1p(self.weather_cv**2) + math.log1p(self.cultivation_cv**2)
        own = math.log1p(self.origin_cv**2)
        return shared / (shared + own) if shared + own else 0.0

    def __str__(self) -> str:
        """Name every assumption with its value."""
        parts = [f"{f.name} {getattr(self, f.name):g}" for f in fields(self) if f.name != "saturation"]
        parts.append("no saturation" if self.saturation is None else f"saturation {self.saturation:g}")
        return ", ".join(parts)


def is_number(value: object) -> TypeGuard[float]:
    """Tell a real number from everything else, true and false included."""
    return isinstance(value, Real) and not isinstance(value, bool)
