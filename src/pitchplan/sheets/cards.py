"""Permit cards: one for each grower who has a pitch, for the office to print and hand over."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pitchplan.errors import Fault, Faults, InputError
from pitchplan.files.ledger import write_guarded
from pitchplan.files.writing import making
from pitchplan.growers.reading import read_growers
from pitchplan.sheets.cardface import CODE_MM, card_svg
from pitchplan.sheets.cardprint import PAPERS, cards_pdf
from pitchplan.sheets.lettering import clean
from pitchplan.sheets.qr import check_link

if TYPE_CHECKING:
    import pandas as pd

    from pitchplan.growers.allocation import Allocation
    from pitchplan.sheets.sheet import Sheet

__all__ = ["Card", "PermitCards", "permit_cards"]


@dataclass(frozen=True)
class Card:
    """What stands on one card; the grower's name and plate are in no repr.

    Attributes
    ----------
    permit : str
        Number of the permit, which says year, spot and place and nothing of the person.
    spot_id, pitch_id : str
        Where its holder sells.
    number : int
        Number of the spot on the map.
    bay, bays : int
        Which of the spot's painted bays it is, counted along the kerb from 1, and how many there are.
    vehicle : str
        Class of vehicle.
    link : str
        What the code leads to; empty for no code.
    name, plate : str
        The holder's.
    """

    permit: str
    spot_id: str
    pitch_id: str
    number: int
    bay: int
    bays: int
    vehicle: str
    link: str = ""
    name: str = field(default="", repr=False)
    plate: str = field(default="", repr=False)


@dataclass(frozen=True)
class PermitCards:
    """Cards in the order of spots and bays, for the office.

    Attributes
    ----------
    cards : tuple of Card
    sheet : Sheet
        The map whose words, season, publisher and drawing they share.
    """

    cards: tuple[Card, ...]
    sheet: Sheet = field(repr=False)

    def __len__(self) -> int:
        return len(self.cards)

    def __repr__(self) -> str:
        spots = len({c.spot_id for c in self.cards})
        return f"PermitCards: {len(self)} cards for {spots} spots; office use only, they hold personal data"

    def svg(self, permit: str) -> bytes:
        """Return one card as an SVG image, its map included.

        Raises
        ------
        InputError
            No card has this permit.
        """
        for card in self.cards:
            if card.permit == permit:
                return card_svg(self.sheet, card)
        fix = "Use a permit of the allocation's table"
        raise InputError(Fault("no card has this permit", fix, "PermitCards.svg", value=permit))

    def pdf(self, *, paper: str = "A6") -> bytes:
        """Return the cards as a PDF (extra ``print``).

        Parameters
        ----------
        paper : {"A6", "A4"}
            One card a page, or four on upright A4 with marks to cut along.

        Raises
        ------
        PitchplanError
            typst or a Chinese font is missing.
        InputError
            There is no card, the paper is another one, or the font lacks characters that are printed.
        """
        if paper not in PAPERS:
            fix = f"Use one of {', '.join(PAPERS)}"
            raise InputError(Fault("no paper for cards", fix, "PermitCards", column="paper", value=paper))
        if not self.cards:
            raise InputError(Fault("no card to print", "Allocate pitches to growers first", "PermitCards"))
        return cards_pdf(self.sheet, self.cards, paper)

    def write(self, path: str | Path, *, paper: str = "A6") -> Path:
        """Write the cards as one PDF, whole or not at all.

        Parameters
        ----------
        path : path
            Ends with ``.pdf``.
        paper : {"A6", "A4"}
            As for `pdf`.

        Raises
        ------
        InputError
            The file's name does not end with ``.pdf``, or as for `pdf`.
        OutputError
            The file could not be written.
        """
        if not str(path).lower().endswith(".pdf"):
            fix = "Cards are written as .pdf"
            raise InputError(Fault("no format for cards", fix, "PermitCards", value=str(path)))
        with making(Path(path)):
            data = self.pdf(paper=paper)
        return write_guarded(Path(path), data)


def permit_cards(
    sheet: Sheet, allocation: Allocation, growers: pd.DataFrame | str | Path, *, link: str = ""
) -> PermitCards:
    """Make a permit card for each grower who has a pitch.

    Parameters
    ----------
    sheet : Sheet
        The plan's `map_sheet` with ``audience="office"``: its languages, publisher, stage, day of issue
        and drawing are those of the cards.
    allocation : Allocation
        Who has which pitch.
    growers : pandas.DataFrame or path
        The table that was allocated, for names and plates.
    link : str
        Address that a card's code leads to; ``{permit}`` in it stands for the permit's number.

    Returns
    -------
    PermitCards
        Growers without a pitch get none.

    Raises
    ------
    InputError
        The sheet is for the public or shows another plan, a grower is not in the table, or the link
        cannot be printed as a code of 24 mm. No message repeats what is private.

    Examples
    --------
    >>> cards = permit_cards(office_sheet, allocation, "growers.xlsx",
    ...                      link="https://example.org/p/{permit}")        # doctest: +SKIP
    >>> cards.write("office_cards.pdf", paper="A4")                        # doctest: +SKIP
    """
    if sheet.audience != "office":
        raise InputError(
            Fault(
                "permit cards of a public sheet",
                'Make the map_sheet with audience="office": cards hold names',
                "permit_cards",
                column="audience",
                value=sheet.audience,
            )
        )
    table = allocation.table[allocation.table["pitch_id"] != ""].sort_values("permit", kind="stable")
    people = read_growers(growers, vehicles=set(allocation.table["vehicle"])).set_index("grower_id")
    bays = _bays(sheet)
    faults = Faults("permit_cards")
    cards = []
    for row in table.itertuples():
        if row.grower_id not in people.index:
            fix = "Give the table that was allocated"
            faults.add(f"the grower of permit {row.permit} is not in the table of growers", fix)
        elif row.pitch_id not in bays:
            fix = "Make the sheet of the plan that was allocated"
            faults.add(f"the pitch of permit {row.permit} is not on the sheet", fix, value=row.pitch_id)
        else:
            person = people.loc[row.grower_id]
            bay, among = bays[row.pitch_id]
            address = check_link(link.replace("{permit}", row.permit), CODE_MM)
            name, plate = clean(person["name"]), clean(person["plate"])
            spot = (row.permit, row.spot_id, row.pitch_id, int(row.number), bay, among, row.vehicle)
            cards.append(Card(*spot, link=address, name=name, plate=plate))
    faults.raise_if_any()
    return PermitCards(tuple(cards), sheet)


def _bays(sheet: Sheet) -> dict[str, tuple[int, int]]:
    """Return of each pitch which of its spot's bays it is, along the kerb, and how many there are."""
    out = {}
    p = sheet.published.pitches.sort_values(["spot_id", "chainage_m", "pitch_id"], kind="stable")
    for _, own in p.groupby("spot_id", sort=False):
        for k, pitch in enumerate(own["pitch_id"], start=1):
            out[str(pitch)] = (k, len(own))
    return out
