"""The words on a sheet, one dictionary per language; another language is one more dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.errors import Fault, InputError

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["WORDS", "check_languages", "goal_name", "season_days", "season_line", "word"]

ZH = {
    "free": "免费 · 不罚款",
    "here": "图上编号地点可以摆摊销售",
    "season": "{y1}年{m1}月{d1}日—{year2}{m2}月{d2}日",
    "hours": "每天 {hours}",
    "all_day": "全天",
    "valid": "有效期：{valid}",
    "publisher": "发布：{publisher}",
    "spots": "摊点一览",
    "totals": "{spots} 个摊点 · {pitches} 个摊位",
    "district_totals": "{spots} 点 · {pitches} 位",
    "no_district": "未分区",
    "contact": "联系：{contact}",
    "more": "… 另有 {n} 个摊点，见 spots.csv",
    "none": "没有摊点",
    "columns": "编号 · 地址 · 图格 · 摊位数",
    "legend": "图例",
    "marker": "摊点编号、摊位数",
    "pitch": "摊位（按比例）",
    "district": "区界",
    "community": "社区界",
    "main": "主干道",
    "street": "其他道路",
    "footway": "人行道",
    "building": "建筑",
    "green": "绿地",
    "water": "水面",
    "paved": "广场、停车场",
    "bus-stop": "公交站",
    "station": "车站",
    "school-gate": "学校大门",
    "hospital-gate": "医院大门",
    "north": "北",
    "scale_note": "格网 {grid} m",
    "crs": "坐标系 {crs}",
    "book": "规则集 {book}",
    "origins": "规则数值：本市 {cited}，借用 {borrowed}，自定 {ours}",
    "goals": "目标：{goals}",
    "not_applied": "未适用的规则：{rules}",
    "assumed": "{share} 的摊位依据假定路宽",
    "audit": "审核：{verdict}",
    "audit_counts": "{found}，量测 {rules} 条规则，{unchecked} 条未能核查",
    "no_breaches": "未见违规",
    "breaches": "{n} 处违规",
    "short": "尚缺 {n} 个摊位",
    "source": "资料：{source}",
    "PROVEN": "已证最优",
    "WITHIN_GAP": "差距 ≤ {gap}",
    "TIME_LIMIT": "限时，差距 ≤ {gap}",
    "INTERRUPTED": "中断，差距 ≤ {gap}",
    "host": "容纳瓜农",
    "serve": "服务居民",
    "traffic": "少碍交通",
    "spots_goal": "摊点集中",
    "stability": "沿用去年",
    "comma": "，",
    "stop": "。",
    "pitches": "{n} 个摊位",
    "served": "服务居民 {n} 人",
    "tel_square": "图格 {square}",
}

EN = {
    "free": "Free of charge, no fine",
    "here": "Growers may sell at the numbered spots",
    "season": "{d1} {month1}{year1} – {d2} {month2} {y2}",
    "hours": "daily {hours}",
    "all_day": "all day",
    "valid": "Valid: {valid}",
    "publisher": "Published by {publisher}",
    "spots": "Selling spots",
    "totals": "{spots} spots, {pitches} pitches",
    "district_totals": "{spots} spots, {pitches} pitches",
    "no_district": "no district",
    "contact": "Contact: {contact}",
    "more": "… and {n} more: see spots.csv",
    "none": "no spots",
    "columns": "Number, address, grid square, pitches",
    "legend": "Legend",
    "marker": "Spot, × pitches",
    "pitch": "Pitch, to scale",
    "district": "District boundary",
    "community": "Community boundary",
    "main": "Main street",
    "street": "Other street",
    "footway": "Footway",
    "building": "Building",
    "green": "Green space",
    "water": "Water",
    "paved": "Square, car park",
    "bus-stop": "Bus stop",
    "station": "Station",
    "school-gate": "School gate",
    "hospital-gate": "Hospital gate",
    "north": "N",
    "scale_note": "grid {grid} m",
    "crs": "CRS {crs}",
    "book": "rule book {book}",
    "origins": "numbers of its rules: {cited} cited, {borrowed} borrowed, {ours} ours",
    "goals": "Goals: {goals}",
    "not_applied": "Rules not applied: {rules}",
    "assumed": "{share} of pitches on assumed street widths",
    "audit": "Audit: {verdict}",
    "audit_counts": "{found}: {rules} rules measured, {unchecked} not checked",
    "no_breaches": "no breaches",
    "breaches": "{n} BREACHES",
    "short": "short of {n} pitches",
    "source": "Sources: {source}",
    "PROVEN": "proven best",
    "WITHIN_GAP": "within {gap}",
    "TIME_LIMIT": "time limit, within {gap}",
    "INTERRUPTED": "interrupted, within {gap}",
    "host": "host vendors",
    "serve": "serve residents",
    "traffic": "keep traffic clear",
    "spots_goal": "few spots",
    "stability": "stay near last year",
    "comma": ", ",
    "stop": ". ",
    "pitches": "{n} pitches",
    "served": "{n} residents served",
    "tel_square": "square {square}",
}

WORDS: dict[str, dict[str, str]] = {"zh": ZH, "en": EN}

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]

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
    return WORDS[language][key].format(**parts)


def goal_name(language: str, goal: str) -> str:
    """Return a goal's name in a language, or the name as it is where there is no word for it."""
    lower = goal.lower()
    for stem, key in _GOALS:
        if stem in lower:
            return WORDS[language][key]
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
        y1=first.year,
        m1=first.month,
        d1=first.day,
        m2=last.month,
        d2=last.day,
        y2=last.year,
        year1="" if same_year else f" {first.year}",
        year2="" if same_year else f"{last.year}年",
        month1=_MONTHS[first.month - 1],
        month2=_MONTHS[last.month - 1],
    )
