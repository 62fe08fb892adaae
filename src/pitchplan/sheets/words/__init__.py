"""The words on a sheet, one file per language in this folder; another language is one more file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pitchplan.errors import Fault, InputError

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["WORDS", "check_languages", "goal_name", "latin", "season_days", "season_line", "word", "words"]

_HERE = Path(__file__).parent


def _read() -> dict[str, dict[str, Any]]:
    found = {}
    for file in sorted(_HERE.glob("*.toml")):
        found[file.stem] = tomllib.loads(file.read_text(encoding="utf-8"))
    return found


WORDS = _read()
"""By language: phrases by key, and ``months`` and ``behaviour``, which are lists."""

_GOALS = (
    ("host", "host"),
    ("serve", "serve"),
    ("resident", "serve"),
    ("traffic", "traffic"),
    ("obstruct", "traffic"),
    ("few", "spots_goal"),
    ("spot", "spots_goal"),
    ("stay", "stability"),
    ("stab", "stability"),
    ("last_year", "stability"),
    ("vendor", "host"),
)


def check_languages(language: tuple[str, ...] | str) -> tuple[str, ...]:
    """Return the languages as a tuple of one or two known ones.

    Raises
    ------
    InputError
        A language has no words, or there are none or more than two.
    """
    asked = (language,) if isinstance(language, str) else tuple(language)
    unknown = [name for name in asked if name not in WORDS]
    if unknown or not 1 <= len(asked) <= 2 or len(set(asked)) != len(asked):
        raise InputError(
            Fault(
                "languages that a sheet cannot be set in",
                f"Give one or two different ones of: {', '.join(sorted(WORDS))}",
                "map_sheet",
                column="language",
                value=asked,
            )
        )
    return asked


def word(language: str, key: str, **parts: object) -> str:
    """Return one of a language's phrases with its parts filled in."""
    return str(WORDS[language][key]).format(**parts)


def words(language: str, key: str) -> list[str]:
    """Return one of a language's lists of phrases."""
    return [str(phrase) for phrase in WORDS[language][key]]


def latin(language: str) -> bool:
    """Tell whether a language takes names and addresses from the columns in Latin letters."""
    return bool(WORDS[language]["names"] == "latin")


def goal_name(language: str, goal: str) -> str:
    """Return a goal's name in a language, or the name as it is where there is no word for it."""
    lower = goal.lower()
    for stem, key in _GOALS:
        if stem in lower:
            return str(WORDS[language][key])
    return goal


def season_line(language: str, first: dt.date, last: dt.date, hours: str) -> str:
    """Say a season's days and hours in one line.

    Examples
    --------
    >>> import datetime as dt
    >>> season_line("en", dt.date(2026, 6, 1), dt.date(2026, 8, 20), "06:00-09:00")
    '1 June – 20 August 2026, daily 06:00–09:00'
    >>> season_line("zh", dt.date(2026, 6, 1), dt.date(2026, 8, 20), "")
    '2026年6月1日—8月20日，每天 全天'
    """
    text = hours.replace("-", "–") if hours else word(language, "all_day")
    return season_days(language, first, last) + word(language, "comma") + word(language, "hours", hours=text)


def days_between(language: str, first: dt.date, last: dt.date) -> str:
    """Say some of a season's days, without the year.

    Examples
    --------
    >>> import datetime as dt
    >>> days_between("en", dt.date(2026, 6, 8), dt.date(2026, 8, 2))
    '8 June – 2 August'
    >>> days_between("zh", dt.date(2026, 6, 8), dt.date(2026, 8, 2))
    '6月8日—8月2日'
    """
    return word(language, "days_between", **_days(language, first, last))


def season_days(language: str, first: dt.date, last: dt.date) -> str:
    """Say a season's days.

    Examples
    --------
    >>> import datetime as dt
    >>> season_days("en", dt.date(2026, 6, 1), dt.date(2026, 8, 20))
    '1 June – 20 August 2026'
    """
    same_year = first.year == last.year
    return word(
        language,
        "season",
        year1="" if same_year else f" {first.year}",
        year2="" if same_year else f"{last.year}年",
        **_days(language, first, last),
    )


def _days(language: str, first: dt.date, last: dt.date) -> dict[str, object]:
    """Return the parts of two days that sentences of a language are made of."""
    months = words(language, "months")
    out: dict[str, object] = {}
    for k, day in ((1, first), (2, last)):
        out |= {f"y{k}": day.year, f"m{k}": day.month, f"d{k}": day.day, f"month{k}": months[day.month - 1]}
    return out
