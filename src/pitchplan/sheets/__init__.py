"""Sheets: a plan laid out for people, and the files it is published in."""

from __future__ import annotations

from pitchplan.files.ledger import check_published
from pitchplan.sheets.cds import write_cds
from pitchplan.sheets.mapsheet import map_sheet
from pitchplan.sheets.published import Published, publish
from pitchplan.sheets.schema import map_schema
from pitchplan.sheets.sheet import Sheet, render, write
from pitchplan.sheets.validate import validate_geojson

__all__ = [
    "Published",
    "Sheet",
    "check_published",
    "map_schema",
    "map_sheet",
    "publish",
    "render",
    "validate_geojson",
    "write",
    "write_cds",
]
