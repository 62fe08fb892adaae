"""Tables of growers and gateways: columns by their English or Chinese headings, rows as in the file."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pitchplan.errors import Faults, InputError
from pitchplan.growers.masking import without_cells

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from pitchplan.schemas import Table

__all__ = ["GATEWAY_HEADINGS", "GROWER_HEADINGS", "Cells", "is_empty", "open_table", "plain", "text_of"]

GROWER_HEADINGS = {
    "grower_id": "编号 户号 登记号 登记编号 申报编号 瓜农编号 id",
    "name": "姓名 瓜农姓名 瓜农 户主 申请人 联系人",
    "phone": "电话 手机 手机号 手机号码 电话号码 联系电话 联系方式 mobile telephone",
    "id_number": "身份证 身份证号 身份证号码 证件号 证件号码",
    "plate": "车牌 车牌号 车牌号码 号牌",
    "vehicle": "车型 车辆类型 车辆 vehicle_class",
    "gateway": "入城口 方向 进城方向",
    "wishes": "志愿 志愿摊点 意向 意向摊点 wish",
    "declared": "申报日期 申报时间 登记日期 登记时间 排队号 申报顺序 rank",
    "first_week": "首周 起始周 开始周 第一周",
    "last_week": "末周 结束周 截止周 最后一周",
    "village": "村 村庄 所在村 产地",
}
GATEWAY_HEADINGS = {
    "name": "名称 入城口 入城口名称 gateway",
    "lon": "经度 longitude lng",
    "lat": "纬度 latitude",
    "x_m": "横坐标 东坐标",
    "y_m": "纵坐标 北坐标",
}
_BRACKETS = re.compile(r"[\s_]*[(\[【][^()\[\]【】]*[)\]】]")


@dataclass(frozen=True)
class Cells:
    """A table's columns that are known, as given.

    Attributes
    ----------
    columns : dict of str to list
        Cells by the column's name in the schema.
    headings : dict of str to str
        The column's heading in the file.
    rows : list of int
        Row of each as a person counts it; the header is row 1.
    faults : Faults
        What was found so far.
    """

    columns: dict[str, list[Any]]
    headings: dict[str, str]
    rows: list[int]
    faults: Faults

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, column: str) -> list[Any]:
        """Return a column's cells; none where the table has no such column."""
        return self.columns.get(column, [None] * len(self.rows))

    def note(self, i: int, column: str, what: str, fix: str, value: object) -> None:
        """Note a fault of one cell."""
        heading = self.headings.get(column, column)
        self.faults.add(what, fix, row=self.rows[i], column=heading, value=value)

    def raise_if_any(self) -> None:
        """Raise every fault noted, row by row."""
        self.faults.found.sort(key=lambda f: f.row if isinstance(f.row, int) else 0)
        self.faults.raise_if_any()


def plain(heading: object) -> str:
    """Return a heading without width, case, blanks and what stands in brackets.

    Examples
    --------
    >>> plain("手机号（本人）"), plain("First week")
    ('手机号', 'first_week')
    """
    text = unicodedata.normalize("NFKC", str(heading)).strip()
    return re.sub(r"[\s_\-]+", "_", _BRACKETS.sub("", text).strip().casefold())


def open_table(
    source: str | Path | pd.DataFrame,
    table: Table,
    headings: dict[str, str],
    *,
    encoding: str | None = None,
) -> Cells:
    """Open a table and find its columns; no message repeats a cell or an unknown heading.

    Parameters
    ----------
    source : path or pandas.DataFrame
        A ``.csv`` or ``.xlsx`` file, or a frame, whose rows are counted as if it had a header.
    table : Table
        Which columns there may be, and which must.
    headings : dict of str to str
        Further headings of each column, separated by blanks.
    encoding : str, optional
        Encoding of a text file.

    Raises
    ------
    InputError
        The file cannot be read; it has no rows.
    """
    import pandas as pd

    if isinstance(source, pd.DataFrame):
        frame, name, rows = source, table.name, list(range(2, len(source) + 2))
    else:
        from pitchplan.files.tables import read_table

        name = str(source)
        try:
            frame, rows = read_table(source, encoding=encoding)
        except InputError as error:
            # A row of too many cells is quoted by its first one, which here is somebody's name or id.
            raise InputError(*without_cells(error.faults)) from None
    faults = Faults(name)
    known = {plain(c): c for c in table.names}
    known |= {alias: column for column, aliases in headings.items() for alias in aliases.split()}
    columns: dict[str, list[Any]] = {}
    found: dict[str, str] = {}
    for place, heading in enumerate(frame.columns):
        column = known.get(plain(heading))
        if column is None:
            continue
        if column in found:
            what = f"two columns say {column}"
            faults.add(what, "Delete or rename one of them", row=1, column=str(heading))
            continue
        found[column], columns[column] = str(heading), frame.iloc[:, place].tolist()
    for c in table.columns:
        if c.required and c.name not in found:
            also = headings.get(c.name, "").split()[:3]
            faults.add(
                f"column {c.name!r} is missing",
                f"Add it ({', '.join([c.name, *also])}): {c.meaning}."
                f" Columns understood: {', '.join(found.values()) or 'none'}",
            )
    if not rows:
        faults.add("the table has no rows", "Give at least one")
    return Cells(columns, found, rows, faults)


def is_empty(cell: Any) -> bool:
    """Tell whether a cell holds nothing."""
    if isinstance(cell, str):
        return not cell.strip()
    if cell is None:
        return True
    import pandas as pd

    return bool(pd.api.types.is_scalar(cell)) and bool(pd.isna(cell))


def text_of(cell: Any) -> str:
    """Return a cell as text: whole numbers without a point, letters and digits of normal width."""
    if is_empty(cell):
        return ""
    whole = isinstance(cell, float) and cell.is_integer()
    return " ".join(unicodedata.normalize("NFKC", str(int(cell) if whole else cell)).split())
