"""pitchplan: from the harvest around a city to a printed map of the spots where growers may sell.

Importing pitchplan loads neither geopandas nor a solver; each name below is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pitchplan import datasets, errors, schemas
    from pitchplan.auditing.audit import audit_plan
    from pitchplan.candidates.candidates import Candidates
    from pitchplan.candidates.find import find_candidates
    from pitchplan.candidates.lists import read_spots
    from pitchplan.city.layers import City
    from pitchplan.city.osm import read_osm
    from pitchplan.city.reading import read_city
    from pitchplan.demand import sampling
    from pitchplan.demand.forecast import Forecast
    from pitchplan.demand.harvest import read_harvest
    from pitchplan.demand.season import Season
    from pitchplan.demand.vendors import forecast_vendors
    from pitchplan.errors import (
        BreachesFound,
        InputError,
        NonePlanFound,
        NoPlanExists,
        PitchplanError,
    )
    from pitchplan.growers.allocation import allocate
    from pitchplan.occupancy.occupancy import read_occupancy
    from pitchplan.plan import Outcome, Plan
    from pitchplan.plan_file import read_plan
    from pitchplan.rules.book import RuleBook, read_rule_book, rule_book
    from pitchplan.sheets.mapsheet import map_sheet
    from pitchplan.sheets.sheet import Sheet, write
    from pitchplan.siting import goals, limits, locate
    from pitchplan.siting.baselines import greedy_plan, random_plan
    from pitchplan.siting.decisions import read_decisions
    from pitchplan.siting.model.statement import siting_problem
    from pitchplan.siting.problem import SitingProblem
    from pitchplan.verifying import verify

__version__ = "0.1.0"

_WHERE = {
    "BreachesFound": "errors",
    "Candidates": "candidates.candidates",
    "City": "city.layers",
    "Forecast": "demand.forecast",
    "InputError": "errors",
    "NoPlanExists": "errors",
    "NonePlanFound": "errors",
    "Outcome": "plan",
    "PitchplanError": "errors",
    "Plan": "plan",
    "RuleBook": "rules.book",
    "Season": "demand.season",
    "Sheet": "sheets.sheet",
    "SitingProblem": "siting.problem",
    "allocate": "growers.allocation",
    "audit_plan": "auditing.audit",
    "datasets": "",
    "errors": "",
    "find_candidates": "candidates.find",
    "forecast_vendors": "demand.vendors",
    "goals": "siting",
    "greedy_plan": "siting.baselines",
    "limits": "siting",
    "locate": "siting",
    "map_sheet": "sheets.mapsheet",
    "random_plan": "siting.baselines",
    "read_city": "city.reading",
    "read_decisions": "siting.decisions",
    "read_harvest": "demand.harvest",
    "read_occupancy": "occupancy.occupancy",
    "read_osm": "city.osm",
    "read_plan": "plan_file",
    "read_rule_book": "rules.book",
    "read_spots": "candidates.lists",
    "rule_book": "rules.book",
    "sampling": "demand",
    "schemas": "",
    "siting_problem": "siting.model.statement",
    "verify": "verifying",
    "write": "sheets.sheet",
}
_MODULES = {"datasets", "errors", "goals", "limits", "locate", "sampling", "schemas"}

__all__ = [*_WHERE]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'pitchplan' has no attribute {name!r}")
    room = f"pitchplan.{_WHERE[name]}".rstrip(".")
    if name in _MODULES:
        value: Any = import_module(f"{room}.{name}")
    else:
        value = getattr(import_module(room), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
