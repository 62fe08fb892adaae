"""The packaged demonstration city."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pandas as pd

from pitchplan.city.layers import City
from pitchplan.city.reading import read_city
from pitchplan.demand.harvest import read_harvest
from pitchplan.demand.season import Season
from pitchplan.errors import PitchplanError
from pitchplan.files.tables import read_table
from pitchplan.rules.book import RuleBook, rule_book
from pitchplan.siting.decisions import read_decisions

__all__ = ["SpringCity", "spring_city", "spring_city_folder"]


@dataclass(frozen=True)
class SpringCity:
    """Spring City (泉城), a made-up city centre to learn and test on.

    Attributes
    ----------
    city : City
    survey : pandas.DataFrame
        Harvest survey, columns as `schemas.SURVEY`.
    season : Season
    book : RuleBook
        The preset jinan-2019.
    decisions : pandas.DataFrame
        Committees' decisions, columns as `schemas.DECISIONS`.
    last_year : pandas.DataFrame
        Last year's spots: number, name, address, lon, lat, capacity.
    titles : dict
        title, title_en, publisher and publisher_en for the map.
    gateways : tuple of str
        Where vehicles enter the city, by name.
    gateway_places : pandas.DataFrame
        The same with their places: name, lon and lat, for `allocate`.
    folder : Path
        Where the files lie.
    """

    city: City
    survey: pd.DataFrame
    season: Season
    book: RuleBook
    decisions: pd.DataFrame
    last_year: pd.DataFrame
    titles: dict[str, str]
    gateways: tuple[str, ...]
    gateway_places: pd.DataFrame
    folder: Path


def spring_city_folder() -> Path:
    """Return the folder with the demonstration city's files.

    Raises
    ------
    PitchplanError
        The package was installed without its data.
    """
    installed = Path(str(resources.files("pitchplan"))) / "data" / "spring_city"
    beside = Path(__file__).resolve().parents[2] / "data" / "spring_city"
    for folder in (installed, beside):
        if (folder / "streets.geojson").is_file():
            return folder
    raise PitchplanError("the demonstration city is not installed: install pitchplan from its wheel or clone")


def _city(folder: Path) -> City:
    return read_city(
        streets=folder / "streets.geojson",
        centrelines=folder / "centrelines.geojson",
        footways=folder / "footways.geojson",
        open_spaces=folder / "open_spaces.geojson",
        buildings=folder / "buildings.geojson",
        keep_clear=folder / "keep_clear.geojson",
        kerb_regulations=folder / "kerb_regulations.geojson",
        communities=folder / "communities.geojson",
    )


def spring_city() -> SpringCity:
    """Read the demonstration city.

    Examples
    --------
    >>> import pitchplan as pp
    >>> pp.datasets.spring_city().season.days
    81
    """
    folder = spring_city_folder()
    said = tomllib.loads((folder / "season.toml").read_text(encoding="utf-8"))
    return SpringCity(
        city=_city(folder),
        survey=read_harvest(folder / "harvest.csv"),
        season=Season(said["first"], said["last"], hours=said["hours"]),
        book=rule_book("jinan-2019"),
        decisions=read_decisions(folder / "decisions.csv"),
        last_year=read_table(folder / "spots_2025.csv")[0],
        titles={key: str(said.get(key, "")) for key in ("title", "title_en", "publisher", "publisher_en")},
        gateways=tuple(said["gateways"]),
        gateway_places=read_table(folder / "gateways.csv")[0],
        folder=folder,
    )
