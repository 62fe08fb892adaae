"""The letters of a plan, to be looked at or written into a folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pitchplan.errors import Fault, InputError
from pitchplan.files.ledger import write_many_guarded
from pitchplan.files.writing import make_folder, making
from pitchplan.sheets.letterfiles import html_of, pdf_of
from pitchplan.sheets.lettering import clean

if TYPE_CHECKING:
    import os

    import pandas as pd

__all__ = ["Letter", "Letters"]

_FORMATS = {".html": html_of, ".pdf": pdf_of}


@dataclass(frozen=True)
class Letter:
    """One letter.

    Attributes
    ----------
    who : str
        Committee or office it is addressed to.
    versions : tuple of dict
        The letter in each of its languages, as plain texts: language, title, to, intro, items (head and
        lines), spots (head, columns, rows, note), closing, sign.
    decisions : int
        Decisions it answers.
    spots : pandas.DataFrame
        The spots it lists.
    """

    who: str
    versions: tuple[dict[str, Any], ...]
    decisions: int
    spots: pd.DataFrame = field(repr=False)

    def html(self) -> bytes:
        """Return it as a self-contained page: no script, nothing loaded; names are text alone."""
        return html_of(self.versions)

    def pdf(self) -> bytes:
        """Return it as a PDF on A4 (extra ``print``).

        Raises
        ------
        PitchplanError
            typst or a Chinese font is missing.
        InputError
            The font lacks characters that are printed.
        """
        return pdf_of(self.versions)


@dataclass(frozen=True)
class Letters:
    """Letters, one per committee, in the order of their names."""

    letters: tuple[Letter, ...]

    def __len__(self) -> int:
        return len(self.letters)

    def __iter__(self) -> Iterator[Letter]:
        return iter(self.letters)

    def __getitem__(self, who: str) -> Letter:
        for letter in self.letters:
            if letter.who == who:
                return letter
        known = ", ".join(x.who for x in self.letters)
        raise InputError(Fault("no letter to them", f"There are letters to {known}", "letters", value=who))

    def __repr__(self) -> str:
        lines = [f"  {x.who}: {x.decisions} decisions, {len(x.spots)} spots" for x in self.letters]
        return "\n".join([f"Letters: {len(self)}", *lines])

    def write(
        self, folder: str | os.PathLike[str], *, formats: Sequence[str] = (".html", ".pdf")
    ) -> list[Path]:
        """Write a file per letter and format, none before all are made.

        Parameters
        ----------
        folder : path
            Made where it does not exist, but not its parents.
        formats : sequence of {".html", ".pdf"}

        Returns
        -------
        list of pathlib.Path
            Such as ``01-银河社区居民委员会.pdf``: what a file's name cannot hold is left out.

        Raises
        ------
        InputError
            A format is unknown.
        OutputError
            A file could not be written whole, or something else was published under its name.
        """
        unknown = [f for f in formats if f not in _FORMATS]
        if unknown or not formats:
            fix = f"Give some of {', '.join(_FORMATS)}"
            raise InputError(Fault("no format for letters", fix, "letters", column="formats", value=formats))
        root = Path(folder)
        files = {}
        for k, letter in enumerate(self.letters, start=1):
            for suffix in formats:
                path = root / f"{k:02d}-{_file_name(letter.who)}{suffix}"
                with making(path):
                    files[path] = _FORMATS[suffix](letter.versions)
        make_folder(root, parents=False)
        return write_many_guarded(files)


def _file_name(who: str) -> str:
    name = re.sub(r"[^\w-]+", "-", clean(who)).strip("-_")
    while len(name.encode()) > 120:
        name = name[:-1]
    return name or "letter"
