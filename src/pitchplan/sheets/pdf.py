"""A sheet as PDF and PNG, by typst, offline and in memory."""

from __future__ import annotations

import importlib
import importlib.util
import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from pitchplan.errors import Fault, InputError, PitchplanError
from pitchplan.files.scratch import scratch_folder
from pitchplan.sheets.lettering import FONTS
from pitchplan.sheets.svg import svg_bytes

if TYPE_CHECKING:
    from pitchplan.sheets.sheet import Sheet

__all__ = [
    "missing_characters",
    "not_printed",
    "pdf_bytes",
    "png_bytes",
    "printing_fonts",
    "require_library",
    "whole_pixels",
]

_EXTRA = 'Install what printing needs: pip install "pitchplan[print]"'
_FONT_PACKAGE = "pylopdf_fonts_zh_cn"

_BOLD_TEXT = re.compile(rb'<text [^>]*font-weight="700"[^>]*>')
_SIZE = re.compile(rb'font-size="([0-9.]+)"')
_SIZES = re.compile(rb'width="[0-9.]+mm" height="[0-9.]+mm" viewBox="0 0 [0-9. ]+"')
_FILL = re.compile(rb' fill="([^"]+)"')

# No date and no outside packages: the same sheet gives the same bytes, with or without a network.
_TEMPLATE = """#set document(title: sys.inputs.title, date: none)
"""
_PAGE = """#page(width: {width:.9g}mm, height: {height:.9g}mm, margin: 0mm,
  image("{file}", width: 100%, height: 100%, fit: "stretch", alt: sys.inputs.title))
"""


def pdf_bytes(sheet: Sheet) -> bytes:
    """Return the sheet as a PDF of all its pages, fonts embedded.

    Raises
    ------
    PitchplanError
        typst or a Chinese font is missing.
    InputError
        The font lacks characters that are printed.
    """
    return _compile(sheet, "pdf", None)


def png_bytes(sheet: Sheet, *, ppi: float = 150.0) -> bytes:
    """Return the sheet's page as a PNG image.

    Parameters
    ----------
    sheet : Sheet
        What is shown.
    ppi : float
        Pixels per inch, 10 to 1200.

    Raises
    ------
    PitchplanError
        typst or a Chinese font is missing.
    InputError
        The font lacks characters that are printed, or ``ppi`` is out of range.
    """
    if not 10 <= ppi <= 1200:
        raise InputError(
            Fault("pixels per inch out of range", "Give 10 to 1200", "write", column="ppi", value=ppi)
        )
    return _compile(sheet, "png", ppi)


def _compile(sheet: Sheet, kind: str, ppi: float | None) -> bytes:
    typst = require_library("typst")
    sheets = [sheet, *(replace(sheet, page=page) for page in sheet.pages)] if kind == "pdf" else [sheet]
    fonts = _fonts()
    files = _font_files(fonts)
    with scratch_folder() as root:
        source = _TEMPLATE
        for k, one in enumerate(sheets):
            svg = svg_bytes(one)
            _check_glyphs(_printed(svg), files)
            width, height = one.page.width, one.page.height
            if ppi is not None:
                width, height = whole_pixels(width, height, ppi)
                svg = _cut(svg, width, height)
            (root / f"page{k}.svg").write_bytes(embolden(svg) if len(files) == 1 else svg)
            source += _PAGE.format(width=width, height=height, file=f"page{k}.svg")
        (root / "sheet.typ").write_text(source, encoding="utf-8")
        compiler = typst.Compiler(
            root / "sheet.typ", root=root, font_paths=fonts, sys_inputs={"title": sheet.title}
        )
        try:
            made = compiler.compile(format=kind, ppi=ppi, timestamp=0)
        except typst.TypstError as error:
            raise not_printed("the sheet", error) from error
    pages: list[bytes] = made if isinstance(made, list) else [made]
    return pages[0]


def not_printed(what: str, error: Exception) -> Exception:
    """Return the error to raise where typst gave up; it may be the disk that kept it from its files."""
    said = f"typst could not print {what}: {error}"
    lost = "failed to load file" in said or "file not found" in said
    return OSError(said) if lost else PitchplanError(said)


def whole_pixels(width_mm: float, height_mm: float, ppi: float) -> tuple[float, float]:
    """Return the sides of a page of whole pixels, in millimetres.

    Parameters
    ----------
    width_mm, height_mm : float
        Sides of the paper, millimetres.
    ppi : float
        Pixels per inch.

    Returns
    -------
    (float, float)
        Less than a pixel off. typst paints a drawing on as many pixels as hold it, rounded up, and
        leaves out a row, through the middle of a line of text, where the page has fewer. So the sides
        are a hair short of whole pixels, the height by more than the width.
    """
    sides = zip((width_mm, height_mm), (1e-6, 2e-6), strict=True)
    width, height = (round(side / 25.4 * ppi) * (1 - hair) / ppi * 25.4 for side, hair in sides)
    return width, height


def _cut(svg: bytes, width: float, height: float) -> bytes:
    """Cut a drawing's paper to a size; its scale stays."""
    head = f'width="{width:.9g}mm" height="{height:.9g}mm" viewBox="0 0 {width:.9g} {height:.9g}"'
    return _SIZES.sub(head.encode(), svg, count=1)


def printing_fonts(text: str) -> tuple[Any, int]:
    """Return the fonts that typst is given, and how many faces (regular, bold) they have.

    Raises
    ------
    InputError
        They lack characters of the text.
    """
    fonts = _fonts()
    files = _font_files(fonts)
    _check_glyphs(text, files)
    return fonts, len(files)


def _check_glyphs(text: str, files: tuple[tuple[str, int], ...]) -> None:
    """Raise an error that names the characters that are printed and have no glyph."""
    missing = missing_characters(text, files)
    if missing:
        names = ", ".join(f"{c} (U+{ord(c):04X})" for c in missing[:20])
        raise InputError(
            Fault(
                f"the font has no glyph for {names}",
                "Install a font that has them, such as Noto Sans CJK SC, or write the names without them",
                "write",
            )
        )


def require_library(name: str) -> Any:
    """Return a library that printing needs, or say what to install."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise PitchplanError(f"The library {name} is not installed. {_EXTRA}") from error


@lru_cache(maxsize=1)
def _fonts() -> Any:
    """Return the system's fonts, with the packaged Chinese one where the system has none."""
    typst = require_library("typst")
    system = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)
    if set(system.families()) & set(FONTS):
        return system
    found = importlib.util.find_spec(_FONT_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise PitchplanError(f"No Chinese font was found on this computer. {_EXTRA}")
    return typst.Fonts(font_paths=list(found.submodule_search_locations), include_embedded_fonts=False)


def _font_files(fonts: Any) -> tuple[tuple[str, int], ...]:
    """Return file and index of the regular and bold faces of the family that will be used."""
    known = fonts.fonts()
    for family in FONTS:
        faces = sorted(
            (
                (f.path, f.index, f.weight)
                for f in known
                if f.family == family and f.path and f.style == "normal"
            ),
            key=lambda f: (abs(f[2] - 400), f[0], f[1]),
        )
        if faces:
            bold = min(faces, key=lambda f: (abs(f[2] - 700), f[0], f[1]))
            return tuple(dict.fromkeys([faces[0][:2], bold[:2]]))
    raise PitchplanError(f"No Chinese font was found on this computer. {_EXTRA}")


def missing_characters(text: str, files: tuple[tuple[str, int], ...]) -> list[str]:
    """Return the characters of a text that one of the font files has no glyph for, sorted."""
    needed = {c for c in text if not c.isspace()}
    return sorted({c for file in files for c in needed if ord(c) not in _coverage(*file)})


@lru_cache(maxsize=8)
def _coverage(path: str, index: int) -> frozenset[int]:
    """Return the code points a font file has glyphs for."""
    ttlib = require_library("fontTools.ttLib")
    with ttlib.TTFont(path, fontNumber=index, lazy=True) as font:
        return frozenset(font.getBestCmap())


def embolden(svg: bytes) -> bytes:
    """Thicken bold letters by a hair line, for where the font has no bold face.

    Parameters
    ----------
    svg : bytes
        The drawing.

    Returns
    -------
    bytes
        The drawing with an outline of the fill's colour on each bold text that has no outline yet.
    """

    def thicken(match: re.Match[bytes]) -> bytes:
        tag = match[0]
        size, fill = _SIZE.search(tag), _FILL.search(tag)
        if b"stroke=" in tag or size is None or fill is None:
            return tag
        line = f' stroke="{fill[1].decode()}" stroke-width="{0.04 * float(size[1]):.3f}">'
        return tag[:-1] + line.encode()

    return _BOLD_TEXT.sub(thicken, svg)


def _printed(svg: bytes) -> str:
    """Return every letter that is drawn."""
    root = ElementTree.fromstring(svg)
    return "".join("".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text"))
