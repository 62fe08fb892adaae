"""Which input moves the peak most."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.demand.model.presence import draw_present
from pitchplan.demand.model.simulation import Recipe
from pitchplan.demand.model.stays import Floats
from pitchplan.demand.model.uncertain import Latents, stream
from pitchplan.demand.model.vendor_model import VendorModel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Sensitivity", "sensitivity"]

# Input -> how the names of its latents begin, the scenario factor that scales it, what it is.
_INPUTS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "city_share": (("city_share ",), "city_share", "share sold directly in the city"),
    "selling": (("selling", "selling_t_per_day "), "selling", "what a vendor sells in a day"),
    "load": (("load_t ",), "load", "what a vehicle brings"),
    "area": (("area_ha ",), "harvest", "area planted"),
    "yield": (("yield_t_per_ha ",), "harvest", "yield, as surveyed"),
    "loss": (("loss_share ",), "", "share lost before sale"),
    "weather": (("weather",), "", "the year's harvest, all origins together"),
    "cultivation": (("cultivation",), "", "each crop's and way of growing's own harvest"),
    "origin": (("origin",), "", "each origin's own harvest"),
    "price": (("price",), "", "price that traders pay: how many growers sell themselves"),
    "timing": (("timing",), "", "an early or a late year"),
    "curve": (("course",), "", "weeks above and below the drawn harvest curves"),
    "overhead": ((), "overhead", "days stood beside selling"),
}
_DRAWS = 400


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """How far each input alone moves the number of vendors on the fullest day.

    Attributes
    ----------
    base : float
        Mean number present on the fullest day with every input at its median.
    table : pandas.DataFrame
        Greatest swing first: ``input``, ``meaning``, ``low`` and ``high`` (that number when only this
        input varies, 5 % and 95 % of the draws), ``swing`` (their difference), ``share_of_variance``
        (of the logarithm of the peak, one input at a time, scaled to add up to 1) and
        ``plus_10_percent`` (change of the number, percent, when the input is 10 % greater). The row
        ``chance`` says what remains when all inputs are known.
    """

    base: float
    table: pd.DataFrame

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw a tornado: one bar per input from low to high, the widest on top.

        Raises
        ------
        PitchplanError
            matplotlib is not installed.
        """
        from pitchplan.demand.pictures import draw_tornado

        return draw_tornado(self, ax)

    def __repr__(self) -> str:
        """Tell the three inputs that move the peak most."""
        top = [
            f"  {r.input}: {r.low:.0f} to {r.high:.0f} ({r.meaning})" for r in self.table.head(3).itertuples()
        ]
        return "\n".join([f"Sensitivity: {self.base:.0f} vendors on the fullest day", *top])

    def _repr_html_(self) -> str:
        table: str = self.table.to_html(index=False, float_format="{:.2f}".format)
        return table


def sensitivity(recipe: Recipe) -> Sensitivity:
    """Vary one input at a time as far as the draws do, the others at their medians.

    Parameters
    ----------
    recipe : Recipe
        What the forecast was made from.

    Returns
    -------
    Sensitivity
        The table behind a tornado plot.
    """
    model, some = recipe.model, _some_latents(recipe)
    draws = len(some["weather"])
    middle: Latents = {n: np.repeat(np.median(z, axis=0)[None], draws, axis=0) for n, z in some.items()}
    one: Latents = {n: z[:1] for n, z in middle.items()}
    base = float(_fullest(model, one)[0])
    rows: list[dict[str, Any]] = []
    for name, (begins, scaled, meaning) in _INPUTS.items():
        latents = {n: z for n, z in some.items() if n.startswith(begins)} if begins else {}
        peaks = _fullest(model, middle | latents) if latents else np.full(2, base)
        more = _plus_10_percent(model, one, scaled, base) if scaled else np.nan
        if latents or scaled:
            rows.append(_row(name, meaning, peaks, more))
    chance = _by_chance(recipe, one)
    rows.append(
        _row("chance", "who happens to come when", chance * base / max(chance.mean(), 1e-300), np.nan)
    )
    table = pd.DataFrame(rows).sort_values(["swing", "input"], ascending=[False, True], ignore_index=True)
    table["share_of_variance"] /= max(float(table["share_of_variance"].sum()), 1e-300)
    return Sensitivity(base, table)


def _row(name: str, meaning: str, peaks: Floats, more: float) -> dict[str, Any]:
    low, high = np.quantile(peaks, [0.05, 0.95])
    return {
        "input": name,
        "meaning": meaning,
        "low": low,
        "high": high,
        "swing": high - low,
        "share_of_variance": float(np.log(np.maximum(peaks, 1e-9)).var()),
        "plus_10_percent": more,
    }


def _some_latents(recipe: Recipe) -> Latents:
    parts: list[Latents] = []
    have = 0
    for latents in recipe.latents():
        parts.append({name: z[: _DRAWS - have] for name, z in latents.items()})
        have += len(parts[-1]["weather"])
        if have >= _DRAWS:
            break
    return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}


def _fullest(model: VendorModel, latents: Latents) -> Floats:
    """Mean number present on the fullest day of the season, shape (draws,)."""
    peaks = []
    draws = len(latents["weather"])
    for chunk in model.chunks(draws):
        piece = {name: z[chunk] for name, z in latents.items()}
        peaks.append(model.mean_present(model.draw(piece))[:, model.lead :].max(axis=1))
    return np.concatenate(peaks)


def _plus_10_percent(model: VendorModel, one: Latents, scaled: str, base: float) -> float:
    scale = {**model.scale, scaled: model.scale.get(scaled, 1.0) * 1.1}
    return 100 * (float(_fullest(replace(model, scale=scale), one)[0]) / max(base, 1e-300) - 1)


def _by_chance(recipe: Recipe, one: Latents) -> Floats:
    model = recipe.model
    latents = {name: np.repeat(z, _DRAWS, axis=0) for name, z in one.items()}
    chance = stream(recipe.seed, "sensitivity")
    peaks = []
    for chunk in model.chunks(_DRAWS):
        piece = {name: z[chunk] for name, z in latents.items()}
        _, most = draw_present(model.arrivals(model.draw(piece)), chance)
        peaks.append(most[:, model.lead :].max(axis=1))
    return np.concatenate(peaks).astype(float)
