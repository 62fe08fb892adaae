"""Every public table: its columns, their types, units and meanings. The one place that says so.

A table is checked at the door with `check_table`, which names every missing column and every value
of a wrong type at once; behind the doors the columns are there and typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pitchplan.errors import Faults

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ALLOCATION",
    "ANSWERS",
    "BREACHES",
    "BUILDINGS",
    "CALENDAR",
    "CENTRELINES",
    "CHANGES",
    "CLASHES",
    "COMMUNITIES",
    "DECISIONS",
    "FIELD_LIST",
    "FOOTWAYS",
    "FOOTWAY_AXES",
    "FRONTIER",
    "GATEWAYS",
    "GOALS",
    "GROWERS",
    "IMPORTANCE",
    "KEEP_CLEAR",
    "KERB_REGULATIONS",
    "MEASURED",
    "OBSTRUCTION",
    "OCCUPANCY",
    "OCCUPANCY_DOUBTS",
    "OCCUPANCY_SCORES",
    "OPEN_SPACES",
    "PITCHES",
    "PUBLISHED",
    "REFUSALS",
    "ROUTES",
    "RULES_REPORT",
    "RUNS",
    "SHORTFALL",
    "SPOTS",
    "SPOT_LIST",
    "STREETS",
    "SURVEY",
    "TAKEN",
    "WEEKS",
    "ZONES",
    "Column",
    "Table",
    "as_text",
    "check_table",
]

Kind = Literal["text", "number", "count", "date", "geometry"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a public table.

    Attributes
    ----------
    name : str
        The column's name; a physical unit is its suffix (``_m``, ``_t``, ``_per_day``).
    kind : {"text", "number", "count", "date", "geometry"}
        What a cell holds.
    meaning : str
        What the column says.
    required : bool
        Whether a cell may be empty.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A named tuple of columns."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The columns' names, in order."""
        return [c.name for c in self.columns]


def _table(name: str, *columns: tuple[str, Kind, str] | tuple[str, Kind, str, bool]) -> Table:
    return Table(name, tuple(Column(*c) for c in columns))


SURVEY = _table(
    "survey",
    ("origin", "text", "village or township the fruit comes from"),
    ("origin_en", "text", "its name in Latin letters", False),
    ("crop", "text", "what is grown"),
    ("cultivation", "text", "how it is grown; each type has its own harvest window"),
    ("area_ha", "number", "area planted, hectares"),
    ("yield_t_per_ha", "number", "yield, tonnes per hectare"),
    ("loss_share", "number", "share lost before sale, 0 to 1"),
    ("city_share_low", "number", "least share sold directly in the city, 0 to 1"),
    ("city_share", "number", "likely share sold directly in the city, 0 to 1"),
    ("city_share_high", "number", "greatest share sold directly in the city, 0 to 1"),
    ("load_t", "number", "tonnes one vehicle brings"),
    ("selling_t_per_day", "number", "tonnes one vendor sells in a day"),
    ("first_day", "date", "first day of harvest"),
    ("peak_day", "date", "day of greatest harvest"),
    ("last_day", "date", "last day of harvest"),
    ("gateway", "text", "where the vehicles enter the city", False),
    ("vehicle", "text", "class of vehicle", False),
    # Only where some row uses them: a range (both ends) or a standard error with its degrees of freedom.
    ("area_low_ha", "number", "least area planted, hectares", False),
    ("area_high_ha", "number", "greatest area planted, hectares", False),
    ("area_se_ha", "number", "standard error of the area planted, hectares", False),
    ("area_df", "number", "degrees of freedom of that standard error, 1 or more", False),
    ("yield_low_t_per_ha", "number", "least yield, tonnes per hectare", False),
    ("yield_high_t_per_ha", "number", "greatest yield, tonnes per hectare", False),
    ("yield_se_t_per_ha", "number", "standard error of the yield, tonnes per hectare", False),
    ("yield_df", "number", "degrees of freedom of that standard error, 1 or more", False),
    ("loss_share_low", "number", "least share lost, 0 to 1", False),
    ("loss_share_high", "number", "greatest share lost, 0 to 1", False),
    ("loss_share_se", "number", "standard error of the share lost, 0 to 1", False),
    ("loss_share_df", "number", "degrees of freedom of that standard error, 1 or more", False),
    ("city_share_se", "number", "standard error of the share sold directly in the city, 0 to 1", False),
    ("city_share_df", "number", "degrees of freedom of that standard error, 1 or more", False),
    ("load_low_t", "number", "least load, tonnes", False),
    ("load_high_t", "number", "greatest load, tonnes", False),
    ("load_se_t", "number", "standard error of the load, tonnes", False),
    ("load_df", "number", "degrees of freedom of that standard error, 1 or more", False),
    ("selling_low_t_per_day", "number", "least amount one vendor sells, tonnes per day", False),
    ("selling_high_t_per_day", "number", "greatest amount one vendor sells, tonnes per day", False),
    (
        "selling_se_t_per_day",
        "number",
        "standard error of the amount one vendor sells, tonnes per day",
        False,
    ),
    ("selling_df", "number", "degrees of freedom of that standard error, 1 or more", False),
    ("filled", "text", "value columns of the row that were filled from its crop and cultivation", False),
)

_STREET_COLUMNS: tuple[tuple[str, Kind, str] | tuple[str, Kind, str, bool], ...] = (
    ("street_id", "text", "id as given, else made from the geometry"),
    ("name", "text", "name in the local language", False),
    ("name_en", "text", "name in Latin letters, never invented", False),
    ("street_class", "text", "main, secondary, branch, local, lane or as given"),
    ("width_m", "number", "width of the carriageway; not a number where polygons tell it", False),
    ("width_status", "text", "checked, measured, given, lanes or assumed"),
    ("lanes", "number", "lanes in both directions together", False),
    ("oneway", "text", "yes, reverse (against the line) or no; empty where nobody says", False),
    (
        "volume_veh_per_h",
        "number",
        "vehicles per hour in both directions together in the season's busiest open hour, given;"
        " not a number where nobody counted",
        False,
    ),
    ("level", "count", "0 on the ground, above or below on bridges and in tunnels"),
    (
        "gradient_percent",
        "number",
        "steepest slope of the street, percent; given, or from the heights of its line",
        False,
    ),
)
STREETS = _table("streets", *_STREET_COLUMNS, ("geometry", "geometry", "carriageway polygon"))
CENTRELINES = _table("centrelines", *_STREET_COLUMNS, ("geometry", "geometry", "axis, a line"))
FOOTWAYS = _table(
    "footways",
    ("footway_id", "text", "id"),
    (
        "axis_id",
        "text",
        "line in footway_axes it was drawn from; empty where it was given as a polygon",
        False,
    ),
    ("level", "count", "0 on the ground"),
    ("width_m", "number", "width it was drawn with; not a number where a polygon tells it", False),
    ("width_status", "text", "checked, measured (a polygon), given or assumed", False),
    ("flow_per_15min", "number", "people walking along it in the busiest 15 minutes, given", False),
    ("geometry", "geometry", "polygon people walk on"),
)
FOOTWAY_AXES = _table(
    "footway_axes",
    ("axis_id", "text", "id as given; footways are drawn from it"),
    (
        "street_id",
        "text",
        "street whose sidewalk it is; empty where the footway has a line of its own",
        False,
    ),
    ("side", "text", "side of the street's line the sidewalk is on, left or right; else empty", False),
    ("level", "count", "0 on the ground"),
    ("width_m", "number", "width of the footway"),
    ("width_status", "text", "checked, measured, given or assumed"),
    ("geometry", "geometry", "line of the footway, or of its street"),
)
OPEN_SPACES = _table(
    "open_spaces",
    ("open_space_id", "text", "id"),
    ("name", "text", "name in the local language", False),
    ("name_en", "text", "name in Latin letters", False),
    ("kind", "text", "square, car-park, market-place …"),
    ("level", "count", "0 on the ground"),
    ("geometry", "geometry", "polygon"),
)
BUILDINGS = _table(
    "buildings",
    ("building_id", "text", "id"),
    ("residents", "number", "people who live there", False),
    ("levels", "number", "storeys", False),
    ("geometry", "geometry", "footprint polygon"),
)
KEEP_CLEAR = _table(
    "keep_clear",
    ("feature_id", "text", "id"),
    ("kind", "text", "junction, crossing, bus-stop, hydrant, school-gate …"),
    ("name", "text", "name, if it has one", False),
    ("level", "count", "0 on the ground"),
    ("geometry", "geometry", "point, line or polygon"),
)
KERB_REGULATIONS = _table(
    "kerb_regulations",
    ("regulation_id", "text", "id"),
    ("kind", "text", "no-stopping, parking-bay, loading-bay, bus-lane, taxi-stand …"),
    ("hours", "text", "opening intervals such as 07:00-09:00; empty = at all hours", False),
    ("level", "count", "0 on the ground"),
    ("geometry", "geometry", "line along the kerb, or the polygon it covers"),
)
ZONES = _table(
    "zones",
    ("zone_id", "text", "id"),
    ("kind", "text", "truck-ban, pedestrian-zone …"),
    ("vehicles", "text", "classes of vehicle it bans, separated by commas; empty = all", False),
    ("hours", "text", "opening intervals at which it holds; empty = at all hours", False),
    ("level", "count", "0 on the ground"),
    ("geometry", "geometry", "polygon"),
)
COMMUNITIES = _table(
    "communities",
    ("community_id", "text", "id, a string always"),
    ("name", "text", "name in the local language"),
    ("name_en", "text", "name in Latin letters", False),
    ("district", "text", "district it belongs to"),
    ("district_en", "text", "district's name in Latin letters", False),
    ("residents", "number", "people who live there", False),
    ("contact", "text", "contact line that may be published", False),
    ("geometry", "geometry", "polygon"),
)
TAKEN = _table(
    "taken",
    ("layer", "text", "layer of the city"),
    ("source", "text", "file or argument it was read from"),
    ("column", "text", "column of the source, or tag of an OpenStreetMap extract"),
    ("taken_as", "text", "column of the layer it fills; empty where it is unused", False),
    ("how", "text", "mapping (as the planner said), recognised, tag or unused"),
    ("unit", "text", "unit of numbers in a width's column: m, cm, mm, ft or in", False),
)
FIELD_LIST = _table(
    "field_list",
    ("layer", "text", "streets or footways: what it is"),
    ("feature_id", "text", "street or footway whose width is to be taped"),
    ("name", "text", "name in the local language; of a sidewalk, its street's", False),
    ("street_class", "text", "class of the street; empty for a footway with a line of its own", False),
    ("width_m", "number", "width taken so far, metres"),
    ("width_status", "text", "lanes or assumed"),
    ("length_m", "number", "length of all its lines together, of a sidewalk that of its strip, metres"),
    ("x_m", "number", "middle of its longest line (of a sidewalk, at the kerb), easting in the planning CRS"),
    (
        "y_m",
        "number",
        "middle of its longest line (of a sidewalk, at the kerb), northing in the planning CRS",
    ),
    ("place", "text", "where to find it: name, streets it meets or lies beside, community"),
)
CALENDAR = _table(
    "calendar",
    ("first_day", "date", "first day; or one column date for both"),
    ("last_day", "date", "last day"),
    ("what", "text", "school, vacation, holiday or working-weekend"),
)
DECISIONS = _table(
    "decisions",
    ("decision_id", "text", "id"),
    ("what", "text", "keep, forbid, nominate or waive"),
    ("lon", "number", "longitude of the place, degrees, WGS84; found where another way is given", False),
    ("lat", "number", "latitude of the place, degrees, WGS84; found where another way is given", False),
    ("radius_m", "number", "how far around the place it holds, metres", False),
    ("rule", "text", "rule that is waived; empty for the others", False),
    ("reason", "text", "why"),
    ("who", "text", "committee or office"),
    ("date", "date", "day it was decided"),
    ("place", "text", "the place as the id of a spot, run or pitch, or number of a plan's spot", False),
    ("address", "text", "the place as an address or relative text", False),
    ("votes_for", "number", "votes for it, whole; not a number where nobody voted", False),
    ("votes_against", "number", "votes against it; a decision with more of them is not followed", False),
)
ANSWERS = _table(
    "answers",
    ("answer", "text", "what became of the decision, in English"),
    ("outcome", "text", "one of answers.OUTCOMES, such as kept, taken-out, refused or outvoted"),
    ("pitches", "number", "pitches taken out, or legal there", False),
    ("spot_id", "text", "spot that is kept", False),
    ("distance_m", "number", "from the place to that spot, metres", False),
    ("reasons", "text", "rules the nearest place breaks, with measured and required, as JSON", False),
)
PITCHES = _table(
    "pitches",
    ("pitch_id", "text", "id made from the place, never reused for another place"),
    ("run_id", "text", "run it belongs to"),
    ("street_id", "text", "street, or open space where it stands in one"),
    ("street", "text", "name of it", False),
    ("street_en", "text", "name in Latin letters", False),
    ("street_class", "text", "class of the street; 'open-space' off the street"),
    ("side", "text", "N, NE, E, SE, S, SW, W, NW of the axis; empty off the street", False),
    ("chainage_m", "number", "distance along the kerb to the bay's start"),
    ("placement", "text", "kerbside, footway, setback-land or open-space"),
    ("vehicle", "text", "class of vehicle the bay is made for"),
    ("community_id", "text", "community it lies in", False),
    ("district", "text", "district it lies in", False),
    (
        "clear_walk_m",
        "number",
        "clear width left to walk, without the queue; not a number where not measured",
        False,
    ),
    ("clear_drive_m", "number", "clear width left to drive; not a number off the street", False),
    ("width_status", "text", "checked, measured, given, lanes or assumed"),
    ("hours", "text", "hours it may be used"),
    ("weeks", "text", "weeks of the season it may be used, from 1, such as 6-12; empty = all", False),
    ("flags", "text", "what a person should look at, separated by '; '", False),
    ("x_m", "number", "centre of the bay, easting in the planning CRS"),
    ("y_m", "number", "centre of the bay, northing in the planning CRS"),
    ("bearing_deg", "number", "direction of the long side, clockwise from grid north"),
    ("length_m", "number", "long side"),
    ("width_m", "number", "short side"),
    ("queue_m", "number", "depth that waiting customers take up beside it; not counted as clear"),
)
RUNS = _table(
    "runs",
    ("run_id", "text", "id made from the place"),
    ("street_id", "text", "street or open space"),
    ("street", "text", "name of it", False),
    ("street_en", "text", "name in Latin letters", False),
    ("street_class", "text", "class of the street; 'open-space' off the street"),
    ("side", "text", "side of the axis", False),
    ("placement", "text", "kerbside, footway, setback-land or open-space"),
    ("community_id", "text", "community", False),
    ("district", "text", "district", False),
    ("room", "count", "bays in it"),
    ("length_m", "number", "from the first bay's start to the last bay's end"),
    ("address", "text", "address line by sentence template"),
    ("address_en", "text", "the same in English"),
    ("x_m", "number", "middle, easting"),
    ("y_m", "number", "middle, northing"),
)
REFUSALS = _table(
    "refusals",
    ("place_id", "text", "id of the place that was looked at"),
    ("vehicle", "text", "class of vehicle it was looked at for"),
    ("placement", "text", "kerbside, footway, setback-land or open-space"),
    ("rule", "text", "id of the rule it breaks"),
    ("feature_id", "text", "what it is too close to or lies in", False),
    ("measured", "number", "what was measured, in the rule's unit", False),
    ("required", "number", "what the rule asks for", False),
    ("holds", "text", "at which hours and on which days the rule holds; empty = always", False),
    ("x_m", "number", "easting"),
    ("y_m", "number", "northing"),
)
CLASHES = _table(
    "clashes",
    ("pitch_a", "text", "one pitch"),
    ("pitch_b", "text", "the other: not both may be chosen"),
    ("rule", "text", "rule that says so"),
    ("measured", "number", "what was measured between them, metres"),
    ("required", "number", "what the rule asks for, metres"),
)
RULES_REPORT = _table(
    "rules_report",
    ("rule", "text", "id"),
    ("kind", "text", "kind"),
    ("applied", "text", "yes, or why not"),
    ("features", "count", "features it was measured against"),
    ("refused", "count", "places it refused"),
    ("clashes", "count", "pairs it keeps apart"),
    ("source", "text", "where its number comes from"),
    ("origin", "text", "cited, borrowed or ours"),
    ("holds", "text", "at which hours and on which days it holds; empty = always", False),
)
OBSTRUCTION = _table(
    "obstruction",
    ("street_id", "text", "street"),
    ("street_class", "text", "class of the street"),
    ("lanes", "number", "lanes in both directions together, given or from the width"),
    ("volume_veh_per_h", "number", "vehicles per hour in both directions together"),
    ("volume_status", "text", "given, or typical of the class"),
    ("clear_drive_m", "number", "least width left beside a run; not a number where unknown", False),
    ("runs", "count", "runs in the carriageway"),
    ("street_cost", "count", "part of the street, paid once, vehicle-seconds of delay per hour"),
    ("least_run_cost", "count", "part of its cheapest run, the same unit"),
    ("most_run_cost", "count", "part of its costliest run, the same unit"),
)
SPOTS = _table(
    "spots",
    ("spot_id", "text", "id of the run it stands in"),
    ("number", "count", "number on the map"),
    ("name", "text", "short name"),
    ("name_en", "text", "short name in English", False),
    ("address", "text", "address line"),
    ("address_en", "text", "address line in English"),
    ("district", "text", "district", False),
    ("community_id", "text", "community", False),
    ("placement", "text", "kerbside, footway, setback-land or open-space"),
    ("room", "count", "most pitches possible there"),
    ("capacity", "count", "pitches chosen"),
    ("residents_served", "count", "residents assigned to it"),
    ("hours", "text", "hours it is open"),
    ("x_m", "number", "middle of the chosen pitches, easting"),
    ("y_m", "number", "middle of the chosen pitches, northing"),
)
SPOT_LIST = _table(
    "spot_list",
    ("spot_id", "text", "id as given, else made from its number"),
    ("number", "count", "number as given, else counted in the list's order"),
    ("name", "text", "short name", False),
    ("address", "text", "what the list says of the place", False),
    ("district", "text", "district as given, else the one the place lies in", False),
    ("capacity", "number", "pitches; not a number where the list does not say", False),
    ("hours", "text", "hours it was open, as given", False),
    ("x_m", "number", "easting in the planning CRS; not a number where not placed", False),
    ("y_m", "number", "northing in the planning CRS", False),
    ("precision_m", "number", "how far the place that is meant may be from there, metres", False),
    ("read_as", "text", "how the address was understood, as an address line", False),
    ("found", "text", "by what it was placed: 'x_m, y_m', 'lon, lat', address or plan; empty if not", False),
    ("why_not", "text", "what is wrong with the row and how to mend it; empty for a sound one", False),
)
CHANGES = _table(
    "changes",
    ("what", "text", "kept, changed (other pitches or another number of them), moved, dropped or added"),
    ("number", "count", "number on the map: of a dropped spot, the one it had"),
    ("spot_id", "text", "spot; of a dropped one, the one it was"),
    ("address", "text", "address line"),
    ("before", "count", "pitches before"),
    ("after", "count", "pitches after"),
    ("same", "count", "pitches that are the same"),
    ("moved_m", "number", "how far its middle moved, metres; not a number where it was dropped or added"),
    ("decision_id", "text", "decision that says so; empty where the change follows from others", False),
    ("why", "text", "in words"),
)
WEEKS = _table(
    "weeks",
    ("spot_id", "text", "spot"),
    ("number", "count", "number on the map"),
    ("week", "count", "week of the season, counted from 1"),
    ("first_day", "date", "first day of the week"),
    ("last_day", "date", "last day of the week"),
    ("capacity", "count", "pitches used in it"),
    ("pitch_ids", "text", "which, separated by '; '"),
)
VERIFICATION = _table(
    "verification",
    ("what", "text", "an input, or what was derived again from the inputs"),
    ("state", "text", "same, changed, not given (the map notes it) or not noted (the map does not)"),
    ("noted", "text", "hash or number in the map"),
    ("found", "text", "hash or number now", False),
    ("note", "text", "where the difference is, if that can be said", False),
)
GOALS = _table(
    "goals",
    ("goal", "text", "name"),
    ("sense", "text", "least or most"),
    ("value", "number", "what the plan reaches"),
    ("bound", "number", "what no plan can beat"),
    ("gap", "number", "|value - bound| / max(1, |value|)"),
    ("outcome", "text", "PROVEN, WITHIN_GAP, TIME_LIMIT, INTERRUPTED or NO_BOUND"),
    ("seconds", "number", "time spent"),
    ("sought", "number", "what was reached when it was sought, before later goals used its slack"),
    ("slack", "number", "share that later goals might give up"),
    ("solver", "text", "who searched"),
)
FRONTIER = _table(
    "frontier",
    ("step", "count", "from the best of the first goal to the best of the second"),
    ("goal_a", "number", "what the plan has of the first goal"),
    ("goal_b", "number", "what the plan has of the second goal"),
    ("bound_b", "number", "what no plan can beat, at this level of the first goal"),
    ("gap_b", "number", "|goal_b - bound_b| / max(1, |goal_b|)"),
    ("outcome", "text", "how the search for the second goal ended"),
    ("spots", "count", "spots of the plan"),
    ("pitches", "count", "pitches of the plan"),
)
SHORTFALL = _table(
    "shortfall",
    ("what", "text", "rule, limit or decision"),
    ("kind", "text", "rule, clash, limit or decision"),
    ("hosts_more", "count", "vendors more that would find a pitch without it"),
    ("at_most", "count", "no more than so many; the same number where it is proven"),
    ("how", "text", "solved anew, or counted from the refused places"),
)
IMPORTANCE = _table(
    "importance",
    ("spot_id", "text", "spot"),
    ("number", "count", "number on the map"),
    ("goal", "text", "the first goal that is worse without the spot; empty where none is"),
    ("loss", "number", "by how much that goal is worse at least"),
    ("loss_at_most", "number", "and at most; the same number where it is proven"),
    ("exact", "text", "yes where proven"),
)
PUBLISHED = _table(
    "published",
    ("file", "text", "name of the file in its folder"),
    ("state", "text", "as published, changed, missing, not readable or replaced only in the ledger"),
    ("title", "text", "title of the map"),
    ("issued", "date", "day of issue"),
    ("sha256", "text", "hash of what was published"),
    ("found_sha256", "text", "hash of what is there; empty where nothing can be read", False),
    ("replaced", "count", "earlier files of this name that it took the place of"),
)
OCCUPANCY = _table(
    "occupancy",
    ("spot", "text", "number of the spot on the map, or its id"),
    ("date", "date", "day of the count"),
    ("vendors", "count", "vendors that were counted there"),
    ("full", "text", "yes where others found no pitch; empty for no", False),
    ("complaints", "count", "complaints about the spot on that day, or in that round; empty for none", False),
    ("round", "text", "which round of the day or at what time; empty where there is but one", False),
)
OCCUPANCY_DOUBTS = _table(
    "occupancy_doubts",
    ("row", "count", "row of the file, the header being row 1"),
    ("spot_id", "text", "spot"),
    ("number", "count", "number on the map"),
    ("date", "date", "day of the count"),
    ("vendors", "count", "vendors that were counted there"),
    ("capacity", "count", "pitches open on that day"),
    ("why", "text", "what looks wrong"),
)
OCCUPANCY_SCORES = _table(
    "occupancy_scores",
    ("spot_id", "text", "spot"),
    ("number", "count", "number on the map"),
    ("address", "text", "address line"),
    ("capacity", "count", "pitches"),
    ("days", "count", "days on which it was counted"),
    ("days_worth", "number", "independent days they are worth: near ones see the same vendors"),
    ("mean", "number", "vendors on these days, mean; never above what is wanted", False),
    ("mean_low", "number", "lower end of its interval", False),
    ("mean_high", "number", "upper end of its interval", False),
    ("most", "number", "most vendors counted in one round", False),
    ("used_share", "number", "share of its pitches that were taken on these days", False),
    ("wanted", "number", "vendors that wanted to stand there, mean; unknown where always full", False),
    ("days_full", "count", "days on which all its pitches were taken, in some round at least"),
    ("full_low", "number", "lower end of the interval of the share of such days", False),
    ("full_high", "number", "upper end of it", False),
    ("complaints", "count", "complaints on the days counted"),
    ("complaints_low", "number", "lower end of the interval of complaints per day counted", False),
    ("status", "text", "idle, used, overfull, too few counts or not counted"),
)
BREACHES = _table(
    "breaches",
    ("rule", "text", "rule that is broken"),
    ("pitch_id", "text", "pitch, or group for a limit"),
    ("measured", "number", "what the audit measured"),
    ("required", "number", "what the rule asks for"),
    ("feature_id", "text", "what it is too close to", False),
)
MEASURED = _table(
    "measured",
    ("rule", "text", "rule"),
    ("pitches", "count", "pitches it was measured at"),
    ("features", "count", "features it was measured against"),
    (
        "tightest_margin_m",
        "number",
        "least (measured - required), in metres unless unit says else; nan where nothing was near",
        False,
    ),
    ("unit", "text", "what it is measured in: m, m2, percent, pitches, minutes …"),
    ("tightest_at", "text", "pitch, spot or group where it is least", False),
    ("waived", "count", "breaches a committee waived"),
    ("not_checkable", "text", "what could not be checked, and why", False),
    ("origin", "text", "whether its number is cited, borrowed or ours; empty for checks of the plan", False),
)

GROWERS = _table(
    "growers",
    ("grower_id", "text", "id the office gave; neither a telephone nor an ID number"),
    ("name", "text", "the grower's name; private"),
    ("phone", "text", "telephone; private", False),
    ("id_number", "text", "number of the ID card; private", False),
    ("plate", "text", "number plate; private", False),
    ("vehicle", "text", "class of vehicle, such as small-truck, tricycle, tractor"),
    ("gateway", "text", "where the grower enters the city"),
    ("wishes", "text", "numbers of spots, the dearest first, separated by semicolons", False),
    ("declared", "date", "day and time of the declaration, or a rank: who comes first in the queue", False),
    ("first_week", "count", "first week of selling, counted from the season's first day, 1 or more", False),
    ("last_week", "count", "last week of selling, the first being 1", False),
    ("village", "text", "where the grower comes from", False),
)
GATEWAYS = _table(
    "gateways",
    ("name", "text", "name, as surveys and growers say it"),
    ("lon", "number", "longitude, degrees, WGS84; or x_m", False),
    ("lat", "number", "latitude, degrees, WGS84; or y_m", False),
    ("x_m", "number", "easting in the planning CRS; made from lon and lat where not given", False),
    ("y_m", "number", "northing in the planning CRS; made from lon and lat where not given", False),
)
ROUTES = _table(
    "routes",
    ("gateway", "text", "where the vehicle enters the city"),
    ("vehicle", "text", "class of vehicle"),
    ("spot_id", "text", "spot"),
    ("number", "count", "number on the map"),
    ("drive_m", "number", "shortest drive, metres, rounded up; not a number where there is none", False),
    ("why", "text", "why there is none; empty where there is one", False),
)
ALLOCATION = _table(
    "allocation",
    ("grower_id", "text", "grower"),
    ("ticket", "text", "salted hash of the id, for what is published; empty without a salt", False),
    ("turn", "count", "place in the queue or in the draw, the first being 1; 0 where nobody waits", False),
    ("spot_id", "text", "spot; empty for a grower without one", False),
    ("number", "count", "number on the map; 0 for a grower without a spot"),
    ("pitch_id", "text", "pitch; empty for a grower without one", False),
    ("permit", "text", "number of the permit, made from year, spot and pitch; empty without one", False),
    ("vehicle", "text", "class of vehicle"),
    ("wish", "count", "which wish it is, the first being 1; 0 where it is none"),
    ("drive_m", "number", "drive from the gateway, metres; not a number without a spot", False),
    ("why_not", "text", "why there is no spot; empty for a grower with one", False),
)


def as_text(cells: pd.Series) -> pd.Series:
    """Return cells of any type as text; an empty cell is empty text."""
    return cells.astype(object).where(cells.notna(), "").astype(str)


def check_table(frame: pd.DataFrame, table: Table, source: str) -> None:
    """Raise one error that names every fault of a table's columns and cells.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table, of any number of rows.
    table : Table
        What it should look like.
    source : str
        File, layer or argument it came from.

    Raises
    ------
    InputError
        A column is missing, a required cell is empty or a number is not finite.
    """
    import numpy as np
    import pandas as pd

    faults = Faults(source)
    for column in table.columns:
        if column.name not in frame.columns:
            if column.required:
                faults.add(
                    f"column {column.name!r} is missing",
                    f"Add it: {column.meaning}. Columns found: {', '.join(map(str, frame.columns))}",
                )
            continue
        cells = frame[column.name]
        empty = cells.isna().to_numpy()
        if column.kind in ("number", "count"):
            numbers = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)
            bad = ~np.isfinite(numbers) & ~empty
        else:
            bad = np.zeros(len(frame), dtype=bool)
        if column.required:
            bad |= empty
        for i in np.flatnonzero(bad)[:50]:
            faults.add(
                "a value is missing" if empty[i] else "not a finite number",
                f"Give {column.meaning}",
                row=int(i) + 2,
                column=column.name,
                value=None if empty[i] else cells.iloc[i],
            )
    faults.raise_if_any()
