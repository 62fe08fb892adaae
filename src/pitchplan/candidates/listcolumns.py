"""Columns of a list of spots, English and Chinese, as people head them."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from pitchplan.errors import Faults

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "with_known_columns"]

COLUMNS: dict[str, tuple[str, ...]] = {
    "spot_id": ("spot_id", "run_id", "id"),
    "number": (
        *(
            "number",
            "no",
            "no.",
            "nr",
            "编号",
            "序号",
            "号",
            "号码",
            "点位编号",
            "摊点编号",
            "点号",
            "瓜点编号",
        ),
    ),
    "name": ("name", "名称", "点位名称", "摊点名称", "瓜点名称", "点名"),
    "address": (
        *("address", "place", "location", "地址", "位置", "地点", "点位", "具体位置", "详细位置"),
        *("详细地址", "具体地址", "摊点位置", "点位位置", "设置地点", "设置位置", "瓜点位置", "经营地点"),
    ),
    "district": ("district", "区", "区县", "所属区", "所属区县", "辖区", "行政区"),
    "capacity": (
        *(
            "capacity",
            "pitches",
            "stalls",
            "容量",
            "摊位数",
            "摊位",
            "摊位数量",
            "位数",
            "可容纳数",
            "车位数",
        ),
        *("车位数", "容纳数", "容纳摊位数", "容纳车辆数"),
    ),
    "hours": ("hours", "time", "时间", "经营时间", "营业时间", "开放时间", "时段", "经营时段", "销售时间"),
    "lon": ("lon", "lng", "long", "longitude", "经度"),
    "lat": ("lat", "latitude", "纬度"),
    "x_m": ("x_m",),
    "y_m": ("y_m",),
}
"""By column of a list: the headings it is known by; a unit in brackets and blanks do not count."""

_NAME = {heading: name for name, known in COLUMNS.items() for heading in known}
_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")


def with_known_columns(frame: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    """Give the columns of a list their names; a column nobody knows is left out.

    Parameters
    ----------
    frame : pandas.DataFrame
        As a file has it.
    faults : Faults
        A name that several columns share is noted there.
    """
    found: dict[str, object] = {}
    for column in frame.columns:
        name = _NAME.get(_plain(column))
        if name is None:
            continue
        if name in found:
            fix = f"Keep one of them, or rename the other: {found[name]!r} is taken as {name}, too"
            faults.add("two columns for one thing", fix, row=1, column=str(column))
            continue
        found[name] = column
    return frame[list(found.values())].set_axis(list(found), axis=1)


def _plain(heading: object) -> str:
    text = unicodedata.normalize("NFKC", str(heading)).casefold()
    return re.sub(r"\s+", "", _BRACKETS.sub("", text))
