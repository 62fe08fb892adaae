"""Sheets: a plan laid out for people, and the files it is published in."""

from __future__ import annotations

from pitchplan.sheets.cds import write_cds
from pitchplan.sheets.published import Published, publish
from pitchplan.sheets.sheet import Sheet, map_sheet, render, write

__all__ = ["Published", "Sheet", "map_sheet", "publish", "render", "write", "write_cds"]
