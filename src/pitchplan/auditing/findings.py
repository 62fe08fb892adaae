"""What an audit of one rule finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule

__all__ = ["Breach", "Finding"]


@dataclass(frozen=True)
class Breach:
    """One pitch, pair or group that breaks a rule; x and y say where, for waivers."""

    pitch_id: str
    measured: float
    required: float
    feature_id: str = ""
    x_m: float = float("nan")
    y_m: float = float("nan")


@dataclass
class Finding:
    """What was measured for one rule.

    Attributes
    ----------
    pitches, features : int
        How many pitches were measured against how many features.
    unit : str
        What margins are measured in.
    tightest : float
        Least (measured - required); not a number where nothing was near enough to measure.
    tightest_at : str
        Pitch, spot or group where it is least.
    breaches : list of Breach
    not_checkable : str
        What could not be checked, and why.
    unmeasured : int
        Pitches for which data lack.
    """

    pitches: int = 0
    features: int = 0
    unit: str = "m"
    tightest: float = float("nan")
    tightest_at: str = ""
    breaches: list[Breach] = field(default_factory=list)
    not_checkable: str = ""
    unmeasured: int = 0

    def lacks(self, rule: Rule, value: float) -> bool:
        """Count a pitch for which there is no number; tell whether the rule refuses such pitches."""
        if value == value:
            return False
        self.unmeasured += 1
        return rule.on_missing == "refuse"

    def say_unmeasured(self, why: str) -> None:
        """Say of how many pitches nothing could be measured."""
        if self.unmeasured:
            self.not_checkable = f"{why}: {self.unmeasured} pitches not measured"

    def margin(self, value: float, at: str) -> None:
        """Note one margin, and the pitch, spot or group where it is."""
        if not self.tightest <= value:
            # Nothing at fault is a margin of 0, not of -0.
            self.tightest, self.tightest_at = value + 0.0, at
