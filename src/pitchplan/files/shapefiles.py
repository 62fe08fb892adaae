"""Which encoding the text of a shapefile is in."""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Iterable
from pathlib import Path

from pitchplan.errors import Fault, InputError
from pitchplan.files.scripts import gdal_name, likelier_encoding

__all__ = ["beside", "shapefile_encoding"]

_HEADER = struct.Struct("<4xIHH")
_LARGER = {"gbk": "gb18030", "gb2312": "gb18030"}
_WESTERN = {"iso8859-1", "cp1252", "iso8859-15"}
_SIGNS = re.compile(r"[\ufffd\u0080-\u009f]|锟斤拷|ï¿½")
_RUN = re.compile(r"[^\x00-\x7f]{2,}")
_FIX = 'Say which it is, for instance encoding="GB18030" or encoding="UTF-8", and mend the .cpg file'

Cell = tuple[bytes, bool]


def _cells(path: Path) -> set[Cell]:
    """Read the names and the text of a .dbf: bytes, and whether they fill their field."""
    data = path.read_bytes()
    rows, start, width = _HEADER.unpack_from(data)
    cells: set[Cell] = set()
    offset = 1
    for at in range(32, start, 32):
        field = data[at : at + 32]
        if len(field) < 32 or field[:1] == b"\r":
            break
        cells.add((field[:11].split(b"\0")[0], False))
        if field[11:12] == b"C":
            end = offset + field[16]
            for row in range(start, min(start + rows * width, len(data)), width):
                raw = data[row + offset : row + end]
                cells.add((raw.rstrip(b" \0"), raw[-1:] not in (b" ", b"\0")))
        offset += field[16]
    return cells


def _decode(cells: Iterable[Cell], codec: str) -> list[str] | None:
    """Decode all cells; a character cut off at the end of a full field is no fault."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    texts = []
    try:
        for raw, full in cells:
            decoder.reset()
            texts.append(decoder.decode(raw, final=not full))
    except (UnicodeDecodeError, UnicodeError):
        return None
    return texts


def _codec(name: str) -> str | None:
    """Return Python's name of an encoding as .cpg files write it, or None."""
    text = name.strip().lower().removeprefix("ansi").removeprefix("oem").strip()
    text = {"88591": "iso8859-1", "system": ""}.get(text, text)
    if text.isdigit():
        text = "utf-8" if text == "65001" else f"iso8859-{text[4:]}" if text[:4] == "8859" else f"cp{text}"
    try:
        found = codecs.lookup(text)
        return _LARGER.get(found.name, found.name) if found._is_text_encoding else None
    except (LookupError, ValueError):
        return None


def _garbled(texts: list[str], cells: list[Cell], codec: str) -> bool:
    """Tell whether text that could be decoded is still not what was written."""
    if any(_SIGNS.search(t) for t in texts):
        return True
    foreign = [t for t in texts if not t.isascii()]
    if not foreign or codec == "utf-8":
        # Text that was decoded wrongly before it was written: è·¯ for 路.
        runs = [r for t in foreign for r in _RUN.findall(t)]
        return bool(runs) and all(_twice(r) for r in runs)
    # Hardly any text in a national encoding is UTF-8 as well: one torn cell does not make it GB18030.
    written = [c for c in cells if not c[0].isascii()]
    if 2 * sum(_decode([c], "utf-8") is not None for c in written) >= len(written):
        return True
    if codec in _WESTERN:
        # Western text has single accented letters; hanzi come as pairs of them.
        paired = sum(len(r) for t in foreign for r in _RUN.findall(t))
        letters = sum(not c.isascii() for t in foreign for c in t)
        return 2 * paired > letters and _decode(cells, "gb18030") is not None
    return False


def _refuse_unlikely(cells: list[Cell], codec: str, source: str) -> None:
    """Refuse text that could be decoded but makes more sense in another encoding of East Asia."""
    whole = [raw for raw, full in cells if not full and not raw.isascii()]
    likely = likelier_encoding(whole, codec)
    if likely:
        what = f"the text makes no sense in {gdal_name(codec)}; it looks like {gdal_name(likely)}"
        fix = f'Say which it is, for instance encoding="{gdal_name(likely)}", and mend the .cpg file'
        raise InputError(Fault(what, fix, source))


def _twice(run: str) -> bool:
    try:
        run.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return False
    return True


def _error(what: str, source: str, value: object = None) -> InputError:
    return InputError(Fault(what, _FIX, source, value=value))


def shapefile_encoding(path: Path, source: str, encoding: str | None) -> str | None:
    """Find the encoding of a shapefile's text.

    Parameters
    ----------
    path : pathlib.Path
        The ``.shp``; its ``.dbf`` and ``.cpg`` stand beside it.
    source : str
        Name in errors.
    encoding : str or None
        What the planner says; wins over the ``.cpg``. Without both it is UTF-8 if every text is,
        else GB18030, which holds GBK and GB2312.

    Returns
    -------
    str or None
        A name GDAL knows too; None where there is no text at all.

    Raises
    ------
    InputError
        The text is not in that encoding, or what comes out is garbled.
    """
    if encoding is not None and _codec(encoding) is None:
        raise _error("not an encoding", "encoding", encoding)
    table, page = (beside(path, suffix) for suffix in (".dbf", ".cpg"))
    if table is None:
        return None
    try:
        cells = list(_cells(table))
    except struct.error:
        raise InputError(Fault("the .dbf is torn", "Export the shapefile again", source)) from None
    says = page.read_bytes()[:64].decode("ascii", "replace").strip() if page else ""
    named = encoding or (says if _codec(says) else "")
    if named:
        codec = _codec(named) or ""
        texts = _decode(cells, codec)
        whose = "encoding=" if encoding else "the .cpg file"
        if texts is None:
            raise _error(f"the text is not in the encoding that {whose} names", source, named)
        if not encoding and _garbled(texts, cells, codec):
            raise _error(f"the text comes out garbled in the encoding that {whose} names", source, named)
        if not encoding:
            _refuse_unlikely(cells, codec, source)
        return gdal_name(codec)
    for codec in ("utf-8", "gb18030"):
        texts = _decode(cells, codec)
        if texts is not None and not _garbled(texts, cells, codec):
            _refuse_unlikely(cells, codec, source)
            return gdal_name(codec)
    raise _error("the text is neither UTF-8 nor GB18030, and no .cpg file says what it is", source)


def beside(path: Path, suffix: str) -> Path | None:
    """Find the file of the same stem, whatever the case of its suffix."""
    for name in (suffix, suffix.upper()):
        if path.with_suffix(name).is_file():
            return path.with_suffix(name)
    return None
