"""What one page of a sheet shows: its own spots, with the grid squares of its own map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.sheets.sheet import Sheet

__all__ = ["in_the_window", "of_the_page", "other_spots"]


def of_the_page(sheet: Sheet) -> Sheet:
    """Return the sheet with the spots and pitches of its page alone.

    Parameters
    ----------
    sheet : Sheet
        What is shown, on any of its pages.

    Returns
    -------
    Sheet
        On a map of a district, ``grid_square`` is that of the page's own grid.
    """
    page, published = sheet.page, sheet.published
    if not page.spots:
        return sheet
    spots = published.spots[published.spots["spot_id"].isin(page.spots)].reset_index(drop=True)
    pitches = published.pitches[published.pitches["spot_id"].isin(page.spots)].reset_index(drop=True)
    if page.kind != "list":
        places = zip(spots["x_m"].tolist(), spots["y_m"].tolist(), strict=True)
        spots = spots.assign(grid_square=[page.square(x, y) for x, y in places])
    return replace(sheet, published=replace(published, spots=spots, pitches=pitches))


def in_the_window(sheet: Sheet) -> Sheet:
    """Return the sheet with only those features of its layers that its page's map can show."""
    west, south, east, north = sheet.page.window(2.0)
    layers = dict(sheet.layers)
    for name, layer in sheet.layers.items():
        # Districts' tints and neighbours go by all of them.
        if name not in ("communities", "districts") and len(layer):
            found = layer.sindex.query(shapely.box(west, south, east, north))
            layers[name] = layer.iloc[np.sort(found)]
    return replace(sheet, layers={n: f.reset_index(drop=True) for n, f in layers.items()})


def other_spots(sheet: Sheet) -> NDArray[np.float64]:
    """Return where spots of other pages stand on the page's map, millimetres, shape (n, 2)."""
    spots = sheet.published.spots
    if not sheet.page.spots:
        return np.zeros((0, 2))
    others = spots[~spots["spot_id"].isin(sheet.page.spots)]
    xy = sheet.page.to_paper(others[["x_m", "y_m"]].to_numpy(float))
    f = sheet.page.frame
    inside = (xy > [f.x + 1, f.y + 1]) & (xy < [f.right - 1, f.bottom - 1])
    return np.asarray(xy[inside.all(axis=1)])
