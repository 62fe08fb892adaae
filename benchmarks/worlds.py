"""Seasons that are not ours: the truth vendor by vendor, and the harvest survey that was made before it.

    python benchmarks/worlds.py        # whether the worlds do what they say: `checking_worlds`

Nothing of pitchplan is used here, so that a mistake of the forecast is not repeated in what it is held
against. Time is selling time: closed hours are glued away, a day is 1.0, arrivals are even over a day.

The tonnes of a survey row on a day are ``area x yield x (1 - loss) x weather x kind[cultivation] x
own[origin] x share x profile(day) x course(day)``; vendors come as a Poisson process of rate tonnes / load
and stay ``load / (selling x s) + 0.5`` days in the mean. What nobody knows is shared: the weather, the
price, the selling shock s, the shift of the calendar, the course of the harvest, and one level each at
which all city shares, loads and selling rates lie in their ranges. A yield is the mean of N farms, of which
the survey has sampled n.

Kinds of worlds; the survey is the same in all, but smaller areas in (e):

a   as assumed: Beta harvests, Gamma stays of cv 0.5, the shocks of `CV`
b   other harvests: uniform, two humps, triangles with the mode at an end, trapezoids, by row
c   heavy-tailed stays: lognormal of the same mean, cv 1.5
d   shocks, shift and ranges twice as strong as assumed
e   a saturating market: with N vendors present, everybody sells and leaves (1 + N / 200) times slower
"""

from __future__ import annotations

import datetime
import heapq
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special, stats

KINDS = "abcde"
SEASON = ("2026-06-01", "2026-08-20")
CV = {"weather": 0.15, "kind": 0.10, "own": 0.15, "price": 0.10, "selling": 0.20, "curve": 0.20}
SHIFT_SD_DAYS = 4.0
OVERHEAD_DAYS = 0.5
STAY_CV = {"c": 1.5}
SATURATION = 200.0
SIZE = (50, 400)

_DAYS = 81
_STAY_CV = 0.5
_WINDOWS = {"shed": (-8, 4, 22), "small tunnel": (2, 15, 34), "open field": (18, 43, 72)}
_COURSE = (-40, 130)
_HARVESTS = ("uniform", "humps", "falling", "rising", "trapezoid")
_CITY, _FARMS, _SIZE, _TRUTH, _SHAPES, _YEAR, _CHANCE, _AGAIN, _COUNTS, _BEFORE, _OTHER = range(1, 12)


@dataclass(frozen=True)
class City:
    """What is true of a city in every year, by row of the survey; days since the season's first."""

    tonnes: np.ndarray
    share: np.ndarray
    load_t: np.ndarray
    selling_t_per_day: np.ndarray
    first: np.ndarray
    peak: np.ndarray
    last: np.ndarray
    harvest: np.ndarray


@dataclass(frozen=True)
class Year:
    """What is true of one year.

    Weather, price, own shock of each row (its origin's times that of its way of growing), shift of the
    calendar in days, and the course of the harvest: a factor per day of it, from `_COURSE` on.
    """

    weather: float
    price: float
    own: np.ndarray
    shift_days: float
    course: np.ndarray


@dataclass(frozen=True)
class Visits:
    """When vendors come and go, days since the season's first; `which` of several seasons they are of."""

    which: np.ndarray
    arrival: np.ndarray
    departure: np.ndarray
    start: int
    end: int

    def present(self, times: np.ndarray) -> np.ndarray:
        """Give the numbers present at times of each season, shape (seasons, times)."""
        come, gone = self._lined_up()
        moments = (self._begin(np.arange(len(times)))[:, None] + times).ravel()
        return _inside(come, gone, moments).reshape(times.shape)

    def most(self, many: int) -> np.ndarray:
        """Give the most at once in each week of each of so many seasons, shape (seasons, weeks)."""
        come, gone = self._lined_up()
        edges = np.r_[self.start, np.arange(0, self.end, 7)]
        probes = (self._begin(np.arange(many))[:, None] + edges).ravel()
        # The number is at its most right after an arrival, or when the week begins.
        moments = np.sort(np.concatenate([come, probes]))
        peaks = np.maximum.reduceat(_inside(come, gone, moments), np.searchsorted(moments, probes))
        return peaks.reshape(many, len(edges))[:, 1:]

    def _lined_up(self) -> tuple[np.ndarray, np.ndarray]:
        """Put the seasons one behind the other on one axis, everybody gone before the next begins."""
        begin = self._begin(self.which)
        return np.sort(begin + self.arrival), np.sort(begin + np.minimum(self.departure, self.end + 0.5))

    def _begin(self, which: np.ndarray) -> np.ndarray:
        return (self.end - self.start + 1.0) * which - self.start


def _inside(come: np.ndarray, gone: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Count who has come and not gone, of sorted arrivals and departures."""
    return np.searchsorted(come, moments, side="right") - np.searchsorted(gone, moments, side="right")


@dataclass(frozen=True)
class World:
    """A season, its first and last day as ISO text, and its survey; a forecast may not see the rest."""

    kind: str
    season: tuple[str, str]
    survey: pd.DataFrame
    city: City
    year: Year
    chance: tuple[int, int]

    @property
    def days(self) -> int:
        """Days of the season."""
        first, last = (datetime.date.fromisoformat(day) for day in self.season)
        return (last - first).days + 1

    @property
    def stay_days(self) -> np.ndarray:
        """Mean stay by row, days; in a saturating market that of a vendor alone."""
        return self.city.load_t / self.city.selling_t_per_day + OVERHEAD_DAYS

    def rate(self) -> tuple[int, np.ndarray]:
        """Give the day of the first arrivals, and vendors that come per row and day from then on."""
        start = min(-1, int(np.floor(self.city.first.min() + self.year.shift_days)))
        edges = np.arange(start, self.days + 1) - self.year.shift_days
        by_day = profile(self.city, edges)
        by_day *= np.interp((edges[:-1] + edges[1:]) / 2, np.arange(*_COURSE) + 0.5, self.year.course)
        share = np.minimum(self.city.share * self.year.price, 1)
        tonnes = self.city.tonnes * self.year.weather * self.year.own * share
        return start, (tonnes / self.city.load_t)[:, None] * by_day

    def visits(self, rng: np.random.Generator, many: int = 1) -> Visits:
        """Draw the vendors of so many seasons with the parameters of this one."""
        start, rate = self.rate()
        counts = rng.poisson(rate, (many, *rate.shape))
        cell = np.repeat(np.arange(counts.size), counts.ravel())
        row_day = cell % rate.size
        arrival = start + row_day % rate.shape[1] + rng.random(len(cell))
        stay = self.stay_days[row_day // rate.shape[1]] * stay_factor(self.kind, len(cell), rng)
        which = cell // rate.size
        leave = slowed(which, arrival, stay) if self.kind == "e" else arrival + stay
        return Visits(which, arrival, leave, start, self.days)

    def truth(self) -> tuple[np.ndarray, int]:
        """Give the most at once in each week, and in the season."""
        weeks = self.visits(np.random.default_rng(self.chance)).most(1)[0]
        return weeks, int(weeks.max())

    def replays(self, many: int, seed: int) -> np.ndarray:
        """Give the weeks of other seasons that only chance makes different, shape (many, weeks)."""
        return self.visits(np.random.default_rng([*self.chance, _AGAIN, seed]), many).most(many)

    def again(self, seed: int) -> tuple[np.ndarray, int]:
        """Give what `truth` gives, of another season that only chance makes different."""
        weeks = self.replays(1, seed)[0]
        return weeks, int(weeks.max())

    def counts(self, seed: int) -> pd.DataFrame:
        """Count the vendors of the true season at a random moment of each day: ``date`` and ``vendors``."""
        visits = self.visits(np.random.default_rng(self.chance))
        rng = np.random.default_rng([*self.chance, _COUNTS, seed])
        vendors = visits.present((np.arange(self.days) + rng.random(self.days))[None])[0]
        first = datetime.date.fromisoformat(self.season[0])
        dates = [(first + datetime.timedelta(days=day)).isoformat() for day in range(self.days)]
        return pd.DataFrame({"date": dates, "vendors": vendors})

    def last_year(self, seed: int) -> World:
        """Give the same city a year earlier: weather, price, origins, shift and chance are others."""
        dates = {name: self.survey[name].map(_year_before) for name in ("first_day", "peak_day", "last_day")}
        season = (_year_before(self.season[0]), _year_before(self.season[1]))
        year = draw_year(self.kind, self.survey, np.random.default_rng([*self.chance, _BEFORE, seed]))
        chance = (int(np.random.SeedSequence([*self.chance, seed]).generate_state(1)[0]), _BEFORE)
        return replace(self, season=season, survey=self.survey.assign(**dates), year=year, chance=chance)

    def another(self, seed: int) -> World:
        """Give another truth that this survey leaves open, by the laws of this kind; harvests as they are."""
        rng = np.random.default_rng([*self.chance, _OTHER, seed])
        rows, n = self.survey, self.survey["yield_n"].to_numpy()
        error = rows["yield_sd_t_per_ha"].to_numpy() * np.sqrt((1 - n / rows["yield_N"].to_numpy()) / n)
        yields = np.maximum(rows["yield_t_per_ha"].to_numpy() + error * rng.standard_t(n - 1), 0)
        tonnes = (rows["area_ha"] * (1 - rows["loss_share"])).to_numpy() * yields
        share, load, selling = draw_truths(rows, self.kind, rng)
        city = replace(self.city, tonnes=tonnes, share=share, load_t=load, selling_t_per_day=selling)
        year = draw_year(self.kind, rows, rng)
        chance = (int(rng.integers(2**32)), _OTHER)
        return replace(self, city=city, year=year, chance=chance)


def draw_world(kind: str, seed: int) -> World:
    """Draw a city, its survey and its season; the same seed has the same city and survey in every kind."""
    if kind not in KINDS or len(kind) != 1:
        raise ValueError(f"kind is one of {', '.join(KINDS)}, not {kind!r}")
    layout, days = draw_layout(np.random.default_rng([seed, _CITY]))
    farms, yields = draw_farms(len(layout), np.random.default_rng([seed, _FARMS]))
    survey = layout.join(farms)
    size = np.exp(np.random.default_rng([seed, _SIZE]).uniform(*np.log(SIZE)))
    survey["area_ha"] = sized(survey, days, size / (1 + size / SATURATION) if kind == "e" else size)
    harvest = np.full(len(survey), "beta", dtype=object)
    if kind == "b":
        harvest = np.random.default_rng([seed, _SHAPES]).choice(_HARVESTS, len(survey))
    truths = draw_truths(survey, kind, np.random.default_rng([seed, _TRUTH]))
    tonnes = (survey["area_ha"] * yields * (1 - survey["loss_share"])).to_numpy()
    city = City(tonnes, *truths, *days.T, harvest)
    year = draw_year(kind, survey, np.random.default_rng([seed, _YEAR]))
    first = datetime.date.fromisoformat(SEASON[0])
    for name, offset in zip(("first_day", "peak_day", "last_day"), days.T, strict=True):
        survey[name] = [(first + datetime.timedelta(days=int(day))).isoformat() for day in offset]
    return World(kind, SEASON, survey, city, year, (seed, _CHANCE))


def draw_layout(rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw who grows what, but the yields, with relative areas; and first, peak and last day, (rows, 3)."""
    rows, days = [], []
    for place in range(int(rng.integers(6, 13))):
        side = ("north", "east", "south", "west")[place % 4]
        likely = rng.uniform(0.04, 0.12)
        share = {"city_share_low": likely * rng.uniform(0.6, 0.85), "city_share": likely}
        share["city_share_high"] = likely * rng.uniform(1.2, 1.6)
        for cultivation in rng.choice(list(_WINDOWS), int(rng.integers(1, 3)), replace=False):
            load = _range("load_t", "load_low_t", "load_high_t", 1.0, 2.4, rng)
            selling = ("selling_t_per_day", "selling_low_t_per_day", "selling_high_t_per_day")
            row = {"origin": f"{side} {place // 4 + 1}", "crop": "watermelon", "cultivation": cultivation}
            row |= {"area_ha": rng.lognormal(0, 0.6), "loss_share": round(rng.uniform(0.03, 0.12), 3)}
            row |= share | load | _range(*selling, 0.35, 0.8, rng)
            row |= {"gateway": f"{side} gate", "vehicle": "tractor" if load["load_t"] > 2 else "small-truck"}
            rows.append(row)
            first, peak, last = np.array(_WINDOWS[str(cultivation)]) + rng.integers(-4, 5)
            days.append((first + rng.integers(-3, 4), peak, last + rng.integers(-3, 4)))
    return pd.DataFrame(rows), np.array(days)


def _range(
    likely: str, low: str, high: str, least: float, most: float, rng: np.random.Generator
) -> dict[str, float]:
    """Draw a figure: exact in half the rows, else with a range of 10 to 25 % to either side."""
    value = rng.uniform(least + 0.2 * (most - least), most - 0.2 * (most - least))
    below, above = rng.uniform(0.10, 0.25, 2)
    if rng.random() < 0.5:
        return {likely: value, low: np.nan, high: np.nan}
    return {likely: value, low: max(value * (1 - below), least), high: min(value * (1 + above), most)}


def draw_farms(rows: int, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw N farms per row, cv 0.25, and sample n of them; give the sample's figures and the true means."""
    figures, truth = [], []
    for _ in range(rows):
        farms = rng.gamma(16, rng.uniform(35, 55) / 16, int(rng.integers(60, 201)))
        some = rng.choice(farms, int(rng.integers(8, 26)), replace=False)
        figures.append((some.mean(), some.std(ddof=1), len(some), len(farms)))
        truth.append(farms.mean())
    columns = ["yield_t_per_ha", "yield_sd_t_per_ha", "yield_n", "yield_N"]
    return pd.DataFrame(figures, columns=columns).astype({"yield_n": int, "yield_N": int}), np.array(truth)


def sized(survey: pd.DataFrame, days: np.ndarray, size: float) -> np.ndarray:
    """Scale the areas so that by the survey's own figures a city expects so many vendors at its peak."""
    load, selling = (
        _middle(survey, name, unit) for name, unit in (("load", "_t"), ("selling", "_t_per_day"))
    )
    share = survey[["city_share_low", "city_share", "city_share_high"]].mean(axis=1).to_numpy()
    tonnes = (survey["area_ha"] * survey["yield_t_per_ha"] * (1 - survey["loss_share"])).to_numpy() * share
    city = City(tonnes, share, load, selling, *days.T, np.full(len(survey), "beta"))
    vendors = (tonnes / load * (load / selling + OVERHEAD_DAYS)) @ profile(city, np.arange(_DAYS + 1))
    return np.round(survey["area_ha"].to_numpy() * size / vendors.max(), 2)


def _middle(survey: pd.DataFrame, name: str, unit: str) -> np.ndarray:
    """Give the mean of a range, or the exact figure."""
    return survey[[f"{name}_low{unit}", f"{name}{unit}", f"{name}_high{unit}"]].mean(axis=1).to_numpy()


def draw_truths(survey: pd.DataFrame, kind: str, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Draw city shares, loads and selling rates of the rows: one level each, and the selling shock."""
    wide = 2 if kind == "d" else 1
    names = (("city_share", ""), ("load", "_t"), ("selling", "_t_per_day"))
    levels = rng.random(3)
    share, load, selling = (
        within(survey, name, unit, level, wide) for (name, unit), level in zip(names, levels, strict=True)
    )
    return share, load, selling * lognormal(wide * CV["selling"], rng)


def within(survey: pd.DataFrame, name: str, unit: str, level: float, wide: float = 1) -> np.ndarray:
    """Give the quantile of the triangular ranges, so many times as wide around the likely value."""
    likely = survey[f"{name}{unit}"].to_numpy(float)
    low, high = (survey[f"{name}_{end}{unit}"].fillna(survey[f"{name}{unit}"]) for end in ("low", "high"))
    below, above = (likely - low.to_numpy()) * wide, (high.to_numpy() - likely) * wide
    width = below + above
    rising = np.sqrt(level * width * below) - below
    return likely + np.where(level * width < below, rising, above - np.sqrt((1 - level) * width * above))


def draw_year(kind: str, survey: pd.DataFrame, rng: np.random.Generator) -> Year:
    """Draw what one year brings."""
    wide = 2 if kind == "d" else 1
    weather, price = lognormal(wide * CV["weather"], rng), lognormal(wide * CV["price"], rng)
    own = np.ones(len(survey))
    for column, shock in (("origin", "own"), ("cultivation", "kind")):
        group = pd.factorize(survey[column])[0]
        own *= np.array([lognormal(wide * CV[shock], rng) for _ in range(group.max() + 1)])[group]
    shift = wide * SHIFT_SD_DAYS * rng.standard_normal()
    sigma2 = np.log1p((wide * CV["curve"]) ** 2)
    course = np.exp(np.sqrt(sigma2) * (_COURSE_ROOT @ rng.standard_normal(len(_COURSE_ROOT))) - sigma2 / 2)
    return Year(weather, price, own, shift, course)


def _course_root() -> np.ndarray:
    """Root of the correlation of the course's logarithm: exp(-(d / 10)^2) between days d apart."""
    day = np.arange(*_COURSE, dtype=float)
    value, vector = np.linalg.eigh(np.exp(-(((day[:, None] - day) / 10) ** 2)))
    return vector * np.sqrt(np.maximum(value, 0))


def lognormal(cv: float, rng: np.random.Generator) -> float:
    """Draw a lognormal shock of mean 1."""
    sigma2 = np.log1p(cv**2)
    return float(np.exp(rng.normal(-sigma2 / 2, np.sqrt(sigma2))))


def stay_factor(kind: str, size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw stays over their mean: Gamma, or lognormal where the tail is heavy."""
    if kind in STAY_CV:
        sigma2 = np.log1p(STAY_CV[kind] ** 2)
        return np.exp(rng.normal(-sigma2 / 2, np.sqrt(sigma2), size))
    shape = 1 / _STAY_CV**2
    return rng.gamma(shape, 1 / shape, size)


def profile(city: City, edges: np.ndarray) -> np.ndarray:
    """Give the share of each row's harvest between edges that are days, shape (rows, edges - 1)."""
    length = (city.last - city.first + 1)[:, None]
    mode = (city.peak - city.first + 0.5)[:, None] / length
    x = np.clip((edges - city.first[:, None]) / length, 0, 1)
    below = special.betainc(1 + 4 * mode, 5 - 4 * mode, x)
    for row, harvest in enumerate(city.harvest):
        if harvest != "beta":
            below[row] = _other_harvest(harvest, x[row])
    return np.diff(below)


def _other_harvest(name: str, x: np.ndarray) -> np.ndarray:
    """Give the share of a harvest before x, 0 to 1 from the first to the last day."""
    if name == "humps":
        return (special.betainc(4, 16, x) + special.betainc(16, 4, x)) / 2
    if name == "trapezoid":
        return stats.trapezoid.cdf(x, 0.2, 0.8)
    return x if name == "uniform" else stats.triang.cdf(x, {"falling": 0.1, "rising": 0.9}[name])


def slowed(which: np.ndarray, arrival: np.ndarray, stay: np.ndarray) -> np.ndarray:
    """Give the departures in a saturating market, exactly: one clock for all, slower the more there are."""
    departure = np.empty(len(arrival))
    for part in np.split(np.arange(len(which)), np.flatnonzero(np.diff(which)) + 1):
        departure[part] = _slowed_season(arrival[part], stay[part])
    return departure


def _slowed_season(arrival: np.ndarray, stay: np.ndarray) -> np.ndarray:
    order = np.argsort(arrival)
    departure = np.empty(len(arrival))
    present: list[tuple[float, int]] = []
    clock = now = 0.0
    for come, long, who in zip(
        [*arrival[order].tolist(), np.inf], [*stay[order].tolist(), 0.0], [*order.tolist(), -1], strict=True
    ):
        while present:
            due = now + (present[0][0] - clock) * (1 + len(present) / SATURATION)
            if due > come:
                break
            clock, leaver = heapq.heappop(present)
            departure[leaver] = now = due
        clock += (come - now) / (1 + len(present) / SATURATION)
        now = come
        heapq.heappush(present, (clock + long, who))
    return departure


def _year_before(day: str) -> str:
    date = datetime.date.fromisoformat(day)
    return date.replace(year=date.year - 1).isoformat()


_COURSE_ROOT = _course_root()

if __name__ == "__main__":
    from checking_worlds import main

    main()
