"""From a phone's degrees to the plan's metres, as a polynomial that a page can work out by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj

from pitchplan.transforming import transformer_between

__all__ = ["WORST_M", "fit_position", "powers"]

WORST_M = 0.5
"""Largest error of a fit that is used, metres; a phone's own error is ten times as large."""
_DEGREES = (2, 3, 4, 5)
_SPARE = 0.25  # how far beyond the city the fit holds, as a share of its extent


def powers(degree: int) -> list[tuple[int, int]]:
    """Return the exponents of a polynomial of two variables, in the order of its coefficients.

    Examples
    --------
    >>> powers(1)
    [(0, 0), (1, 0), (0, 1)]
    """
    return [(total - j, j) for total in range(degree + 1) for j in range(total + 1)]


def fit_position(
    bounds: tuple[float, float, float, float], origin: tuple[float, float], crs: str
) -> dict[str, Any] | None:
    """Fit metres in the planning CRS by a polynomial of degrees, by least squares on a grid.

    Parameters
    ----------
    bounds : tuple of float
        Least easting and northing, greatest easting and northing, metres.
    origin : (float, float)
        Easting and northing that the page counts from, metres.
    crs : str
        Planning CRS.

    Returns
    -------
    dict or None
        ``lon``, ``lat`` (middle, degrees), ``span`` (degrees that make 1), ``degree``, ``x`` and ``y``
        (coefficients, metres, in the order of `powers`), ``worst_m`` (largest error on a grid twice as
        fine). None where no polynomial of degree 5 is right to half a metre: the extent is too large.
    """
    west, south, east, north = bounds
    pad_x, pad_y = _SPARE * (east - west) + 500, _SPARE * (north - south) + 500
    box = (west - pad_x, south - pad_y, east + pad_x, north + pad_y)
    to_degrees = transformer_between(crs, 4326)
    fit, check = (_grid(box, n, to_degrees) for n in (13, 25))
    if not (np.isfinite(fit).all() and np.isfinite(check).all()):
        return None
    lon, lat = (round(float(fit[:, k].mean()), 6) for k in (2, 3))
    span = float(f"{max(np.abs(fit[:, 2] - lon).max(), np.abs(fit[:, 3] - lat).max()):.3g}")
    for degree in _DEGREES:
        terms = _terms(fit, (lon, lat), span, degree)
        sides = fit[:, :2] - np.array(origin)
        found: Any = np.round(np.linalg.lstsq(terms, sides, rcond=None)[0], 3)
        error = _terms(check, (lon, lat), span, degree) @ found - (check[:, :2] - np.array(origin))
        worst = float(np.hypot(error[:, 0], error[:, 1]).max())
        if worst <= WORST_M:
            return {
                "lon": lon,
                "lat": lat,
                "span": span,
                "degree": degree,
                "x": [float(v) + 0.0 for v in found[:, 0]],
                "y": [float(v) + 0.0 for v in found[:, 1]],
                "worst_m": round(worst, 3),
            }
    return None


def _grid(box: tuple[float, float, float, float], n: int, to_degrees: pyproj.Transformer) -> Any:
    """Return eastings, northings, longitudes and latitudes of a grid of n by n points."""
    xs, ys = np.linspace(box[0], box[2], n), np.linspace(box[1], box[3], n)
    xy = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    lon, lat = to_degrees.transform(xy[:, 0], xy[:, 1])
    return np.column_stack([xy, lon, lat])


def _terms(grid: Any, middle: tuple[float, float], span: float, degree: int) -> Any:
    u, v = (grid[:, 2] - middle[0]) / span, (grid[:, 3] - middle[1]) / span
    return np.column_stack([u**i * v**j for i, j in powers(degree)])
