"""What if: a forecast under other circumstances, and two forecasts side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.demand.model.assumptions import Assumptions, is_number
from pitchplan.demand.model.quantiles import quantiles
from pitchplan.demand.model.simulation import Recipe
from pitchplan.errors import Fault, Faults, InputError

if TYPE_CHECKING:
    from pitchplan.demand.forecast import Forecast

__all__ = ["SCALES", "changed_recipe", "side_by_side"]

SCALES = ("harvest", "city_share", "load", "selling")
"""What a scenario may multiply."""


def changed_recipe(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """Change what a forecast is made from, see `Forecast.scenario`.

    Raises
    ------
    InputError
        A change is unknown or out of its range, or needs latents that were not learned.
    """
    assumed = {f.name for f in fields(Assumptions)}
    faults = Faults("scenario")
    for name, value in changes.items():
        if name in SCALES and not (is_number(value) and 0 < value <= 100):
            fix = "Give a factor above 0, such as 1.2 for a fifth more"
            faults.add(f"{name} is not a factor", fix, column=name, value=value)
        elif name not in SCALES and name not in assumed:
            fix = f"Use one of: {', '.join([*SCALES, *sorted(assumed)])}"
            faults.add("unknown change", fix, column=name, value=value)
    faults.raise_if_any()
    model = recipe.model
    scale = dict(model.scale)
    scale.update({n: scale.get(n, 1.0) * float(v) for n, v in changes.items() if n in SCALES})
    values = {**asdict(model.assumed), **{n: v for n, v in changes.items() if n in assumed}}
    changed = replace(model, scale=scale, assumed=Assumptions(**values))
    if recipe.learned is not None and set(changed.sizes) - set(recipe.learned):
        fix = "Change it in forecast_vendors, and learn from the counts again"
        raise InputError(Fault("a change that what was learned cannot follow", fix, "scenario"))
    return replace(recipe, model=changed)


def side_by_side(ours: Forecast, theirs: Forecast) -> pd.DataFrame:
    """Set two forecasts of one season side by side, see `Forecast.compare`.

    Raises
    ------
    InputError
        The other is no forecast, or of another season.
    """
    season = getattr(theirs, "season", None)
    if season is None or season.weeks != ours.season.weeks:
        fix = "Give a Forecast of the same season"
        raise InputError(Fault("nothing to compare with", fix, "compare", value=season or theirs))
    one, two = (np.concatenate([f.draws_by_week, f.peak_draws[:, None]], axis=1) for f in (ours, theirs))
    low, middle, high = quantiles(one, (0.05, 0.5, 0.95))
    low2, middle2, high2 = quantiles(two, (0.05, 0.5, 0.95))
    change = two.mean(axis=0) - one.mean(axis=0)
    periods = [*ours.season.weeks, (ours.season.first, ours.season.last)]
    return pd.DataFrame(periods, columns=["period_first", "period_last"]).assign(
        median=middle,
        other_median=middle2,
        change=change,
        change_percent=100 * change / np.maximum(one.mean(axis=0), 1e-300),
        width=high - low,
        other_width=high2 - low2,
    )
