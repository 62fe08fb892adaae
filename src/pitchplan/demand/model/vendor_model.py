"""The demand model: latents in, arrivals of vendors out."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pitchplan.demand.model.assumptions import Assumptions
from pitchplan.demand.model.flow import profiles
from pitchplan.demand.model.presence import Arrivals, mean_present, selling_clock
from pitchplan.demand.model.stays import Floats, by_grid_stay, gather_by_stay, grid_stay
from pitchplan.demand.model.uncertain import Latents, Quantity, lognormal, quantity_of, stream
from pitchplan.demand.season import Season

__all__ = ["DayFactors", "Draw", "VendorModel"]

_QUANTITIES = ("area_ha", "yield_t_per_ha", "loss_share", "city_share", "load_t", "selling_t_per_day")
_CELLS = 400_000
_MOST_SDS = 4.0
_LONGEST_LEAD = 90
"""Days before the season from which vendors may still be there."""
_COURSE_DAYS = 5.0
"""How smooth the course of the harvest is: its correlation over d days is exp(-(d / 2 / this)^2)."""


@dataclass(frozen=True)
class DayFactors:
    """What weekdays, holidays and weather do, as factors per day.

    Attributes
    ----------
    arrivals, selling : Mapping
        Day to factor, for arrivals and for the rate at which vendors sell; 1 where a day is not named.
    weekday_arrivals, weekday_selling : tuple of float
        The same by weekday, Monday first, for days that are not named.
    """

    arrivals: Mapping[dt.date, float] = field(default_factory=dict)
    selling: Mapping[dt.date, float] = field(default_factory=dict)
    weekday_arrivals: tuple[float, ...] = (1.0,) * 7
    weekday_selling: tuple[float, ...] = (1.0,) * 7

    def on(self, first: dt.date, days: int) -> tuple[Floats, Floats]:
        """Factors of arrivals and of selling on consecutive days, two arrays of shape (days,)."""
        calendar = [first + dt.timedelta(days=t) for t in range(days)]
        return (
            np.array([self.arrivals.get(day, self.weekday_arrivals[day.weekday()]) for day in calendar]),
            np.array([self.selling.get(day, self.weekday_selling[day.weekday()]) for day in calendar]),
        )


@dataclass(frozen=True)
class Draw:
    """What the latents say of each survey row.

    Attributes
    ----------
    tonnes : numpy.ndarray
        What a row sends to be sold in the city over its whole harvest, tonnes, shape (draws, rows).
    totals : numpy.ndarray
        Mean arrivals of a row over its whole harvest, shape (draws, rows).
    stay_days : numpy.ndarray
        Mean stay, days of the selling clock, shape (draws, rows).
    shift_days : numpy.ndarray
        Days by which the year is late, shape (draws,).
    course : numpy.ndarray
        Latents of the course of the harvest around its curves, shape (draws, knots); no knots where
        the curves are certain.
    """

    tonnes: Floats
    totals: Floats
    stay_days: Floats
    shift_days: Floats
    course: Floats


@dataclass(frozen=True, eq=False)
class VendorModel:
    """A survey, a season and what is assumed, ready to say how many vendors arrive for any latents.

    Attributes
    ----------
    rows : pandas.DataFrame
        The survey's rows that matter, in canonical order.
    season : Season
        Days to forecast.
    assumed : Assumptions
        What is assumed beside the survey.
    factors : DayFactors
        What weekdays, holidays and weather do.
    scale : Mapping
        Factors of a scenario by quantity: harvest, city_share, load, selling.
    """

    rows: pd.DataFrame
    season: Season
    assumed: Assumptions
    factors: DayFactors = DayFactors()
    scale: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def pad(self) -> int:
        """Days by which the calendar of `profile` is longer at both ends, so that a year can be shifted."""
        return math.ceil(_MOST_SDS * self.assumed.timing_sd_days) + 1

    @cached_property
    def first(self) -> dt.date:
        """First day of the calendar: vendors who come before the season may still be there when it begins."""
        harvest: dt.date = self.rows["first_day"].min().date() - dt.timedelta(days=self.pad)
        return max(min(harvest, self.season.first), self.season.first - dt.timedelta(days=_LONGEST_LEAD))

    @cached_property
    def lead(self) -> int:
        """Days of the calendar before the season."""
        return (self.season.first - self.first).days

    @cached_property
    def days(self) -> int:
        """Days of the calendar, the season's last day the last."""
        return self.lead + self.season.days

    @cached_property
    def profile(self) -> Floats:
        """Share of a row's harvest per day, shape (rows, days + 2 pads); a year neither early nor late."""
        start = self.first - dt.timedelta(days=self.pad)
        return profiles(self.rows, start, self.days + 2 * self.pad)

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """The survey's quantities by column."""
        return {name: quantity_of(self.rows, name) for name in _QUANTITIES}

    @cached_property
    def _groups(self) -> dict[str, np.ndarray]:
        """Place of each row's origin among the origins, and of its crop and cultivation among those."""
        rows = self.rows
        kinds = rows["crop"].astype(str) + "\0" + rows["cultivation"].astype(str)
        return {
            "origin": np.unique(rows["origin"].to_numpy(dtype=str), return_inverse=True)[1],
            "cultivation": np.unique(kinds.to_numpy(dtype=str), return_inverse=True)[1],
        }

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Names of the latents and how many numbers each needs per draw."""
        sizes = {"weather": 1, "price": 1, "selling": 1, "timing": 1}
        sizes |= {name: int(place.max()) + 1 for name, place in self._groups.items()}
        if self.assumed.curve_cv:
            sizes["course"] = len(self._knots)
        for quantity in self.quantities.values():
            sizes |= quantity.latents(self.assumed.range_correlation)
        return sizes

    def chunks(self, draws: int) -> Iterator[slice]:
        """Cut draws into pieces whose arrays stay small."""
        # Under a clock every draw has its own shares: small pieces stay in the processor's cache.
        size = 50 if self.needs_clock else int(np.clip(_CELLS // len(self.rows), 50, 500))
        return (slice(at, min(at + size, draws)) for at in range(0, draws, size))

    def latents(self, draws: int, seed: int) -> Iterator[Latents]:
        """Draw the latents, chunk by chunk; the numbers of one name never depend on the other names."""
        streams = {name: stream(seed, name) for name in self.sizes}
        for chunk in self.chunks(draws):
            some = chunk.stop - chunk.start
            yield {n: streams[n].standard_normal((some, size)) for n, size in self.sizes.items()}

    def medians(self, draws: int = 1) -> Latents:
        """Latents that are all zero: every uncertain thing at its median."""
        return {name: np.zeros((draws, size)) for name, size in self.sizes.items()}

    def draw(self, latents: Latents) -> Draw:
        """Say what the latents mean for each row: vehicles that come, their stays, the year's shift."""
        assumed, scale = self.assumed, self.scale
        rho = assumed.range_correlation
        area, per_ha, loss, share, load, rate = (self.quantities[q].draw(latents, rho) for q in _QUANTITIES)
        own = lognormal(latents["origin"], assumed.origin_cv)[:, self._groups["origin"]]
        own = own * lognormal(latents["cultivation"], assumed.cultivation_cv)[:, self._groups["cultivation"]]
        weather = lognormal(latents["weather"], assumed.weather_cv) * scale.get("harvest", 1.0)
        price = lognormal(latents["price"], assumed.price_cv) * scale.get("city_share", 1.0)
        selling = lognormal(latents["selling"], assumed.selling_cv) * scale.get("selling", 1.0)
        load = load * scale.get("load", 1.0)
        tonnes = area * per_ha * (1 - loss) * np.minimum(share * price, 1.0) * weather * own
        stay = load / (rate * selling) + assumed.overhead_days * scale.get("overhead", 1.0)
        shift = assumed.timing_sd_days * np.clip(latents["timing"][:, 0], -_MOST_SDS, _MOST_SDS)
        course = latents.get("course", np.zeros((len(shift), 0)))
        return Draw(tonnes, tonnes / load, np.broadcast_to(stay, tonnes.shape), shift, course)

    @cached_property
    def _knots(self) -> Floats:
        """Days of the harvest, from the day `profile` begins on, at which its course has a latent."""
        start = pd.Timestamp(self.first - dt.timedelta(days=self.pad))
        first, last = ((self.rows[c] - start).dt.days for c in ("first_day", "last_day"))
        return np.arange(float(first.min()), float(last.max()) + _COURSE_DAYS, _COURSE_DAYS)

    def curve(self, course: Floats, days_ago: float = 0.0) -> Floats:
        """Factor of the harvest of each day of `profile`: curves are never as smooth as they are drawn.

        Lognormal of mean 1 and the assumed coefficient of variation; standard normal latents at knots,
        smoothed by a Gaussian kernel (a log-Gaussian Cox process by process convolution).

        Parameters
        ----------
        course : numpy.ndarray
            Latents, shape (draws, knots).
        days_ago : float
            Days before those of `profile`.

        Returns
        -------
        numpy.ndarray
            Shape (draws, days + 2 pads).
        """
        days = self.profile.shape[1]
        if not course.shape[1]:
            return np.ones((len(course), days))
        at = (np.arange(days) + 0.5 - days_ago)[None] - self._knots[:, None]
        weight = np.exp(-((at / _COURSE_DAYS) ** 2) / 2)
        length = np.sqrt((weight**2).sum(axis=0))
        # Far from all knots nothing is harvested and any factor will do.
        basis = weight / np.maximum(length, 1e-9)
        # Small enough to be quicker without BLAS, which would wake other threads for it.
        return lognormal(np.einsum("dk,kt->dt", course, basis), self.assumed.curve_cv)

    def arrivals(self, drawn: Draw) -> Arrivals:
        """Turn what was drawn into arrivals per mean stay and day of the calendar, with the selling clock."""
        rate, stays = gather_by_stay(drawn.totals, drawn.stay_days, self.profile)
        rate = self._shifted(rate * self.curve(drawn.course), drawn.shift_days)
        came, speed = self.factors.on(self.first, self.days)
        arrivals = Arrivals(rate * came, stays, self.assumed.phases)
        if not self.needs_clock:
            return arrivals
        return replace(arrivals, clock=selling_clock(arrivals, speed, self.assumed.saturation))

    def mean_present(self, drawn: Draw) -> Floats:
        """Mean number present at the close of each day of the calendar, shape (draws, days).

        As `presence.mean_present` of the arrivals; where every day is like the other, a shift of the year
        shifts the numbers present, so those of each row and mean stay are worked out once. The course of
        the harvest is then taken as it was when the vendors present came, some days ago in the mean.
        """
        came, _ = self.factors.on(self.first, self.days)
        if self.needs_clock or (came != 1).any():
            return mean_present(self.arrivals(drawn))
        weights, places = by_grid_stay(drawn.totals, drawn.stay_days)
        draws = len(drawn.totals)
        present = np.zeros((draws, self.profile.shape[1]))
        for k, place in enumerate(places.tolist()):
            present += weights[k * draws : (k + 1) * draws] @ self._present_of(place)
        present = present * self.curve(drawn.course, self._days_since_arrival)
        shifted: Floats = self._shifted(present[None], drawn.shift_days)[0]
        return shifted

    @cached_property
    def _days_since_arrival(self) -> float:
        """Mean time since those present came: E[W^2] / (2 E[W]), less half a day as closes end days."""
        drawn = self.draw(self.medians())
        weight = drawn.totals * drawn.stay_days
        mean = float((weight * drawn.stay_days).sum() / max(float(weight.sum()), 1e-300))
        return mean * (1 + 1 / self.assumed.phases) / 2 - 0.5

    def _present_of(self, place: int) -> Floats:
        """Present of one arrival per row with one mean stay of the grid, shape (rows, days + 2 pads)."""
        if place not in self._present:
            one = Arrivals(self.profile[None], grid_stay(np.array([place])), self.assumed.phases)
            self._present[place] = mean_present(one)
        return self._present[place]

    @cached_property
    def _present(self) -> dict[int, Floats]:
        return {}

    @cached_property
    def needs_clock(self) -> bool:
        """Whether selling is slower or faster on some days than on others."""
        return self.assumed.saturation is not None or bool(
            (self.factors.on(self.first, self.days)[1] != 1).any()
        )

    def _shifted(self, rate: Floats, shift_days: Floats) -> Floats:
        """Move each draw's calendar, between whole days by shares, and cut the pads off."""
        if not self.assumed.timing_sd_days:
            return rate[:, :, self.pad : self.pad + self.days]
        out = np.empty((*rate.shape[:2], self.days))
        whole = np.floor(shift_days).astype(int)
        for draw, (late, part) in enumerate(zip(whole, shift_days - whole, strict=True)):
            at = self.pad - late
            np.multiply(rate[:, draw, at : at + self.days], 1 - part, out=out[:, draw])
            out[:, draw] += part * rate[:, draw, at - 1 : at - 1 + self.days]
        return out

    def shares_on(self, drawn: Draw, day: NDArray[np.int_]) -> Floats:
        """Share of each row's harvest that arrives on one day per draw, shape (draws, rows).

        Parameters
        ----------
        drawn : Draw
            What was drawn.
        day : numpy.ndarray
            Day of the calendar per draw, shape (draws,); nobody comes before the calendar begins.
        """
        whole = np.floor(drawn.shift_days)
        part = (drawn.shift_days - whole)[:, None]
        at = (self.pad + day - whole).astype(int)
        came, _ = self.factors.on(self.first, self.days)
        factor = np.where(day >= 0, came[np.maximum(day, 0)], 0.0)[:, None]
        draws, curve = np.arange(len(at)), self.curve(drawn.course)
        later, sooner = (
            self.profile[:, np.maximum(a, 0)].T * curve[draws, np.maximum(a, 0)][:, None]
            for a in (at, at - 1)
        )
        shares: Floats = factor * ((1 - part) * later + part * np.where((at > 0)[:, None], sooner, 0.0))
        return shares

    def season_shares(self, drawn: Draw) -> Floats:
        """Share of each row's harvest that comes within the season, shape (draws, rows)."""
        came, _ = self.factors.on(self.first, self.days)
        whole = np.floor(drawn.shift_days).astype(int)
        within = np.zeros((len(whole), self.profile.shape[1]))
        for draw, (late, part) in enumerate(zip(whole, drawn.shift_days - whole, strict=True)):
            start = self.pad + self.lead - late
            within[draw, start : start + self.season.days] += (1 - part) * came[self.lead :]
            within[draw, start - 1 : start - 1 + self.season.days] += part * came[self.lead :]
        shares: Floats = (within * self.curve(drawn.course)) @ self.profile.T
        return shares
