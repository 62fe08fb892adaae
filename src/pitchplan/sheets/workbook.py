"""A sheet as a workbook: an overview and a list of spots per district, ready to print."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from typing import TYPE_CHECKING, Any

from pitchplan.errors import PitchplanError
from pitchplan.sheets.ink import INK
from pitchplan.sheets.lettering import text_width
from pitchplan.sheets.words import season_line, word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pitchplan.sheets.published import Published
    from pitchplan.sheets.sheet import Sheet

__all__ = ["sheet_names", "workbook_bytes"]

_MOST = 31  # characters in a sheet's name
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_A4 = 9
_CELL = 32_000  # characters; a cell holds 32,767

_WIDEST = 52.0  # of a column, digits; longer texts take several lines
_LINE = 15.0  # height of a line, points
_MOST_LINES = 20
_ROOM = 4.0  # indent, edges and the arrow of a heading's filter, digits
_INDENT = 2.0
_LEAST = {"number": 8.0, "text": 8.0, "degrees": 13.0}
_DIGIT = 0.555  # width of a digit, parts of the font's size

# Columns of the spots, and whether each is a number, degrees or a text.
_COLUMNS = {
    "number": "number", "address": "text", "address_en": "text", "community": "text", "hours": "text",
    "capacity": "number", "residents_served": "number", "grid_square": "text", "lon": "degrees",
    "lat": "degrees",
}  # fmt: skip
_HEADINGS = {
    "zh": {"number": "编号", "address": "地址", "address_en": "英文地址", "community": "社区",
           "hours": "时间", "capacity": "摊位数", "residents_served": "服务居民", "grid_square": "图格",
           "lon": "经度", "lat": "纬度", "district": "区", "spots": "摊点", "contact": "联系",
           "total": "合计", "rule": "豁免的规则", "who": "决定者", "reason": "理由", "date": "日期",
           "votes": "表决", "radius_m": "范围（米）", "waivers": "豁免"},
    "en": {"number": "No.", "address": "Address", "address_en": "Address (English)", "community": "Community",
           "hours": "Hours", "capacity": "Pitches", "residents_served": "Residents",
           "grid_square": "Square", "lon": "Longitude", "lat": "Latitude", "district": "District",
           "spots": "Spots", "contact": "Contact", "total": "Total", "rule": "Rule waived",
           "who": "Who", "reason": "Why", "date": "Date", "votes": "Votes", "radius_m": "Radius, m",
           "waivers": "Waivers"},
}  # fmt: skip


def workbook_bytes(published: Published, sheet: Sheet | None = None) -> bytes:
    """Return the spots as a workbook (``.xlsx``): an overview, then a sheet per district.

    Parameters
    ----------
    published : Published
        The facts.
    sheet : Sheet, optional
        For title, publisher, languages and contact lines.

    Returns
    -------
    bytes
        The same on each run: created on the season's first day, as far as the file says.

    Raises
    ------
    PitchplanError
        The library that writes workbooks is not installed.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        fix = 'Install what workbooks need: pip install "pitchplan[xlsx]"'
        raise PitchplanError(f"The library XlsxWriter is not installed. {fix}") from error
    languages = sheet.languages if sheet is not None else ("zh", "en")
    buffer = io.BytesIO()
    # Texts are written as texts, whatever they begin with; no link is made of an address.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        first = dt.datetime.combine(published.first, dt.time())
        title = sheet.title if sheet is not None else word(languages[0], "spots")
        book.set_properties({"title": title[:255], "created": first})
        _Workbook(book, published, sheet, languages, title).fill()
    return buffer.getvalue()


class _Workbook:
    """The sheets of one workbook and the formats they share."""

    def __init__(
        self, book: Any, published: Published, sheet: Sheet | None, languages: tuple[str, ...], title: str
    ) -> None:
        self.book, self.published, self.sheet, self.languages = book, published, sheet, languages
        self.title = title
        thin = {"bottom": 4, "bottom_color": INK["rule"], "valign": "vcenter"}
        # A quoted text stays a text when a person edits its cell.
        text = {"quote_prefix": True, "text_wrap": True, "indent": 1}
        self.formats = {
            "title": book.add_format({"bold": True, "font_size": 16, "quote_prefix": True}),
            "line": book.add_format({"font_color": INK["soft"], "quote_prefix": True}),
            "head": book.add_format({"bold": True, "font_color": INK["paper"], "bg_color": INK["melon"],
                                     "text_wrap": True, "valign": "vcenter", "indent": 1}),
            "text": book.add_format(thin | text),
            "number": book.add_format(thin | {"num_format": "#,##0"}),
            "degrees": book.add_format(thin | {"num_format": "0.000000"}),
            "total": book.add_format({"bold": True, "num_format": "#,##0", "top": 1}),
            "sum": book.add_format({"bold": True, "top": 1, "indent": 1}),
        }  # fmt: skip

    def fill(self) -> None:
        spots = self.published.spots
        districts = list(dict.fromkeys(spots["district"]))
        overview = word(self.languages[0], "spots")
        shown = [d or word(self.languages[0], "no_district") for d in districts]
        waived = self._waived()
        more = [_HEADINGS[self.languages[0]]["waivers"]] if waived else []
        names = sheet_names([overview, *shown, *more])
        self._overview(self.book.add_worksheet(names[0]), districts, shown)
        for district, name in zip(districts, names[1 : 1 + len(districts)], strict=True):
            self._spots(self.book.add_worksheet(name), spots[spots["district"] == district])
        if waived:
            self._waivers(self.book.add_worksheet(names[-1]), waived)

    def _waived(self) -> list[dict[str, Any]]:
        """Return the decisions that waive a rule, where the office reads; a lost vote waives none."""
        if self.sheet is None or self.sheet.audience != "office":
            return []
        rows = self.published.record.get("decisions", [])
        return [row for row in rows if row.get("what") == "waive" and row.get("outcome") != "outvoted"]

    def _waivers(self, page: Any, rows: list[dict[str, Any]]) -> None:
        """List every waiver: who waived which rule, why, when and where, also where no spot stands."""
        widths = {"rule": 18, "who": 26, "reason": 46, "date": 13, "votes": 10, "lon": 13, "lat": 13,
                  "radius_m": 10}  # fmt: skip
        self._heads(page, 0, widths, widths.values())
        for i, row in enumerate(rows, start=1):
            votes = [row.get("votes_for"), row.get("votes_against")]
            told = row | {"votes": " : ".join(f"{v:g}" for v in votes) if None not in votes else ""}
            for j, name in enumerate(widths):
                if name in ("lon", "lat", "radius_m"):
                    form = self.formats["number" if name == "radius_m" else "degrees"]
                    _number(page, i, j, told.get(name) if told.get(name) is not None else math.nan, form)
                else:
                    text = told.get(name) or ""
                    _text(page, i, j, text[:10] if name == "date" else text, self.formats["text"])
            lines = math.ceil(_digits(str(told.get("reason") or "")) / (widths["reason"] - _INDENT))
            page.set_row(i, _LINE * min(max(lines, 1), _MOST_LINES))
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        self._print(page)

    def _overview(self, page: Any, districts: list[str], shown: list[str]) -> None:
        p, s, language = self.published, self.sheet, self.languages[0]
        _text(page, 0, 0, self.title, self.formats["title"])
        lines = [season_line(one, p.first, p.last, p.hours) for one in self.languages]
        if s is not None:
            lines += [s.title_en, word(language, "publisher", publisher=s.publisher), s.valid, s.source_note]
        lines = [line for line in lines if line]
        for i, line in enumerate(lines, start=1):
            _text(page, i, 0, line, self.formats["line"])
        top = len(lines) + 2
        names = ("district", "spots", "capacity", "residents_served", "contact")
        self._heads(page, top, names, (24, 10, 10, 12, 40))
        sums = {
            n: self.published.spots.groupby("district")[n].sum() for n in ("capacity", "residents_served")
        }
        counts = self.published.spots["district"].value_counts()
        for i, (district, name) in enumerate(zip(districts, shown, strict=True), start=top + 1):
            _text(page, i, 0, name, self.formats["text"])
            figures = (counts[district], *(column[district] for column in sums.values()))
            for column, figure in enumerate(figures, start=1):
                _number(page, i, column, figure, self.formats["number"])
            _text(page, i, 4, (s.contact if s else {}).get(district, ""), self.formats["text"])
        last = top + 1 + len(districts)
        _text(page, last, 0, self._heading("total").replace("\n", " "), self.formats["sum"])
        totals = (counts.sum(), *(column.sum() for column in sums.values()))
        for column, figure in enumerate(totals, start=1):
            _number(page, last, column, figure, self.formats["total"])
        self._print(page)

    def _spots(self, page: Any, spots: Any) -> None:
        columns = {
            c: kind for c, kind in _COLUMNS.items()
            if kind != "text" or c == "address" or spots[c].astype(bool).any()
        }  # fmt: skip
        widths = [self._width(c, spots[c] if kind == "text" else ()) for c, kind in columns.items()]
        self._heads(page, 0, columns, widths)
        for i, row in enumerate(spots.to_dict("records"), start=1):
            lines = 1
            for j, ((name, kind), width) in enumerate(zip(columns.items(), widths, strict=True)):
                put = _text if kind == "text" else _number
                put(page, i, j, row[name], self.formats[kind])
                if kind == "text":
                    lines = max(lines, math.ceil(_digits(row[name]) / (width - _INDENT)))
            # Said, not left to the program: not every one makes room for a second line by itself.
            page.set_row(i, _LINE * min(lines, _MOST_LINES))
        page.freeze_panes(1, 2)
        page.autofilter(0, 0, len(spots), len(columns) - 1)
        page.repeat_rows(0)
        self._print(page)

    def _heads(self, page: Any, row: int, names: Iterable[str], widths: Iterable[float]) -> None:
        page.set_row(row, 15 * len(self.languages) + 3)
        for i, (name, width) in enumerate(zip(names, widths, strict=True)):
            page.set_column(i, i, width)
            _text(page, row, i, self._heading(name), self.formats["head"])

    def _width(self, name: str, texts: Iterable[str]) -> float:
        """Return the width of a column that shows its heading and its texts whole, if it can."""
        widest = max(map(_digits, [*self._heading(name).split("\n"), *texts]))
        return max(_LEAST[_COLUMNS[name]], min(widest + _ROOM, _WIDEST))

    def _heading(self, name: str) -> str:
        return "\n".join(_HEADINGS[language][name] for language in self.languages)

    def _print(self, page: Any) -> None:
        page.set_paper(_A4)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        # In a footer the ampersand begins a code; the sheet's name comes by its code.
        page.set_footer(f"&L{self.title[:60].replace('&', '&&')}&C&A&R&P / &N")


def _digits(text: str) -> float:
    """Return a text's width in digits, the unit of a column's width."""
    return text_width(text[:_CELL], 1.0) / _DIGIT


def _text(page: Any, row: int, column: int, text: object, form: Any) -> None:
    page.write_string(row, column, str(text)[:_CELL], form)


def _number(page: Any, row: int, column: int, value: Any, form: Any) -> None:
    if value == value:
        page.write_number(row, column, float(value), form)
    else:
        page.write_blank(row, column, None, form)


def sheet_names(names: Iterable[str]) -> list[str]:
    """Return names that a workbook takes for its sheets: short, without signs it forbids, no two alike.

    Examples
    --------
    >>> sheet_names(["历下区", "历下区", "A/B: [C]?", "'", "History"])
    ['历下区', '历下区 2', 'A B C', '—', 'History.']
    """
    out: list[str] = []
    for name in names:
        plain = " ".join(_FORBIDDEN.sub(" ", name).split())[:_MOST].strip("' ") or "—"
        # The name that spreadsheets keep for the list of changes.
        plain = f"{plain}." if plain.lower() == "history" else plain
        taken, unique, again = {o.lower() for o in out}, plain, 1
        while unique.lower() in taken:
            again += 1
            unique = f"{plain[: _MOST - 1 - len(str(again))]} {again}"
        out.append(unique)
    return out
