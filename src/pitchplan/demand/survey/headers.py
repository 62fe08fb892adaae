"""Headers of a harvest survey, English and Chinese: which quantity, which statistic of it, in which unit."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from pitchplan.schemas import SURVEY

__all__ = ["SHARES", "UNITS", "Header", "parse_header"]

_MU = Fraction(1, 15)
"""One mu in hectares: 10000/15 square metres."""
_JIN = Fraction(1, 2000)
"""One jin in tonnes: 0.5 kg."""
_KG = Fraction(1, 1000)
_ONE = Fraction(1)
_WAN = 10_000

# Quantity -> unit suffix -> factor to the survey's own unit, which is the one with factor 1.
UNITS: dict[str, dict[str, Fraction]] = {
    "area": {
        "ha": _ONE,
        "mu": _MU,
        "wan_mu": _WAN * _MU,
        "km2": Fraction(100),
        "m2": Fraction(1, 10_000),
    },
    "yield": {
        "t_per_ha": _ONE,
        "kg_per_ha": _KG,
        "jin_per_ha": _JIN,
        "t_per_mu": _ONE / _MU,
        "kg_per_mu": _KG / _MU,
        "jin_per_mu": _JIN / _MU,
    },
    "harvest": {
        "t": _ONE,
        "kg": _KG,
        "jin": _JIN,
        "wan_t": Fraction(_WAN),
        "wan_kg": _WAN * _KG,
        "wan_jin": _WAN * _JIN,
    },
    "load": {"t": _ONE, "kg": _KG, "jin": _JIN},
    "selling": {"t_per_day": _ONE, "kg_per_day": _KG, "jin_per_day": _JIN},
}
SHARES = ("loss_share", "city_share")

_ALIASES: dict[str, str] = {
    alias: name
    for name, aliases in {
        "origin": "产地 乡镇 乡镇街道 村",
        "origin_en": "产地英文名 产地英文 产地拼音",
        "crop": "作物 品种 水果 fruit",
        "cultivation": "种植方式 栽培方式 种植类型 cultivation_type",
        "area": "面积 种植面积",
        "yield_per_mu": "亩产 亩产量",
        "yield": "单产",
        "harvest": "产量 总产量 总产 production total_harvest total_production",
        "loss_share": "损耗率 损耗 loss",
        "city_share": "进城零售比例 进城比例",
        "load": "单车载重 载重 车载量",
        "selling": "日均销量 日销量 日均销售量",
        "first_day": "上市日期 始收日期 开始日期",
        "peak_day": "盛期 盛果期 盛期日期",
        "last_day": "收市日期 末收日期 结束日期",
        "gateway": "入城口 方向 进城方向",
        "vehicle": "车型 车辆类型",
    }.items()
    for alias in aliases.split()
}
_MEASURED = {*UNITS, *SHARES, "yield_per_mu"}
_STEMS = _MEASURED | {*(c.name for c in SURVEY.columns if c.kind in ("text", "date"))}
# Longer words come first: 标准误差 (se) ends like 标准差 (sd) does.
_STATISTIC_WORDS = {
    "标准误差": "se",
    "调查户数": "n",
    "标准误": "se",
    "标准差": "sd",
    "自由度": "df",
    "样本数": "n",
    "样本量": "n",
    "总户数": "N",
    "下限": "low",
    "最低": "low",
    "上限": "high",
    "最高": "high",
}
_STATISTIC_TOKENS = {s: s for s in ("low", "high", "sd", "se", "df", "n", "N")} | {"of": "N"}
_UNIT_WORDS = {
    "平方公里": "km2",
    "平方千米": "km2",
    "平方米": "m2",
    "万": "wan",
    "亩": "mu",
    "公顷": "ha",
    "公斤": "kg",
    "千克": "kg",
    "斤": "jin",
    "吨": "t",
    "天": "day",
    "日": "day",
    "每": "per",
    "/": "per",
}
_BRACKETS = re.compile(r"[\s_]*[(\[【]([^()\[\]【】]*)[)\]】]")


@dataclass(frozen=True, slots=True)
class Header:
    """What a column's header says.

    Attributes
    ----------
    stem : str
        A quantity of `UNITS`, one of `SHARES`, another column of `schemas.SURVEY`, or the header
        itself where it names nothing a survey knows.
    statistic : str
        ``low``, ``high``, ``sd``, ``n``, ``N``, ``se`` or ``df``; empty for the value itself.
    unit : str
        The unit as `UNITS` spells it, else as written; empty where none is written.
    """

    stem: str
    statistic: str
    unit: str


def parse_header(header: object) -> Header:
    """Split a header into quantity, statistic and unit.

    Examples
    --------
    >>> parse_header("亩产(斤)下限")
    Header(stem='yield', statistic='low', unit='jin_per_mu')
    >>> parse_header("load_kg_sd")
    Header(stem='load', statistic='sd', unit='kg')
    """
    text = unicodedata.normalize("NFKC", str(header)).strip()
    statistic = ""
    words: list[str] = []
    for word in (w.strip() for part in _BRACKETS.findall(text) for w in re.split("[,;、]", part)):
        named = _STATISTIC_WORDS.get(word) or _STATISTIC_TOKENS.get(word)
        statistic, words = (named, words) if named else (statistic, [*words, word])
    text, written = _without_statistic_word(_BRACKETS.sub("", text).strip())
    # Upper and lower case tell the whole (N) from the sample (n) and nothing else.
    tokens = [t if t == "N" else t.lower() for t in re.split(r"[\s_\-]+", text) if t]
    stem, rest = _split(tokens)
    for end in (-1, 0):
        if rest and not written and rest[end] in _STATISTIC_TOKENS:
            written = _STATISTIC_TOKENS[rest.pop(end)]
    stem, unit = _with_unit(stem, "".join(rest), "".join(words))
    if statistic and written:
        unit = f"{unit} {statistic}".strip()
    return Header(stem, written or statistic, unit)


def _without_statistic_word(text: str) -> tuple[str, str]:
    """Take a Chinese statistic word off either end of a header."""
    for word, statistic in _STATISTIC_WORDS.items():
        if text.endswith(word) and text != word:
            return text.removesuffix(word).rstrip(" _-"), statistic
        if text.startswith(word) and text != word:
            return text.removeprefix(word).lstrip(" _-"), statistic
    return text, ""


def _split(tokens: list[str]) -> tuple[str, list[str]]:
    """Find the longest beginning that names something a survey knows, and what is left."""
    for end in range(len(tokens), 0, -1):
        head, rest = "_".join(tokens[:end]), tokens[end:]
        stem = _ALIASES.get(head, head)
        known = stem in _STEMS
        if stem in SHARES and head != stem:
            known = all(t in _STATISTIC_TOKENS for t in rest)  # "loss_date" is a column of its own
        elif stem not in _MEASURED:
            known = known and not rest
        if known:
            return stem, rest
    return "_".join(tokens), []


def _with_unit(stem: str, suffix: str, bracketed: str) -> tuple[str, str]:
    """Give the quantity and its unit, as `UNITS` spells it where it is known there."""
    suffix, bracketed = _plain(suffix), _plain(bracketed)
    unit = suffix or bracketed
    if stem == "yield_per_mu":
        return "yield", _known("yield", f"{unit.removesuffix('permu')}permu" if unit else "")
    if stem not in UNITS:
        return stem, unit
    if stem == "harvest" and "per" in unit:
        stem = "yield"
    if stem == "selling" and _known(stem, f"{bracketed}perday") in UNITS[stem]:
        bracketed += "perday"
        unit = suffix or bracketed
    known, beside = _known(stem, unit), _known(stem, bracketed)
    if stem == "harvest" and suffix and known not in UNITS[stem]:
        return f"harvest_{suffix}", ""  # "harvest_date" is a column of its own
    if suffix and beside in UNITS[stem] and beside != known:
        return stem, f"{known} ({beside})"
    return stem, known


def _plain(unit: str) -> str:
    unit = re.sub(r"[\s_]+", "", unit.lower())
    for word, latin in _UNIT_WORDS.items():
        unit = unit.replace(word, latin)
    return unit


def _known(stem: str, unit: str) -> str:
    return next((u for u in UNITS[stem] if u.replace("_", "") == unit), unit)
