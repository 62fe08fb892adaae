"""Whether the worlds of `worlds` do what they say: each figure beside what theory or a slow walk gives.

    python benchmarks/checking_worlds.py

z is how many standard errors the two are apart, or how many of the tolerances that are written in the code.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import worlds
from scipy import special, stats
from worlds import CV, KINDS, SATURATION, SEASON, SHIFT_SD_DAYS, City, World, Year, draw_world


def main() -> None:
    """Print what the worlds do beside what they should, and fail where chance does not explain it."""
    print("what                                                        is        should be     z")
    parts = (check_little, check_means, check_peaks, check_clock)
    checks = (*parts, check_farms, check_ranges, check_harvests, check_years, check_survey)
    worst = max(abs(z) for check in checks for z in check())
    print(f"largest |z| {worst:.1f}")
    if worst > 4.5:
        sys.exit("the worlds do not do what they say")


def tell(what: str, got: float, wanted: float, error: float) -> float:
    """Print one line, and give how many standard errors off it is."""
    z = (got - wanted) / error
    print(f"{what:54s} {got:12.4f} {wanted:12.4f} {z:7.1f}")
    return z


def steady(kind: str) -> World:
    """Make a city with one row and the same flow every day, of 26 vendors a day that stay 3.5 days."""
    one = [np.array([value]) for value in (26 * 1.5 * 400 / 0.1, 0.1, 1.5, 0.5, -200, 0, 199)]
    city = City(*one, np.array(["uniform"], dtype=object))
    return World(kind, SEASON, pd.DataFrame(), city, Year(1, 1, np.ones(1), 0, np.ones(170)), (0, 0))


def check_little() -> list[float]:
    """Compare a steady flow with Little's law; in (e) N = lambda W (1 + N / 200) up to the noise of N."""
    out, many, times = [], 1_000, np.arange(5, 81, 15.0)
    for kind in "ace":
        world = steady(kind)
        visits = world.visits(np.random.default_rng(1), many if kind != "e" else 200)
        inside = visits.present(np.tile(times, (visits.which[-1] + 1, 1))).mean(axis=1)
        error = inside.std() / np.sqrt(len(inside))
        if kind != "e":
            out.append(tell(f"({kind}) steady flow: present, and lambda W", inside.mean(), 26 * 3.5, error))
        else:
            # A birth-death chain with deaths N / (W (1 + N / 200)) has the same law (insensitivity).
            n = np.arange(1, 4_000)
            log = np.r_[0, np.cumsum(np.log(26 * 3.5 * (1 + n / SATURATION) / n))]
            mean = np.exp(log - special.logsumexp(log)) @ np.arange(4_000)
            out.append(tell("(e) steady flow: present, and processor sharing", inside.mean(), mean, error))
    return out


def check_means() -> list[float]:
    """Compare mean and variance of the number present with an integral, the parameters being certain."""
    out, many, times = [], 4_000, np.array([0.0, 10.3, 30.7, 60.1])
    tails = {"c": stats.lognorm(np.sqrt(np.log(3.25)), scale=3.25**-0.5)}
    for kind in "abcd":
        world = draw_world(kind, 5)
        start, rate = world.rate()
        inside = world.visits(np.random.default_rng(2), many).present(np.tile(times, (many, 1)))
        for at, time in enumerate(times):
            ages = time - (start + (np.arange(rate.shape[1] * 400) + 0.5) / 400)
            stays = tails.get(kind, stats.gamma(4, scale=0.25)).sf(
                np.maximum(ages, 0) / world.stay_days[:, None]
            )
            mean = float((np.repeat(rate, 400, axis=1) * stays * (ages > 0)).sum() / 400)
            got, ratio = inside[:, at].mean(), inside[:, at].var() / mean
            out.append(
                tell(f"({kind}) present on day {time}, and the integral", got, mean, (mean / many) ** 0.5)
            )
            error = np.sqrt((2 + 1 / mean) / many)
            out.append(tell(f"({kind}) variance over mean on day {time}, and Poisson", ratio, 1, error))
    return out


def check_peaks() -> list[float]:
    """Compare the weeks with a walk through all events of the season, and the counts with the weeks."""
    worlds = [draw_world(kind, seed) for kind in KINDS for seed in range(5)]
    wrong = over = 0
    for world in worlds:
        visits = world.visits(np.random.default_rng(world.chance))
        events = sorted([(t, 1) for t in visits.arrival] + [(t, -1) for t in visits.departure])
        weeks, here = np.zeros(-(-world.days // 7), dtype=int), 0
        for (now, step), (after, _) in zip(events, [*events[1:], (np.inf, 0)], strict=True):
            here += step
            touched = slice(max(int(now // 7), 0), max(int(min(after, world.days - 1e-9) // 7) + 1, 0))
            weeks[touched] = np.maximum(weeks[touched], here)
        truth = world.truth()
        wrong += int((weeks != truth[0]).sum()) + (truth[1] != weeks.max())
        counts = world.counts(1)["vendors"].to_numpy()
        over += int((counts > truth[0][np.arange(world.days) // 7]).sum())
    return [
        tell("weeks and peaks that a walk through the events denies", wrong, 0, 0.1),
        tell("days with a count above the most of their week", over, 0, 0.1),
    ]


def check_clock() -> list[float]:
    """Compare the slowed departures with a walk in steps of 0.001 days, on one season."""
    world, step = draw_world("e", 3), 0.001
    rng = np.random.default_rng(4)
    arrival = np.sort(rng.uniform(0, 20, 700))
    left = stay = world.stay_days[0] * worlds.stay_factor("e", len(arrival), rng)
    exact, walked = (
        worlds.slowed(np.zeros(len(arrival), dtype=int), arrival, stay),
        np.full(len(arrival), np.inf),
    )
    now = 0.0
    while np.isinf(walked).any():
        here = (arrival <= now) & np.isinf(walked)
        left = left - here * step / (1 + here.sum() / SATURATION)
        now += step
        walked[here & (left <= 0)] = now
    print(
        f"(e) stays of {stay.mean():.2f} days alone are {(exact - arrival).mean():.2f} days with the others"
    )
    return [
        tell("(e) departure by small steps later, mean, days", (walked - exact).mean(), 0, 0.01),
        tell("(e) the same, largest, days", np.abs(walked - exact).max(), 0, 0.02),
    ]


def check_farms() -> list[float]:
    """Compare sampled yields with what sampling without replacement promises: error, and Student's t."""
    survey, truth = worlds.draw_farms(20_000, np.random.default_rng(6))
    n, of = survey["yield_n"].to_numpy(), survey["yield_N"].to_numpy()
    error = survey["yield_sd_t_per_ha"].to_numpy() * np.sqrt((1 - n / of) / n)
    t = (survey["yield_t_per_ha"].to_numpy() - truth) / error
    out = [tell("sample mean less true mean, t/ha", (t * error).mean(), 0, (t * error).std() / len(t) ** 0.5)]
    ratio = (t * error) ** 2 / (error**2).mean()
    out.append(tell("squared error over (1 - n/N) s2/n", ratio.mean(), 1, ratio.std() / len(t) ** 0.5))
    for level in (0.5, 0.9):
        held = (np.abs(t) <= stats.t.ppf((1 + level) / 2, n - 1)).mean()
        # Yields are Gamma, so Student's interval is 0.3 % short; that is no fault of the sampling.
        out.append(tell(f"true mean within Student's {level:.0%}", held, level, 0.003))
    return out


def check_ranges() -> list[float]:
    """Look whether all rows lie at one level, uniform between cities and on its own by quantity."""
    out, quantities = [], (("city_share", ""), ("load", "_t"))
    for kind, wide in (("a", 1), ("d", 2)):
        drawn = [draw_world(kind, seed) for seed in range(600)]
        levels = np.full((len(drawn), 2), np.nan)
        apart = 0.0
        for k, world in enumerate(drawn):
            for q, (name, unit) in enumerate(quantities):
                ends = (world.survey[f"{name}{end}{unit}"].to_numpy() for end in ("_low", "", "_high"))
                low, likely, high = (end[world.survey[f"{name}_low{unit}"].notna()] for end in ends)
                true = getattr(world.city, "share" if q == 0 else "load_t")
                true = true[world.survey[f"{name}_low{unit}"].notna()]
                below, width = wide * (likely - low), wide * (high - low)
                at = stats.triang.cdf(true, below / width, likely - below, width)
                if len(at):
                    levels[k, q], apart = at.mean(), max(apart, np.ptp(at))
        out.append(tell(f"({kind}) levels of a city's rows: largest difference", apart, 0, 1e-6))
        both = levels[~np.isnan(levels).any(axis=1)]
        for (name, _), level in zip(quantities, both.T, strict=True):
            z = stats.norm.isf(stats.kstest(level, "uniform").pvalue)
            out.append(tell(f"({kind}) levels of {name} uniform: z of the KS test", z, 0, 1))
        error = len(both) ** -0.5
        out.append(tell(f"({kind}) correlation of the two levels", np.corrcoef(both.T)[0, 1], 0, error))
    return out


def check_harvests() -> list[float]:
    """Look whether every harvest adds up, and a Beta's fullest day is the peak the survey names."""
    short = off = 0.0
    for kind in "ab":
        for seed in range(50):
            city = draw_world(kind, seed).city
            by_day = worlds.profile(city, np.arange(-40, 140))
            short = max(short, float(np.abs(by_day.sum(axis=1) - 1).max()))
            if kind == "a":
                off = max(off, float(np.abs(by_day.argmax(axis=1) - 40 - city.peak).max()))
    return [
        tell("share of a harvest that is lost, largest", short, 0, 1e-9),
        tell("(a) days from the fullest day to the peak, largest", off, 0, 1),
    ]


def check_years() -> list[float]:
    """Compare the shocks of many years with their means and spreads, as assumed and twice as strong."""
    out, many = [], 10_000
    survey = pd.DataFrame({"origin": ["east 1", "west 1"], "cultivation": "shed"})
    for kind, wide in (("a", 1), ("d", 2)):
        years = [worlds.draw_year(kind, survey, np.random.default_rng([9, k])) for k in range(many)]
        # A row's own shock is its origin's times its way of growing's.
        own = ((1 + (wide * CV["own"]) ** 2) * (1 + (wide * CV["kind"]) ** 2) - 1) ** 0.5
        for name, cv in (("weather", wide * CV["weather"]), ("price", wide * CV["price"]), ("own", own)):
            got = np.array([np.ravel(getattr(year, name))[0] for year in years])
            out.append(tell(f"({kind}) {name}: mean", got.mean(), 1, cv / many**0.5))
            out.append(tell(f"({kind}) {name}: cv", got.std(), cv, cv * (0.5 + 4 * cv**2) ** 0.5 / many**0.5))
        log = np.log([year.course for year in years])
        sigma = np.log1p((wide * CV["curve"]) ** 2) ** 0.5
        error = sigma / (2 * many) ** 0.5
        out.append(tell(f"({kind}) course: sd of its logarithm", log[:, 80].std(), sigma, error))
        apart = np.corrcoef(log[:, 80], log[:, 87])[0, 1]
        out.append(tell(f"({kind}) course: correlation over a week", apart, np.exp(-0.49), 1 / many**0.5))
        shift, sd = np.array([year.shift_days for year in years]), wide * SHIFT_SD_DAYS
        out.append(tell(f"({kind}) shift of the calendar: sd, days", shift.std(), sd, sd / (2 * many) ** 0.5))
    return out


def check_survey() -> list[float]:
    """Look whether the truth lies among all truths its survey leaves open as often as it should."""
    seasons, draws = 300, 99
    ranks, logs, widths = [], [], []
    for seed in range(seasons):
        world = draw_world("a", seed)
        peak = world.truth()[1]
        others = np.sort([world.another(k).truth()[1] for k in range(draws)])
        ranks.append(((others < peak).sum() + (others <= peak).sum()) / 2 / draws)
        logs.append(np.log(np.median(others) / peak))
        widths.append((others[94] - others[4]) / np.median(others))
    print(f"(a) 90 % interval of all truths a survey leaves open: {np.median(widths):.2f} of its median")
    rank, out = np.array(ranks), []
    for level in (0.5, 0.9):
        held = (np.abs(rank - 0.5) <= level / 2).mean()
        error = np.sqrt(level * (1 - level) / seasons)
        out.append(tell(f"(a) true peak within the central {level:.0%}", held, level, error))
    error = np.std(logs) / seasons**0.5
    return [*out, tell("(a) log of their median over the true peak", np.mean(logs), 0, error)]


if __name__ == "__main__":
    main()
