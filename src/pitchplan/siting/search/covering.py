"""Stages that count many residents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.siting.search.whole import seek_whole

if TYPE_CHECKING:
    from pitchplan.siting.program import IntegerProgram

__all__ = ["asks_much", "seek_covering"]


def asks_much(program: IntegerProgram, stage: int) -> bool:
    """Tell whether a stage counts so many residents that it is not given to HiGHS whole."""
    return False


seek_covering = seek_whole
