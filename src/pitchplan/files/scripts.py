"""Whether East Asian text was decoded in the encoding it was written in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

__all__ = ["gdal_name", "likelier_encoding"]

_FEWEST = 4
_MOST_CELLS = 5000
_SURE = 0.97
_APART = 0.15
_HANGUL_ONLY = 12


def _between(raw: bytes, low: int, high: int) -> bool:
    return len(raw) == 2 and low <= raw[0] <= high


def _kana(raw: bytes, rows: tuple[int, int]) -> bool:
    return len(raw) == 2 and raw[0] in rows


# What people write is nearly all in the part of a national encoding that its makers put first; text of
# another encoding lands anywhere.
_COMMON: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "gb18030": ("gb2312", lambda raw: len(raw) == 2 and raw[0] >= 0xB0),
    "big5": ("big5", lambda raw: _between(raw, 0xA4, 0xC6)),
    "shift_jis": ("shift_jis", lambda raw: _kana(raw, (0x82, 0x83)) or _between(raw, 0x88, 0x97)),
    "euc_jp": ("euc_jp", lambda raw: _kana(raw, (0xA4, 0xA5)) or _between(raw, 0xB0, 0xCF)),
    "euc_kr": ("euc_kr", lambda raw: _between(raw, 0xB0, 0xC8)),
}
_FAMILY = {
    **dict.fromkeys(("gb18030", "gbk", "gb2312", "hz"), "gb18030"),
    **dict.fromkeys(("big5", "cp950", "big5hkscs"), "big5"),
    **dict.fromkeys(("shift_jis", "cp932", "shift_jisx0213", "shift_jis_2004"), "shift_jis"),
    **dict.fromkeys(("euc_jp", "euc_jis_2004", "euc_jisx0213"), "euc_jp"),
    **dict.fromkeys(("euc_kr", "cp949", "johab"), "euc_kr"),
}


def gdal_name(codec: str) -> str:
    """Name an encoding as GDAL and people write it.

    Examples
    --------
    >>> gdal_name("euc_kr"), gdal_name("gb18030"), gdal_name("shift_jis")
    ('EUC-KR', 'GB18030', 'SHIFT_JIS')
    """
    return codec.upper().replace("EUC_", "EUC-")


def _common_share(texts: Iterable[str], family: str) -> tuple[float, int]:
    """Tell which share of the characters, signs aside, is common in an encoding, and their number."""
    codec, is_common = _COMMON[family]
    common = count = 0
    for text in texts:
        for sign in text:
            if sign.isascii() or "\u3000" <= sign <= "\u303f" or "\uff01" <= sign <= "\uff60":
                continue
            count += 1
            try:
                common += is_common(sign.encode(codec))
            except UnicodeEncodeError:
                continue
    return (common / count if count else 1.0), count


def likelier_encoding(cells: list[bytes], codec: str) -> str | None:
    """Name an East Asian encoding in which text makes more sense than in the one it was decoded in.

    Parameters
    ----------
    cells : list of bytes
        Text as it was written, whole characters only.
    codec : str
        Encoding in which all of it can be decoded, as Python names it.

    Returns
    -------
    str or None
        None where the encoding is none of East Asia, fits well enough, or none fits clearly better.

    Examples
    --------
    >>> likelier_encoding(["舜耕路".encode("gbk"), "经十路".encode("gbk")], "shift_jis")
    'gb18030'
    """
    own = _FAMILY.get(codec.replace("-", "_"))
    if own is None:
        return None
    cells = cells[:_MOST_CELLS]
    share, count = _common_share([c.decode(codec, "ignore") for c in cells], own)
    if count < _FEWEST:
        return None
    for other in _COMMON:
        try:
            texts = [c.decode(other) for c in cells] if other != own else []
        except UnicodeDecodeError:
            continue
        there, signs = _common_share(texts, other) if texts else (0.0, 0)
        # Hangul lies where GB2312 has its commonest hanzi, but no Chinese text uses those rows only.
        korean = other == "euc_kr" and there == 1.0 and signs >= _HANGUL_ONLY
        if korean or (there >= _SURE and there - share >= _APART):
            return other
    return None
