"""The stages a map goes through before it hangs on a wall, and how each is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.errors import Fault, InputError
from pitchplan.sheets.words import word

if TYPE_CHECKING:
    from pitchplan.sheets.sheet import Sheet

__all__ = ["PUBLISHED", "STAGES", "check_stage", "is_open", "publisher_line", "stage_line", "stage_words"]

PUBLISHED = "published"
STAGES = ("draft", "traffic-police", "notice", PUBLISHED)
"""In order, as Hefei's Baohe district went in 2018: declared, seen by the traffic police, put on public
notice, published."""


def check_stage(stage: str, issued: str) -> str:
    """Return a stage that is known; a published map has a day of issue.

    Raises
    ------
    InputError
        The stage is unknown, or a published map has no day of issue.
    """
    if stage not in ("", *STAGES):
        fix = f"Use one of {', '.join(STAGES)}, or leave it out"
        raise InputError(Fault("unknown stage", fix, "map_sheet", column="stage", value=stage))
    if stage == PUBLISHED and not issued:
        fix = 'Give the day on which it is published, such as date="2026-05-20"'
        raise InputError(Fault("a published map without a day of issue", fix, "map_sheet", column="date"))
    return stage


def is_open(sheet: Sheet) -> bool:
    """Tell whether a sheet may still change, and says so on every page."""
    return sheet.stage not in ("", PUBLISHED)


def stage_words(sheet: Sheet) -> list[str]:
    """Return the stage in each of a sheet's languages; none where it has no stage."""
    return [word(language, f"stage_{sheet.stage}") for language in sheet.languages] if sheet.stage else []


def stage_line(sheet: Sheet, language: str) -> list[str]:
    """Return a sheet's stage and day of issue in a language, as far as it has them."""
    if sheet.stage == PUBLISHED:
        return [word(language, "published_on", date=sheet.issued)]
    said = [word(language, f"stage_{sheet.stage}")] if sheet.stage else []
    return said + ([word(language, "issued", date=sheet.issued)] if sheet.issued else [])


def publisher_line(sheet: Sheet, language: str) -> str:
    """Say who publishes a sheet, or who prepares one that is not published yet."""
    return word(language, "prepared" if is_open(sheet) else "publisher", publisher=sheet.publisher)
