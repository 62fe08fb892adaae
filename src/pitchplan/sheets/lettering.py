"""Letters on paper: how wide a text is, where it breaks, which characters XML can hold."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from pitchplan.masking import mask_numbers

__all__ = [
    "FONTS",
    "LEAST_MM",
    "attr",
    "clean",
    "clean_for",
    "harmless",
    "has_cjk",
    "text_width",
    "text_xml",
    "wrap",
]

FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
)

LEAST_MM = 1.9  # the smallest letters on any paper, millimetres

# Advance widths of U+0020 to U+007E in Noto Sans CJK, thousandths of the font size (read from the
# fonts' hmtx tables): widths must be known where no font is, so that every output has one layout.
_REGULAR = (
    224, 323, 474, 555, 555, 921, 680, 278, 338, 338, 467, 555, 278, 347, 278, 392, 555, 555, 555, 555,
    555, 555, 555, 555, 555, 555, 278, 278, 555, 555, 555, 474, 946, 608, 657, 638, 688, 589, 552, 689,
    728, 293, 535, 646, 543, 812, 723, 742, 633, 742, 635, 596, 599, 721, 575, 878, 573, 531, 603, 338,
    392, 338, 555, 559, 606, 563, 618, 510, 620, 554, 325, 564, 607, 275, 275, 552, 284, 926, 610, 606,
    620, 620, 388, 468, 377, 607, 521, 802, 498, 521, 475, 338, 270, 338, 555,
)  # fmt: skip
_BOLD_FACTOR = 1.045
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)
_BRACKETS = str.maketrans({"<": "＜", ">": "＞"})
_NO_LINE_START = frozenset("，。、；：！？）》」』】·…%,.;:!?)]}")


def clean(text: object) -> str:
    r"""Return a text without control, direction and surrogate characters, white space made single.

    Examples
    --------
    >>> clean("舜耕路\x00  东侧\n")
    '舜耕路 东侧'
    """
    # By repr: pandas.NA has no truth value, and a text that says "nan" is a text.
    if text is None or repr(text) in ("nan", "<NA>", "NaT"):
        return ""
    return " ".join(_CONTROL.sub("", str(text)).split())


def clean_for(audience: str, text: object) -> str:
    """Return a text as an audience may see it: clean, and for the public with nobody's number in it.

    Examples
    --------
    >>> clean_for("public", "老张瓜摊 138\u200b0013\u200b8000")
    '老张瓜摊 138****8000'
    """
    return clean(text) if audience == "office" else mask_numbers(clean(text))


def harmless(text: object) -> str:
    """Return a text without what map programs that read HTML take for a tag or a place to fill in.

    Brackets become their full-width twins, which look the same and open nothing. ``$[name]`` is where
    Google Earth puts another column.

    Examples
    --------
    >>> harmless("<b>A</b> $[name]")
    '＜b＞A＜/b＞ $［name]'
    """
    return clean(text).translate(_BRACKETS).replace("$[", "$［")


def text_xml(text: object) -> str:
    """Return a text that can stand between two tags."""
    return escape(clean(text))


def attr(text: object) -> str:
    """Return a text as a quoted attribute value."""
    return quoteattr(clean(text))


def has_cjk(text: str) -> bool:
    """Tell whether a text holds a Chinese, Japanese or Korean character."""
    return any(_wide(c) and not unicodedata.category(c).startswith(("P", "S")) for c in text)


@lru_cache(maxsize=65_536)
def _wide(character: str) -> bool:
    # The dot, the cross, the dash and the dots are as wide as a Chinese character in Chinese fonts.
    return character in "·×—…" or unicodedata.east_asian_width(character) in ("W", "F")


def text_width(text: str, size: float, *, bold: bool = False, spacing: float = 0.0) -> float:
    """Return a text's width, in the unit of its size.

    Parameters
    ----------
    text : str
        One line.
    size : float
        Font size, millimetres.
    bold : bool
        Whether it is set bold.
    spacing : float
        Extra space after each letter, in font sizes.

    Returns
    -------
    float
        Width, millimetres.

    Examples
    --------
    >>> text_width("泉城路", 2.0)
    6.0
    """
    return (_ems(text, bold) + spacing * len(text)) * size


@lru_cache(maxsize=65_536)
def _ems(text: str, bold: bool) -> float:
    """Return a text's width in font sizes; lists are tried in many sizes, so it is kept."""
    total = 0.0
    for c in text:
        if _wide(c):
            total += 1.0
        elif " " <= c <= "~":
            total += _REGULAR[ord(c) - 32] / 1000 * (_BOLD_FACTOR if bold else 1.0)
        elif unicodedata.combining(c):
            continue
        else:
            total += 0.58
    return total


def wrap(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines no wider than asked: between words, and between any Chinese characters.

    Parameters
    ----------
    text : str
        What to break.
    size : float
        Font size, millimetres.
    width : float
        Greatest width of a line, millimetres.
    bold : bool
        Whether it is set bold.

    Returns
    -------
    list of str
        The lines, at least one.
    """
    text = clean(text)
    if text_width(text, size, bold=bold) <= width:
        return [text]
    lines = [""]
    for piece in _pieces(text):
        grown = lines[-1] + piece
        if text_width(grown.rstrip(), size, bold=bold) <= width or (piece in _NO_LINE_START and lines[-1]):
            lines[-1] = grown
        elif text_width(piece.strip(), size, bold=bold) <= width:
            lines.append(piece)
        else:
            for c in piece:
                if text_width(lines[-1] + c, size, bold=bold) > width and lines[-1]:
                    lines.append(c)
                else:
                    lines[-1] += c
    return [line.strip() for line in lines if line.strip()] or [""]


def _pieces(text: str) -> list[str]:
    """Cut a text where a line may break: after each space and around each wide character."""
    pieces: list[str] = []
    start = True
    for c in text:
        if _wide(c):
            pieces.append(c)
            start = True
        elif start:
            pieces.append(c)
            start = c == " "
        else:
            pieces[-1] += c
            start = c == " "
    return pieces
