"""Sample estimates with their variances, as in Cochran (1977), Sampling Techniques, 3rd edition.

What a survey of farms says of the farms nobody asked: totals by stratum, ratio estimates where the
whole area is known, yields per origin for `read_harvest`, and counts by capture and recapture.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from pitchplan.demand.survey.sample_checks import (
    Floats,
    by_stratum,
    check_strata,
    counted,
    measured,
    named,
    names_of,
    numbers_of,
    sizes_of,
)
from pitchplan.errors import Fault, Faults, InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Estimate", "chapman", "farm_yields", "ratio_total", "stratified_total"]


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """An estimated total.

    Attributes
    ----------
    total, se : float
        The estimate and its standard error, in the unit of the values.
    df : float
        Degrees of freedom of the standard error, 1 or more.
    strata : pandas.DataFrame
        One row per stratum: n, N, mean (or ratio), total, variance.
    """

    total: float
    se: float
    df: float
    strata: pd.DataFrame

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        """Give the two-sided confidence interval of Student's t.

        Parameters
        ----------
        level : float
            Confidence, above 0 and below 1.

        Examples
        --------
        >>> import pandas as pd
        >>> low, high = Estimate(100.0, 10.0, 8.0, pd.DataFrame()).interval(0.95)
        >>> round(low, 1), round(high, 1)
        (76.9, 123.1)
        """
        if isinstance(level, bool) or not isinstance(level, (int, float)) or not 0 < level < 1:
            raise InputError(Fault("not a level", "Give a number above 0 and below 1", "level", value=level))
        from scipy.stats import t

        half = float(t.ppf((1 + level) / 2, self.df)) * self.se
        return self.total - half, self.total + half


def stratified_total(
    sample: pd.DataFrame, frame: Mapping[Any, int] | pd.Series, *, value: str, stratum: str
) -> Estimate:
    """Estimate a total from a random sample within each stratum.

    The mean of each stratum times its size, summed; with f_h = n_h / N_h (Cochran 1977, 5.5 and 5.16):

        Y = sum(N_h * mean_h),  Var = sum(N_h^2 * (1 - f_h) * s_h^2 / n_h)

    with Satterthwaite's degrees of freedom (sum g_h s_h^2)^2 / sum(g_h^2 s_h^4 / (n_h - 1)), where
    g_h = N_h (N_h - n_h) / n_h.

    Parameters
    ----------
    sample : pandas.DataFrame
        One row per unit asked.
    frame : mapping or pandas.Series
        Units there are in each stratum, N_h, asked or not.
    value, stratum : str
        Columns of the sample.

    Returns
    -------
    Estimate
        The total over all strata, in the unit of the values.

    Raises
    ------
    InputError
        A column is missing or holds something else, a stratum has no or one unit in the sample while
        there are more, or more than there are.

    Examples
    --------
    >>> import pandas as pd
    >>> farms = pd.DataFrame({"town": list("aaabb"), "t": [1.0, 2.0, 3.0, 10.0, 14.0]})
    >>> estimate = stratified_total(farms, {"a": 30, "b": 10}, value="t", stratum="town")
    >>> estimate.total, round(estimate.se, 2)
    (180.0, 24.29)
    """
    import pandas as pd

    faults = Faults("sample")
    cells = numbers_of(sample, value, faults)
    names = names_of(sample, stratum, faults)
    faults.raise_if_any()
    sizes = sizes_of(frame, names, "frame")
    groups = pd.Series(cells, dtype=float).groupby(names.reset_index(drop=True), sort=False)
    table = pd.DataFrame({"n": groups.size(), "mean": groups.mean(), "s2": groups.var(ddof=1)})
    table = table.reindex(list(sizes)).assign(N=pd.Series(sizes, dtype=float))
    table["n"] = table["n"].fillna(0).astype(int)
    check_strata(table, "frame")
    table["total"] = table["N"] * table["mean"]
    table["variance"] = np.where(
        table["n"] == table["N"],
        0.0,
        table["N"] ** 2 * (1 - table["n"] / table["N"]) * table["s2"] / table["n"],
    )
    return _estimate(table, "mean")


def ratio_total(
    sample: pd.DataFrame,
    *,
    value: str,
    size: str,
    total_size: float | Mapping[Any, float] | pd.Series,
    n_total: int | Mapping[Any, int] | pd.Series | None = None,
    stratum: str | None = None,
) -> Estimate:
    """Estimate a total by the ratio of a value to a size of which the total is known.

    As harvest to area: the official area X times the harvest per area of the farms asked (Cochran 1977,
    6.1 and 6.13). Where a stratum is named, each has its own ratio (separate estimator, 6.44):

        Y = X * mean(y) / mean(x),  Var = (X / mean(x))^2 * (1 - n / N) * sum((y - R x)^2) / (n (n - 1))

    It is biased by an amount of the order 1/n, and the variance is linearised: trust it from some 10
    units per stratum on.

    Parameters
    ----------
    sample : pandas.DataFrame
        One row per unit asked.
    value, size : str
        Columns of the sample; sizes are above 0.
    total_size : float or mapping
        Size of all units, X; by stratum where one is named.
    n_total : int or mapping, optional
        How many units there are, N; without it they are taken as very many.
    stratum : str, optional
        Column of the sample by which it is split.

    Returns
    -------
    Estimate
        The total, in the unit of the values.

    Examples
    --------
    >>> import pandas as pd
    >>> farms = pd.DataFrame({"ha": [1.0, 2.0, 3.0], "t": [40.0, 90.0, 140.0]})
    >>> estimate = ratio_total(farms, value="t", size="ha", total_size=200)
    >>> estimate.total, round(estimate.se)
    (9000.0, 289)
    """
    import pandas as pd

    faults = Faults("sample")
    y, x = numbers_of(sample, value, faults), numbers_of(sample, size, faults, above=True)
    names = names_of(sample, stratum, faults) if stratum else pd.Series(["all"] * len(sample))
    faults.raise_if_any()
    totals = by_stratum(total_size, stratum, "total_size")
    sizes = sizes_of(totals, names, "total_size", whole=False)
    table = _ratios(pd.DataFrame({"y": y, "x": x}), names.reset_index(drop=True)).reindex(list(sizes))
    table["n"] = table["n"].fillna(0).astype(int)
    counts = None if n_total is None else sizes_of(by_stratum(n_total, stratum, "n_total"), names, "n_total")
    table["N"] = math.inf if counts is None else pd.Series(counts, dtype=float)
    if table["N"].isna().any():
        fix = f"Give n_total of {', '.join(map(str, table.index[table['N'].isna()]))} too"
        raise InputError(Fault("a stratum without its number of units", fix, "n_total"))
    check_strata(table, "n_total")
    known = pd.Series(sizes, dtype=float)
    table["total"] = known * table["ratio"]
    deviation = known**2 * table["s2"] / table["n"]
    table["variance"] = np.where(table["n"] == table["N"], 0.0, (1 - table["n"] / table["N"]) * deviation)
    return _estimate(table, "ratio")


def farm_yields(
    farms: pd.DataFrame,
    *,
    by: Sequence[str] = ("origin", "crop", "cultivation"),
    n_total: str | None = None,
) -> pd.DataFrame:
    """Give yields per origin from the farms asked there, ready to be merged into a survey.

    The yield is all harvest by all area (ratio estimator). The standard deviation is that of the farms'
    harvests about it, per mean area: sqrt(sum((y - R x)^2) / (n - 1)) / mean(x), so that
    sd * sqrt((1 - n / N) / n), which `read_harvest` makes of it, is the ratio's standard error.

    Parameters
    ----------
    farms : pandas.DataFrame
        One row per farm asked: the columns of ``by``, an area and a harvest, named and with units as
        `read_harvest` takes them (``area_mu``, ``harvest_kg``, 面积(亩), 产量(公斤) …).
    by : sequence of str
        What makes an origin's row: columns of `schemas.SURVEY`, by these or their Chinese names.
    n_total : str, optional
        Column with the number of all farms, the same for all rows of an origin.

    Returns
    -------
    pandas.DataFrame
        The columns of ``by``, yield_t_per_ha, yield_sd_t_per_ha (NaN for one farm), yield_n, and
        yield_N where ``n_total`` is named.

    Examples
    --------
    >>> import pandas as pd
    >>> farms = pd.DataFrame({"origin": "唐王", "crop": "西瓜", "cultivation": "大棚",
    ...                       "area_mu": [15, 30, 45], "harvest_kg": [40_000, 90_000, 140_000]})
    >>> farm_yields(farms)[["yield_t_per_ha", "yield_sd_t_per_ha", "yield_n"]].values.tolist()
    [[45.0, 2.5, 3.0]]
    """
    import pandas as pd

    faults = Faults("farms")
    x, y = (measured(farms, quantity, faults) for quantity in ("area", "harvest"))
    keys = {name: names_of(farms, named(farms, name), faults).reset_index(drop=True) for name in by}
    whole = None if n_total is None else numbers_of(farms, n_total, faults, above=True)
    faults.raise_if_any()
    groups = pd.MultiIndex.from_arrays(list(keys.values()))
    place, first = groups.factorize()
    table = _ratios(pd.DataFrame({"y": y, "x": x}), pd.Series(place)).reset_index(drop=True)
    out = pd.DataFrame({name: first.get_level_values(i) for i, name in enumerate(by)})
    out["yield_t_per_ha"] = table["ratio"]
    out["yield_sd_t_per_ha"] = np.sqrt(table["s2"])
    out["yield_n"] = table["n"]
    if whole is not None and n_total is not None:
        counts = pd.Series(whole).groupby(place)
        for i in np.flatnonzero(counts.nunique().to_numpy() > 1):
            what = f"{' · '.join(map(str, first[i]))} has several numbers of all farms"
            faults.add(what, "Give one number per origin", column=n_total)
        out["yield_N"] = counts.first()
        faults.raise_if_any()
    return out


def chapman(first: ArrayLike, second: ArrayLike, both: ArrayLike) -> tuple[Floats, Floats]:
    """Estimate how many there are from two counts and how many were seen in both.

    Chapman's estimator N = (n1 + 1)(n2 + 1) / (m + 1) - 1 and its variance
    (n1 + 1)(n2 + 1)(n1 - m)(n2 - m) / ((m + 1)^2 (m + 2)) (Seber 1970). Both are unbiased where
    n1 + n2 is at least N, and low where few were seen twice: m should be 7 or more.

    Parameters
    ----------
    first, second, both : array_like of whole numbers
        Counted the first time, the second time, and both times.

    Returns
    -------
    tuple of numpy.ndarray
        Estimate and variance.

    Raises
    ------
    InputError
        A count is negative or not whole, or more were seen both times than one of the times.

    Examples
    --------
    >>> estimate, variance = chapman([49], [59], [19])
    >>> estimate.tolist(), round(float(variance[0]), 1)
    ([149.0], 428.6)
    """
    counts = [counted(c, name) for c, name in ((first, "first"), (second, "second"), (both, "both"))]
    try:
        n1, n2, m = np.broadcast_arrays(*counts)
    except ValueError:
        shapes = ", ".join(str(c.shape) for c in counts)
        raise InputError(
            Fault("counts of different lengths", "Give one of each", "both", value=shapes)
        ) from None
    faults = Faults("both")
    for i in np.flatnonzero(m > np.minimum(n1, n2)):
        what = f"more were seen both times than one of the times ({n1.flat[i]:g} and {n2.flat[i]:g})"
        faults.add(what, "Check the three counts", row=f"place {i}", value=float(m.flat[i]))
    faults.raise_if_any()
    estimate = (n1 + 1) * (n2 + 1) / (m + 1) - 1
    variance = (n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) / ((m + 1) ** 2 * (m + 2))
    return np.asarray(estimate, dtype=float), np.asarray(variance, dtype=float)


def _ratios(cells: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Give n, the ratio y / x, and the variance of y - R x per squared mean of x, for each name."""
    import pandas as pd

    groups = cells.groupby(names, sort=False)
    n, sums = groups.size(), groups.sum()
    ratio = sums["y"] / sums["x"]
    residual = cells["y"] - names.map(ratio).astype(float) * cells["x"]
    squares = (residual**2).groupby(names, sort=False).sum()
    s2 = (squares / (n - 1)).where(n > 1) / (sums["x"] / n) ** 2
    return pd.DataFrame({"n": n, "ratio": ratio, "s2": s2})


def _estimate(table: pd.DataFrame, middle: str) -> Estimate:
    """Add up the strata; Satterthwaite's degrees of freedom for the sum of their variances."""
    variance, spare = table["variance"].to_numpy(), table["n"].to_numpy() - 1.0
    whole = float(variance.sum())
    if whole > 0:
        # A stratum asked in full has no variance and no part in the degrees of freedom.
        parts = variance[variance > 0] / whole
        df = float(1 / (parts**2 / spare[variance > 0]).sum())
    else:
        df = max(float(spare.sum()), 1.0)
    kept = table[["n", "N", middle, "total", "variance"]]
    return Estimate(float(table["total"].sum()), math.sqrt(whole), df, kept)
