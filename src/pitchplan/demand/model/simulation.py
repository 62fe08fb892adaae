"""Draws of a season: vendors present per day, and who they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from pitchplan.demand.model.presence import Arrivals, Counts, draw_present, mean_present
from pitchplan.demand.model.stays import Floats, time_within
from pitchplan.demand.model.uncertain import Latents, stream
from pitchplan.demand.model.vendor_model import Draw, VendorModel
from pitchplan.errors import Fault, InputError

__all__ = ["Days", "Recipe", "fullest_day", "median_present", "simulate", "split_at"]

Days = NDArray[np.int_]
_MOST_VENDORS = 1e8
_TAIL = 1e-4


@dataclass(frozen=True, eq=False)
class Recipe:
    """All that a forecast is made from; the same recipe gives the same forecast.

    Attributes
    ----------
    model : VendorModel
        Survey, season and assumptions.
    draws : int
        Number of draws.
    seed : int
        Seed of the latents and of chance.
    learned : Latents or None
        What counts have taught; None: the latents are drawn as the survey and the assumptions say.
    inputs : Mapping of str to str
        Content hashes of the survey and of the counts.
    """

    model: VendorModel
    draws: int
    seed: int
    learned: Latents | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)

    def latents(self) -> Iterator[Latents]:
        """Latents, chunk by chunk, the same ones each time."""
        if self.learned is None:
            yield from self.model.latents(self.draws, self.seed)
            return
        for chunk in self.model.chunks(self.draws):
            yield {name: numbers[chunk] for name, numbers in self.learned.items()}


def simulate(recipe: Recipe) -> tuple[Counts, Counts]:
    """Draw the vendors present on each day of the season.

    Parameters
    ----------
    recipe : Recipe
        What to draw from.

    Returns
    -------
    at_close : numpy.ndarray
        Vendors present at the end of a day's selling, shape (draws, days of the season).
    most : numpy.ndarray
        Most at once during the day's open hours, shape (draws, days of the season).

    Raises
    ------
    InputError
        So many vendors come that a unit must be wrong.
    """
    model = recipe.model
    chance = stream(recipe.seed, "chance")
    closes: list[Counts] = []
    mosts: list[Counts] = []
    for latents in recipe.latents():
        arrivals = model.arrivals(model.draw(latents))
        _check_size(arrivals)
        at_close, most = draw_present(arrivals, chance)
        closes.append(at_close[:, model.lead :])
        mosts.append(most[:, model.lead :])
    return np.concatenate(closes), np.concatenate(mosts)


def _check_size(arrivals: Arrivals) -> None:
    most = float(arrivals.rate.sum(axis=(0, 2)).max(initial=0.0))
    if not most <= _MOST_VENDORS:
        fix = "Check the units of area, yield, load and selling rate"
        raise InputError(
            Fault("more vendors than can be", fix, "survey", value=f"up to {most:.3g} in the season")
        )


def split_at(recipe: Recipe, day: Days) -> Iterator[tuple[Floats, Floats]]:
    """Mean number present per survey row at the close of one day per draw, chunk by chunk.

    Parameters
    ----------
    recipe : Recipe
        What the draws were made from.
    day : numpy.ndarray
        Day of the season per draw, shape (draws,).

    Yields
    ------
    present : numpy.ndarray
        Shape (draws of the chunk, rows).
    tonnes : numpy.ndarray
        What each row brings to the city during the season, tonnes, same shape.
    """
    model = recipe.model
    at = 0
    for latents in recipe.latents():
        drawn = model.draw(latents)
        chunk = slice(at, at + len(drawn.totals))
        at = chunk.stop
        tonnes = drawn.tonnes * model.season_shares(drawn)
        clock = model.arrivals(drawn).clock if model.needs_clock else None
        yield _present_rows(model, drawn, day[chunk] + model.lead, clock), tonnes


def _present_rows(model: VendorModel, drawn: Draw, day: Days, clock: Floats | None) -> Floats:
    """Mean number present per row at the close of a day of the calendar per draw."""
    phases = model.assumed.phases
    present = np.zeros(drawn.totals.shape)
    draws = np.arange(len(day))
    before = np.zeros(drawn.totals.shape)
    for lag in range(int(day.max()) + 1):
        since, length = _clock_since(clock, draws, day, lag)
        within = time_within(since, drawn.stay_days, phases)
        share = (within - before) / length
        before = within
        present += share * model.shares_on(drawn, day - lag)
        if share.max() < _TAIL:
            break
    return present * drawn.totals


def _clock_since(clock: Floats | None, draws: Days, day: Days, lag: int) -> tuple[Floats, Floats]:
    """Selling time from the opening of the day ``lag`` days before to the close, and that day's length."""
    if clock is None:
        return np.full((1, 1), lag + 1.0), np.ones((1, 1))
    clock = np.broadcast_to(clock, (len(draws), clock.shape[1]))
    opening = np.maximum(day - lag, 0)
    since = clock[draws, day + 1] - clock[draws, opening]
    length = clock[draws, opening + 1] - clock[draws, opening]
    return since[:, None], np.maximum(length, 1e-12)[:, None]


def median_present(model: VendorModel) -> Floats:
    """Mean number present per survey row at the close of each day, with every uncertain thing at its median.

    Parameters
    ----------
    model : VendorModel
        Survey, season and assumptions.

    Returns
    -------
    numpy.ndarray
        Shape (days of the season, rows).
    """
    one = model.draw(model.medians())
    clock = model.arrivals(one).clock if model.needs_clock else None
    days = model.season.days
    each = Draw(*(np.repeat(getattr(one, f.name), days, axis=0) for f in fields(Draw)))
    return _present_rows(model, each, np.arange(days) + model.lead, clock)


def fullest_day(model: VendorModel) -> float:
    """Mean number present at the close of the season's fullest day, every uncertain thing at its median."""
    present = mean_present(model.arrivals(model.draw(model.medians())))[0, model.lead :]
    return float(present.max())
