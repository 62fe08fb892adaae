"""The catalogue of bad files: how a sound file of a reader is spoiled, and what its error must name."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["CATALOGUE", "Bad"]


class Bad(NamedTuple):
    """One bad file: reader, what is wrong, how the sound bytes are spoiled, and words of the error."""

    reader: str
    what: str
    spoil: Callable[[bytes], bytes]
    names: tuple[str, ...]


# --- ways to spoil -----------------------------------------------------------------------------------


def put(old, new):
    """Write something else in the place of a text that stands there, the first time it does."""

    def spoil(data):
        text = data.decode("utf-8")
        assert old in text, old
        return text.replace(old, new, 1).encode("utf-8", "surrogatepass")

    return spoil


def everywhere(old, new):
    return lambda data: data.decode("utf-8").replace(old, new).encode("utf-8")


def tail(text):
    return lambda data: data + text.encode("utf-8")


def lines(choose):
    return lambda data: b"\n".join(choose(data.splitlines())) + b"\n"


def coded(encoding):
    return lambda data: data.decode("utf-8-sig").encode(encoding)


def cut(share):
    return lambda data: data[: int(len(data) * share)]


def whole(content):
    return lambda data: content if isinstance(content, bytes) else content.encode("utf-8")


def at(*path, value=None, gone=False):
    """Set or delete a value in a JSON file."""

    def spoil(data):
        found = json.loads(data)
        inner = found
        for key in path[:-1]:
            inner = inner[key]
        if gone:
            del inner[path[-1]]
        else:
            inner[path[-1]] = value
        return json.dumps(found, ensure_ascii=False).encode("utf-8")

    return spoil


def of_kind(kind, column, value):
    """Set a property of the first feature of a kind in a map."""

    def spoil(data):
        found = json.loads(data)
        feature = next(f for f in found["features"] if f["properties"].get("kind") == kind)
        feature["properties"][column] = value
        return json.dumps(found).encode("utf-8")

    return spoil


def _each(data, change):
    found = json.loads(data)
    found["features"] = [change(feature) for feature in found["features"]]
    return json.dumps(found, ensure_ascii=False).encode("utf-8")


def _moved(data, move):
    def all_of(place):
        return move(place) if isinstance(place[0], (int, float)) else [all_of(p) for p in place]

    def change(feature):
        form = feature["geometry"]
        return {**feature, "geometry": {**form, "coordinates": all_of(form["coordinates"])}}

    return _each(data, change)


def shape(kind, coordinates):
    return at("features", 0, "geometry", value={"type": kind, "coordinates": coordinates})


def sheet(old, new):
    """Change the XML of a workbook's sheet."""

    def spoil(data):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        name = "xl/worksheets/sheet1.xml"
        assert old.encode() in files[name], old
        files[name] = files[name].replace(old.encode(), new.encode(), 1)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for path, content in files.items():
                archive.writestr(path, content)
        return out.getvalue()

    return spoil


def inline(cell, text):
    return f'<c r="{cell}" t="inlineStr"><is><t>{text}</t></is></c>'


# --- what holds for every table of text ---------------------------------------------------------------

TABLES = ("harvest", "decisions", "occupancy", "calendar", "growers", "gateways", "spots")
ANY_TABLE = [
    ("nothing", whole(""), ("empty",)),
    ("a byte order mark alone", whole(b"\xef\xbb\xbf"), ("empty",)),
    ("blank lines alone", whole("\n \n\n"), ("empty",)),
    ("no header", lines(lambda ls: ls[1:]), ()),
    ("two headers", lines(lambda ls: [ls[0], *ls]), ("row 2",)),
    ("a column without a name", lines(lambda ls: [ls[0] + b",", *(x + b",1" for x in ls[1:])]), ("row 1",)),
    ("NUL bytes", lambda data: data[:-3] + b"\0\0" + data[-3:], ("Save it as .csv (UTF-8)",)),
    ("UTF-16 without its mark", coded("utf-16-le"), ("Save it as .csv (UTF-8)",)),
    ("UTF-16 cut in a character", lambda data: data.decode("utf-8-sig").encode("utf-16")[:-1], ("UTF-16",)),
    ("a torn character", lambda data: data[:-2] + b"\xe7\x93" + data[-2:], ()),
    ("a workbook by name of text", whole(b"PK\x03\x04" + b"x" * 50), ("workbook", ".xlsx")),
    ("a row of more cells", tail("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22\n"), ("row",)),
    ("an open quotation mark", tail('"open\n'), ("row", "quotation mark")),
    (
        "a column given twice",
        lines(lambda ls: [x.split(b",")[0] + b"," + x for x in ls]),
        ("row 1", "twice", "Delete or rename"),
    ),
    ("an endless row", tail("," * 3000 + "\n"), ("at most 2000 columns",)),
]

HEADER_ALONE = ("the header alone", lines(lambda ls: ls[:1]), ("at least one",))

# --- the readers --------------------------------------------------------------------------------------

HARVEST = [
    ("a negative area", put(",770,", ",-770,"), ("row 2", "'area_mu'", "-770", "above 0")),
    ("an area of 0", put(",990,", ",0,"), ("row 3", "'area_mu'")),
    ("no area", put(",990,", ",,"), ("row 3", "'area_mu'", "missing", "Give")),
    ("NaN", put(",770,", ",NaN,"), ("row 2", "'area_mu'", "'NaN'")),
    ("infinity", put(",770,", ",inf,"), ("row 2", "'area_mu'", "'inf'", "finite")),
    ("a number too large to be one", put(",770,", ",1e999,"), ("row 2", "'area_mu'", "1e999")),
    ("a huge number", put(",7050,", ",1e30,"), ("row 2", "1e30")),
    ("digits in words", put(",770,", ",七百七十,"), ("row 2", "'area_mu'", "七百七十")),
    ("half of one", put(",770,", ",½,"), ("row 2", "'area_mu'", "½")),
    ("a unit in the cell", put(",770,", ",770亩多,"), ("row 2", "770亩多")),
    ("underscores", put(",770,", ",7_70,"), ("row 2", "7_70")),
    ("a percent sign in an area", put(",770,", ",770%,"), ("row 2", "'area_mu'", "770%")),
    ("a share above 1", put(",0.08,", ",8,"), ("row 2", "'loss_share'", "0 to 1")),
    ("a share of 120%", put(",0.08,", ",120%,"), ("row 2", "'loss_share'", "120%")),
    ("a formula", put(",770,", ",=A1*2,"), ("row 2", "'area_mu'", "=A1*2")),
    ("a spreadsheet's error", put(",770,", ",#REF!,"), ("row 2", "#REF!")),
    ("true", put(",770,", ",true,"), ("row 2", "'area_mu'", "true")),
    ("a day that is none", put("2026-05-05", "2026-02-30"), ("row 2", "'first_day'", "2026-02-30")),
    ("a day the American way", put("2026-05-05", "05/05/2026"), ("row 2", "'first_day'", "2026-06-01")),
    ("a day without a year", put("2026-05-05", "5月5日"), ("row 2", "'first_day'", "year included")),
    ("a day as a number", put("2026-05-05", "46147"), ("row 2", "'first_day'", "46147")),
    ("a last day before the first", put("2026-06-21", "2026-04-21"), ("row 2", "'last_day'")),
    ("a harvest of two years", put("2026-06-21", "2027-12-21"), ("row 2", "'last_day'", "Check the years")),
    ("a peak outside", put("2026-06-09", "2026-07-09"), ("row 2", "'peak_day'")),
    ("a city share out of order", put("0.019,0.032,0.048", "0.048,0.032,0.019"), ("row 2", "low")),
    ("no column of areas", put("area_mu", "size"), ("area",)),
    ("an unknown unit", put("area_mu", "area_acre"), ("area",)),
    ("two units", put("yield_jin_per_mu", "area_ha"), ("yield",)),
    ("a row twice", lines(lambda ls: [*ls, ls[1]]), ("row 4", "origin")),
    ("an origin missing", put("杏园村", ""), ("row 3", "'origin'", "Give")),
    ("a load of 0", put(",2.3,", ",0,"), ("row 2", "'load_t'")),
    ("nothing sold in a day", put(",0.59,", ",-0.59,"), ("row 2", "'selling_t_per_day'")),
    (
        "three faults at once",
        lambda data: put(",770,", ",x,")(put("2026-07-14", "soon")(put(",0.74,", ",-1,")(data))),
        ("3 faults", "row 2", "'x'", "row 3", "'soon'", "-1"),
    ),
]
WORKBOOK = [
    ("nothing", whole(""), ("empty",)),
    ("text by name of a workbook", whole("a,b\n1,2\n"), ("cannot be read",)),
    ("the old format", whole(b"\xd0\xcf\x11\xe0" + b"\0" * 600), ("password", ".xlsx")),
    ("the first half", cut(0.5), ("cannot be read", "save it again")),
    ("no last bytes", cut(0.98), ("cannot be read",)),
    ("a broken sheet", sheet("</sheetData>", ""), ()),
    ("a text for a number", sheet('<c r="D2"><v>770</v></c>', inline("D2", "many")), ("row 2", "'many'")),
    ("a formula without a value", sheet('<c r="D2"><v>770</v></c>', '<c r="D2"><f>A1</f></c>'), ("row 2",)),
    ("an error cell", sheet('<c r="D2"><v>770</v></c>', '<c r="D2" t="e"><v>#N/A</v></c>'), ("row 2",)),
    ("true", sheet('<c r="D2"><v>770</v></c>', '<c r="D2" t="b"><v>1</v></c>'), ("row 2", "'area_mu'")),
    ("merged cells", sheet(inline("A3", "杏园村"), ""), ("row 3", "'origin'", "missing")),
    ("a title in the header", sheet(inline("A1", "origin"), inline("A1", "收成表")), ("'origin'", "missing")),
    (
        "a stray cell far away",
        sheet("</sheetData>", '<row r="999999"><c r="ZZ999999"/></row></sheetData>'),
        ("stray",),
    ),
    (
        "a number as a day",
        sheet(inline("L2", "2026-05-05"), '<c r="L2"><v>46147</v></c>'),
        ("row 2", "46147"),
    ),
    ("an index of no shared text", sheet('<c r="D2"><v>770</v></c>', '<c r="D2" t="s"><v>9</v></c>'), ()),
    ("values of another workbook", sheet('"D2"><v>', '"D2"><f>[1]a!B2</f><v>'), ("paste it as values",)),
]
DECISIONS = [
    ("an unknown word", put("D02,forbid", "D02,prohibit"), ("row 3", "'what'", "prohibit", "keep")),
    ("an id twice", put("D02", "D01"), ("row 3", "'decision_id'", "D01", "its own")),
    ("no longitude", put("117.0019", ""), ("row 2", "'lon'")),
    ("swapped lon and lat", put("117.0019,36.6511", "36.6511,117.0019"), ("row 2", "'lat'", "117.0019")),
    ("a longitude of 200", put("117.0019", "200"), ("row 2", "'lon'", "200")),
    ("a longitude in words", put("117.0019", "east"), ("row 2", "'lon'", "east")),
    ("degrees and minutes", put("117.0019", "117°00'07"), ("row 2", "'lon'")),
    ("infinity", put("117.0019", "inf"), ("row 2", "'lon'")),
    ("a radius of 0", put(",15,", ",0,"), ("row 2", "'radius_m'", "above 0")),
    ("a radius in words", put(",15,", ",15m,"), ("row 2", "'radius_m'", "15m")),
    ("a negative radius", put(",15,", ",-15,"), ("row 2", "'radius_m'", "-15")),
    ("no rule to waive", put(",entrance,", ",,"), ("row 4", "'rule'", "Name the rule")),
    ("no reason", put("老瓜点", ""), ("row 2", "'reason'")),
    ("no column what", put("decision_id,what", "decision_id,word"), ("'what'",)),
    ("a day that is none", put("2026-04-25", "2026-04-31"), ("row 2", "'date'", "2026-04-31")),
    (
        "votes of a half",
        lines(lambda ls: [ls[0] + b",votes_for,votes_against", *(x + b",1.5,2" for x in ls[1:])]),
        ("row 2", "'votes_for'", "1.5"),
    ),
    (
        "votes of one side",
        lines(lambda ls: [ls[0] + b",votes_for,votes_against", *(x + b",3," for x in ls[1:])]),
        ("row 2", "'votes_against'"),
    ),
]
OCCUPANCY = [
    ("a spot that is not there", put("\n1,", "\n99,"), ("row 2", "'99'", "highest is 3")),
    ("no spot", put("\n1,", "\n,"), ("row 2", "'点位'", "number on the map")),
    ("a spot in words", put("\n1,", "\n一号,"), ("row 2", "一号")),
    ("a negative count", put(",2,否", ",-2,否"), ("row 2", "'商户数'", "-2")),
    ("half a vendor", put(",2,否", ",2.5,否"), ("row 2", "2.5")),
    ("no count", put(",2,否", ",,否"), ("row 2", "'商户数'")),
    ("a count in words", put(",2,否", ",两个,否"), ("row 2", "两个")),
    ("a huge count", put(",2,否", ",99999999,否"), ("row 2", "99999999")),
    ("NaN", put(",2,否", ",nan,否"), ("row 2", "nan")),
    ("maybe full", put("否", "也许"), ("row 2", "'已满'", "也许")),
    ("a day outside of the season", put("2026-06-02", "2026-09-02"), ("row 2", "2026-06-21")),
    ("a day of last year", put("2026-06-02", "2025-06-02"), ("row 2", "the season runs from")),
    ("a day that is none", put("2026-06-02", "2026-06-31"), ("row 2", "2026-06-31")),
    ("no day", put("2026-06-02", ""), ("row 2", "'日期'")),
    ("a spot counted twice", lines(lambda ls: [*ls, ls[1]]), ("row 5", "row 2")),
    ("full, and nobody there", put(",7,是", ",0,是"), ("row 3", "nobody")),
    ("negative complaints", put("是,1", "是,-1"), ("row 3", "'投诉数'", "-1")),
    ("no column of days", put("日期", "备注"), ("date",)),
]
CALENDAR = [
    ("an unknown word", put("school", "lessons"), ("row 2", "'what'", "lessons", "vacation")),
    ("no word", put(",holiday", ","), ("row 4", "'what'")),
    ("a day that is none", put("2026-07-03", "2026-06-31"), ("row 2", "'last_day'", "2026-06-31")),
    ("no first day", put("2026-03-02", ""), ("row 2", "missing")),
    ("backwards", put("2026-07-03", "2026-01-03"), ("row 2", "Swap the days")),
    ("two years", put("2026-07-03", "2028-07-03"), ("row 2", "Check the years")),
    ("a working weekend on a Friday", put("holiday", "working-weekend"), ("row 4", "2026-06-19")),
    ("school and vacation", put("2026-07-04", "2026-07-01"), ("school and vacation", "2026-07-01")),
    ("no column what", put("what", "kind_of_day"), ("'what'",)),
    ("no columns of days", put("first_day,last_day", "from,until_then"), ("first_day",)),
    ("a year of two digits", put("2026-03-02", "26-03-02"), ("row 2", "26-03-02")),
    ("a day as a number", put("2026-03-02", "46083"), ("row 2", "46083")),
]
GROWERS = [
    ("an id twice", put("G-002", "G-001"), ("row 3", "row 2")),
    ("an id that differs by width", put("G-002", "Ｇ-001"), ("row 3", "row 2")),
    ("no id", put("G-002", ""), ("row 3", "'编号'")),
    ("an id that is a telephone", put("G-002", "13900001239"), ("row 3", "made-up id")),
    ("no name", put("某某乙", ""), ("row 3", "'姓名'")),
    ("a telephone in words", put("13900001235", "call me"), ("row 3", "'手机号'")),
    ("an unknown vehicle", put("三轮车", "飞船"), ("row 3", "'车型'")),
    ("no vehicle", put("三轮车", ""), ("row 3", "'车型'")),
    ("no gateway", put("南入城口", ""), ("row 3", "'入城口'")),
    ("a gateway nobody knows", put("南入城口", "东门"), ("row 3", "gateway")),
    ("a wish in words", put(",1;2,", ",near me,"), ("row 2", "'志愿摊点'")),
    ("a wish twice", put(",1;2,", ",1;1,"), ("row 2", "twice")),
    ("a wish for no spot", put(",1;2,", ",77,"), ("row 2", "77")),
    ("a negative wish", put(",1;2,", ",-1,"), ("row 2", "'志愿摊点'")),
    ("a day that is none", put("2026-05-01", "2026-05-32"), ("row 2", "'申报日期'")),
    ("days and ranks", put("2026-05-01", "1"), ("days and ranks",)),
    ("no column of vehicles", put("车型", "备注"), ("vehicle",)),
    ("a gateway that is a telephone", put("南入城口", "13900001239"), ("row 3", "'入城口'")),
]
GATEWAYS = [
    ("no name", put("南入城口", ""), ("row 3", "'名称'")),
    ("a name twice", put("南入城口", "北入城口"), ("row 3", "its own name")),
    ("no longitude", put("117.002", ""), ("row 2", "'经度'")),
    ("a longitude of 200", put("117.002", "200"), ("row 2", "'经度'")),
    ("swapped", put("117.002,36.652", "36.652,117.002"), ("row 2", "'纬度'")),
    ("infinity", put("36.652", "inf"), ("row 2", "'纬度'")),
    ("in words", put("36.652", "north"), ("row 2", "'纬度'")),
    ("no columns of places", put("经度,纬度", "a,b"), ("lon", "lat")),
    ("no column of names", put("名称", "a"), ("name",)),
    ("another continent", put("117.002,36.652", "-0.1,51.5"), ()),
]
SPOTS = [
    ("a number of 0", put("\n1,", "\n0,"), ("row 2", "'number'", "above 0")),
    ("a number in words", put("\n1,", "\nfirst,"), ("row 2", "'number'", "first")),
    ("a number twice", put("\n2,", "\n1,"), ("row 3", "row 2", "its own")),
    ("no number", put("\n2,", "\n,"), ("row 3", "'number'", "every spot")),
    ("another city", put("117.00", "118.00"), ("row 2", "outside the city", "datum")),
    ("a longitude in words", put("117.00", "east"), ("row 2", "'lon'")),
    ("full-width longitude of nonsense", put("117.00", "１１７。００"), ("row 2", "'lon'")),
    ("an address elsewhere", put("以南45米", "以北185米"), ("row 2", "'address'")),
    ("a capacity in words", put("kerbside,", "kerbside,many"), ("row 2", "'capacity'", "many")),
    ("no places at all", lines(lambda ls: [b"number,note", b"1,a"]), ("row 1", "address")),
]
BOOK = [
    ("nothing", whole(""), ("empty",)),
    ("no [book]", put("[book]", "[books]"), ("[book]",)),
    ("no id", put('id = "ours"', "name = 1"), ("id",)),
    ("an open text", put('"ours"', '"ours'), ("not TOML", "line 2")),
    ("a key twice", put('id = "ours"', 'id = "ours"\nid = "b"'), ("not TOML", "line 3")),
    ("a table twice", tail('[book]\nid = "c"\n'), ("not TOML",)),
    ("UTF-16", coded("utf-16"), ("UTF-8",)),
    ("GB18030", coded("gb18030"), ("UTF-8",)),
    ("the first half", cut(0.42), ()),
    ("control characters", put("Order 7", "Order\x01 7"), ("not TOML",)),
    ("an unknown kind", put('kind = "setback"', 'kind = "distance"'), ("junction", "distance", "setback")),
    ("a kind that differs by case", put('kind = "setback"', 'kind = "Setback"'), ("Setback",)),
    ("an unknown base", put("jinan-2019", "jinan-1919"), ("'base'", "jinan-1919", "jinan-2019")),
    ("a base by number", put('base = "jinan-2019"', "base = 7"), ("'base'", "7")),
    ("its own base", put("jinan-2019", "book.toml"), ("base", "Take one base out")),
    (
        "no rule to leave out",
        put('without = ["entrance"]', 'without = ["gate"]'),
        ("'without'", "gate", "entrance"),
    ),
    (
        "what is left out as a text",
        put('without = ["entrance"]', 'without = "entrance"'),
        ("'without'", "list"),
    ),
    ("a negative distance", put("12.0", "-12.0"), ("'distance_m'", "-12.0")),
    ("a distance as text", put("12.0", '"12 m"'), ("'distance_m'", "12 m")),
    ("NaN", put("12.0", "nan"), ("'distance_m'", "nan")),
    ("infinity", put("12.0", "inf"), ("'distance_m'", "inf")),
    ("no distance", put("distance_m = 12.0\n", ""), ("'distance_m'", "missing")),
    ("an unknown parameter", put("distance_m = 12.0", "distance_m = 12.0\nwidth_mm = 3"), ("width_mm",)),
    ("an unknown side", put('side = "any"', 'side = "left"'), ("'side'", "left")),
    ("an unknown origin", put('"ours"\ntitle = "路口"', '"mine"\ntitle = "路口"'), ("mine", "cited")),
    ("no source", put('source = "Order 7 of the city"\n', ""), ("source",)),
    (
        "a rule twice",
        tail(
            '[[rule]]\nid = "junction"\nkind = "setback"\nfeature = "junction"\n'
            'distance_m = 1.0\nsource = "x"\norigin = "ours"\n'
        ),
        ("junction", "its own id"),
    ),
    (
        "a rule that is no table",
        lambda data: b"rule = [7]\n" + data.replace(b"[[rule]]", b"[other]"),
        ("[[rule]]",),
    ),
    ("[[rules]]", put("[[rule]]", "[[rules]]"), ("'rules'", "[[rule]]")),
    ("a word of [book] misspelt", put("without", "withuot"), ("'withuot'", "without")),
    ("a vehicle of 0 m", put("length_m = 5.0", "length_m = 0.0"), ("'length_m'", "0.0")),
    ("a vehicle of a kilometre", put("length_m = 5.0", "length_m = 1000.0"), ("'length_m'", "1000.0")),
    ("a vehicle without a width", put("width_m = 2.0\n", ""), ("width_m",)),
    ("an id that is a number", put('id = "junction"', "id = 7"), ("id",)),
    (
        "an unknown on_missing",
        put('side = "any"', 'side = "any"\non_missing = "ignore"'),
        ("ignore", "refuse"),
    ),
]
OSM = [
    ("nothing", whole(""), ("empty",)),
    ("the first half", cut(0.5), ("cannot be read", "Download")),
    ("no street", everywhere("highway", "waterway"), ("no street",)),
    ("HTML", whole("<html><body>404</body></html>"), ("not an OpenStreetMap extract",)),
    ("GML", whole('<?xml version="1.0"?><gml:FeatureCollection/>'), ("not an OpenStreetMap extract",)),
    ("a way of nodes nobody has", everywhere('ref="', 'ref="9'), ("no street",)),
    ("NUL bytes", put("residential", "resi\0dential"), ("cannot be read",)),
    ("wrong encoding", coded("gb18030"), ("cannot be read",)),
    ("no OSM inside", whole('<osm version="0.6"></osm>'), ("no street",)),
    ("entities", put("<osm", "<!DOCTYPE a [<!ENTITY b 'c'>]><osm"), ("not an OpenStreetMap extract",)),
]
PLAN = [
    ("the first half", cut(0.5), ("not strict JSON",)),
    ("another map", at("pitchplan", gone=True), ("no member 'pitchplan'", "pitchplan.write")),
    ("another profile", at("pitchplan", "profile", value="pitchplan-map/99"), ("pitchplan-map/99",)),
    ("a map for AMap", at("pitchplan", "datum", value="GCJ-02"), ("GCJ-02", "without datum")),
    ("an outcome nobody knows", at("pitchplan", "outcome", value="FINE"), ("'outcome'", "FINE", "PROVEN")),
    ("half a vendor", at("pitchplan", "vendors", value=1.5), ("'vendors'", "1.5")),
    ("vendors below 0", at("pitchplan", "vendors", value=-1), ("'vendors'", "-1")),
    ("no CRS", at("pitchplan", "planning_crs", gone=True), ("'planning_crs'",)),
    ("a CRS in degrees", at("pitchplan", "planning_crs", value="EPSG:4326"), ("EPSG:4326", "EPSG:4548")),
    ("a CRS nobody knows", at("pitchplan", "planning_crs", value="EPSG:999999"), ("EPSG:999999",)),
    ("no season", at("pitchplan", "season", gone=True), ("'season'",)),
    ("a season that ends first", at("pitchplan", "season", "last", value="2020-01-01"), ("2020-01-01",)),
    ("hours that are none", at("pitchplan", "season", "hours", value="25:00-26:00"), ("25:00",)),
    ("a capacity as text", of_kind("spot", "capacity", "many"), ("'capacity'", "many")),
    ("a spot without a number", of_kind("spot", "number", None), ("'number'",)),
    ("a pitch of no spot", of_kind("pitch", "spot_id", "R0"), ("'spot_id'", "R0", "no spot")),
    ("a spot that is twice there", of_kind("spot", "spot_id", "R0"), ("R",)),
    ("no features", at("features", value={}), ("features",)),
    ("no goals", at("pitchplan", "goals", value=None), ("goals",)),
    ("NaN", put('"vendors":', '"vendors": NaN, "v":'), ("NaN", "not strict JSON")),
    ("a key twice", put('"vendors":', '"vendors": 1, "vendors":'), ("'vendors'", "twice")),
    ("a nesting bomb", whole('{"type":' + "[" * 100_000), ("deeply",)),
    ("UTF-16", coded("utf-16"), ("UTF-8",)),
    ("half a character", put('"vendors":', '"v": "\\ud800", "vendors":'), ("half a character",)),
    ("a list", whole("[1, 2]"), ("not a JSON object",)),
]
PROOF = [
    ("nothing", whole(""), ("empty",)),
    ("the first half", cut(0.5), ("not strict JSON",)),
    ("another profile", at("profile", value="x"), ("not a lottery's proof",)),
    ("no entries", at("entries", gone=True), ("parts of it are missing",)),
    ("entries of numbers", at("entries", value=[1, 2]), ("not a lottery's proof",)),
    ("no seats", at("seats", gone=True), ("not a lottery's proof",)),
    ("an endless drive", put('"drives": {', '"drives": {"x": {"1": 1e999}, '), ("not a lottery's proof",)),
    ("no seed", at("seed", gone=True), ("not a lottery's proof",)),
    ("a key twice", put('"entries"', '"seed": "1", "entries"'), ("twice",)),
    ("a nesting bomb", whole('{"seed":' * 100_000), ("deeply",)),
]
LEDGER = [
    ("nothing", whole(""), ("Put back the ledger",)),
    ("the first half", cut(0.5), ("Put back the ledger",)),
    ("another form", at("ledger", value="x"), ("pitchplan-published/1",)),
    ("no files", at("files", value=[]), ("pitchplan-published/1",)),
    ("a name that leads away", at("files", value={"../a": {}}), ("../a",)),
    ("a hash that is none", at("files", "map-2026.geojson", "sha256", value="x"), ("map-2026.geojson",)),
    ("a day that is none", at("files", "map-2026.geojson", "issued", value="soon"), ("map-2026.geojson",)),
    ("a key twice", put('"ledger"', '"files": {}, "ledger"'), ("Put back the ledger",)),
]
ANY_LAYER = [
    ("nothing", whole(""), ("empty",)),
    ("the first half", cut(0.4), ("cannot be read", "export it again")),
    ("no features", at("features", value=[]), ("empty",)),
    ("no geometry", lambda data: _each(data, lambda f: {**f, "geometry": None}), ()),
    ("swapped lon and lat", lambda data: _moved(data, lambda p: p[::-1]), ("swapped",)),
    ("metres as degrees", lambda data: _moved(data, lambda p: [p[0] * 4000, p[1] * 100_000]), ("CRS",)),
]
ELSEWHERE = ("another city", lambda data: _moved(data, lambda p: [p[0] - 20, p[1] - 5]), ("away",))
LAYERS = (
    *("streets", "centrelines", "footways", "open_spaces", "buildings"),
    *("keep_clear", "kerb_regulations", "zones", "communities"),
)
LAYER = {
    "streets": [
        (
            "a bow tie",
            shape("Polygon", [[[117, 36.65], [117.01, 36.66], [117.01, 36.65], [117, 36.66], [117, 36.65]]]),
            ("row",),
        ),
        (
            "points",
            lambda data: _each(
                data, lambda f: {**f, "geometry": {"type": "Point", "coordinates": [117, 36.65]}}
            ),
            (),
        ),
        (
            "a nesting bomb",
            whole('{"type":"FeatureCollection","features":' + "[" * 100_000),
            ("cannot be read",),
        ),
        (
            "a link for a CRS",
            at("crs", value={"type": "link", "properties": {"href": "http://[::1]/"}}),
            ("'crs'", "RFC 7946"),
        ),
        ("a CRS nobody can read", put('"crs"', '"crs": /* ? */ {}, "c"'), ("CRS",)),
        (
            "a database by name of JSON",
            whole(b"SQLite format 3\0" + b"\0" * 500),
            ("cannot be read as geojson",),
        ),
        ("HTML", whole("<html>404</html>"), ("cannot be read as geojson",)),
    ],
    "communities": [
        (
            "residents in words",
            at("features", 0, "properties", "residents", value="many"),
            ("row 1", "'residents'", "many"),
        ),
        (
            "negative residents",
            at("features", 1, "properties", "residents", value=-5),
            ("row 2", "'residents'", "-5"),
        ),
        (
            "residents without end",
            at("features", 0, "properties", "residents", value=1e15),
            ("row 1", "'residents'"),
        ),
        (
            "an id of two",
            at("features", 1, "properties", "community_id", value="w"),
            ("'community_id'", "'w'"),
        ),
    ],
    "keep_clear": [
        ("no kind", at("features", 0, "properties", "kind", value=""), ("row 1", "'kind'", "bus-stop")),
        ("no column of kinds", everywhere('"kind"', '"colour"'), ("'kind'",)),
    ],
    "kerb_regulations": [
        ("no kind", at("features", 0, "properties", "kind", value=None), ("row 1", "'kind'"))
    ],
    "zones": [("no kind", at("features", 0, "properties", "kind", value=" "), ("row 1", "'kind'"))],
}
FORMATS = {
    "gpkg": [
        ("nothing", whole(""), ("empty",)),
        ("JSON", whole("{}"), ("another format",)),
        ("the first half", cut(0.5), ("cannot be read as gpkg",)),
        ("a page of zeros", lambda data: data[:100] + bytes(8000) + data[8100:], ("cannot be read as gpkg",)),
    ],
    "fgb": [
        ("the first half", cut(0.5), ("cannot be read as fgb",)),
        ("JSON", whole("{}"), ("another format",)),
    ],
    "kml": [
        ("the first half", cut(0.5), ("cannot be read as kml",)),
        ("HTML", whole("<html/>"), ("another format",)),
        ("entities", put("<kml", "<!DOCTYPE a [<!ENTITY b 'c'>]><kml"), ("entities", "Export it again")),
        ("UTF-16", coded("utf-16"), ("another format",)),
    ],
    "shp": [
        ("JSON", whole("{}"), ("another format",)),
        ("its head alone", lambda data: data[:100], ()),
        ("half a head", lambda data: data[:40], ("cannot be read as shp",)),
    ],
    "shx": [("nothing at all", lambda data: b"", ())],
    "dbf": [
        ("ten bytes", lambda data: data[:10], ("torn",)),
        ("a torn character", lambda data: data.replace("经".encode(), b"\xe7\xbb?"), ("encoding",)),
    ],
    "prj": [
        ("a moon", put("6378137", "1737400"), ()),
        ("a grid", tail(' EXTENSION["PROJ4","+nadgrids=a.gsb"]'), ("grid file",)),
    ],
    "cpg": [("a wrong encoding", whole("GBK"), ("encoding",)), ("ASCII", whole("ASCII"), ("encoding",))],
    "zip": [
        ("nothing", whole(""), ("empty",)),
        ("the first half", cut(0.5), ("not a zip",)),
        ("text", whole("hello"), ("not a zip",)),
    ],
    "topojson": [
        ("the first half", cut(0.5), ("cannot be read",)),
        ("GeoJSON", whole('{"type":"FeatureCollection","features":[]}'), ()),
    ],
}
SINGLE = {
    "harvest": HARVEST,
    "workbook": WORKBOOK,
    "decisions": DECISIONS,
    "occupancy": OCCUPANCY,
    "calendar": CALENDAR,
    "growers": GROWERS,
    "gateways": GATEWAYS,
    "spots": SPOTS,
    "book": BOOK,
    "osm": OSM,
    "plan": PLAN,
    "proof": PROOF,
    "ledger": LEDGER,
    **LAYER,
    **FORMATS,
}
CATALOGUE = (
    *(Bad(reader, *row) for reader in TABLES for row in ANY_TABLE),
    *(Bad(reader, *HEADER_ALONE) for reader in TABLES if reader != "decisions"),  # none is a decision too
    *(Bad(reader, *row) for reader in LAYERS for row in ANY_LAYER),
    *(Bad(reader, *ELSEWHERE) for reader in LAYERS if reader != "streets"),
    *(Bad(reader, *row) for reader, rows in SINGLE.items() for row in rows),
)
"""Every bad file."""
