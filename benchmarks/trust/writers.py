"""Every writer of the library, each with an old and a new version of what it writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

import pitchplan as pp
from pitchplan.files.ledger import write_many_guarded
from pitchplan.files.writing import write_many
from pitchplan.sheets import sheet as sheets
from pitchplan.sheets import write_cds
from pitchplan.sheets.cards import PermitCards, permit_cards
from pitchplan.sheets.letters import letters
from pitchplan.sheets.post import Letters
from pitchplan.sheets.tables import write_table

__all__ = ["Pair", "Writer", "files_in", "laid_out", "of_bytes", "of_office", "of_sets", "of_suffix"]

Writer = Callable[[Path, int], object]
"""Writes the old (0) or the new (1) version into a folder."""
Pair = tuple[pp.Sheet, pp.Sheet]
_WORDS = {"title": "西瓜地图", "publisher": "P", "date": "2026-05-20"}


def laid_out() -> tuple[list[pp.Plan], dict[str, Pair]]:
    """Plan the demonstration city in two versions, each laid out as draft, published, and for the office."""
    spring = pp.datasets.spring_city()
    found = pp.find_candidates(spring.city, spring.book, season=spring.season, decisions=spring.decisions)
    plans = [
        pp.greedy_plan(pp.siting_problem(found, spring.city, vendors=n, decisions=spring.decisions))
        for n in (40, 30)
    ]

    def pair(**options: str) -> Pair:
        first, second = (pp.map_sheet(plan, spring.city, **_WORDS, **options) for plan in plans)
        return first, second

    stages = {stage: pair(stage=stage) for stage in ("draft", "published")}
    return plans, {**stages, "office": pair(audience="office")}


def of_suffix(suffix: str, pair: Pair) -> Writer:
    """Write a sheet in one format."""
    return lambda folder, version: pp.write(pair[version], folder / f"map{suffix}")


def of_bytes(suffix: str, pair: Pair, made: tuple[bytes, bytes], reason: str = "") -> Writer:
    """Write a sheet whose bytes were made before; a published one replaces the old one for a reason."""

    def write(folder: Path, version: int) -> object:
        sheets.render, true = lambda *_, **__: made[version], sheets.render
        try:
            return pp.write(pair[version], folder / f"map{suffix}", replaces=reason if version else "")
        finally:
            sheets.render = true

    return write


def of_sets(drafts: Pair) -> dict[str, Writer]:
    """Write sets of files that belong together."""
    sets = [{f"{k:02d}.html": f"{version} {k}\n".encode() * 20_000 for k in range(12)} for version in (0, 1)]

    def many(writer: Callable[[dict[Path, bytes]], object]) -> Writer:
        return lambda folder, v: writer({folder / name: data for name, data in sets[v].items()})

    return {
        "write_cds": lambda folder, v: write_cds(drafts[v], folder / "curb", author=f"author {v}"),
        "write_many": many(write_many),
        "guarded set": many(write_many_guarded),
    }


def of_office(plans: list[pp.Plan], office: Pair) -> dict[str, Writer]:
    """Write what the office writes beside maps: letters, permit cards, a lottery's proof, tables."""
    spring = pp.datasets.spring_city()
    people = pd.DataFrame(
        {
            "grower_id": [f"G-{k:03d}" for k in range(40)],
            "name": [f"瓜农{k}" for k in range(40)],
            "vehicle": "small-truck",
            "gateway": spring.gateway_places["name"].iloc[0],
            "wishes": "",
        }
    )
    asked = {"city": spring.city, "gateways": spring.gateway_places, "salt": "kept"}
    given = [
        pp.allocate(plan, people, "lottery", seed="2026-05-25 public draw 04 11 17", seed_source="x", **asked)
        for plan in plans
    ]
    cards = [permit_cards(o, g, people) for o, g in zip(office, given, strict=True)]
    few = [PermitCards(c.cards[k : k + 2], c.sheet) for k, c in enumerate(cards)]
    told = {"book": spring.book, "date": "2026-05-10"}
    post = [
        Letters(letters(plan, spring.city, publisher=f"P{k}", **told).letters[:2])
        for k, plan in enumerate(plans)
    ]
    return {
        "letters": lambda folder, v: post[v].write(folder / "letters"),
        "permit cards": lambda folder, v: few[v].write(folder / "cards.pdf"),
        "lottery proof": lambda folder, v: given[v].write_proof(folder / "lottery.json"),
        "table": lambda folder, v: write_table(given[v].table, folder / "allocation.csv"),
    }


def files_in(folder: Path) -> dict[str, bytes]:
    """Read every file that a reader would see, by its path in the folder."""
    every = (p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".pitchplan-"))
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in every}
