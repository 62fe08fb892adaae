"""The harvest survey of the made-up counties around the city, and the season's vendors it means."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import numpy as np
import xlsxwriter

FIRST, LAST = dt.date(2026, 6, 1), dt.date(2026, 8, 20)
PEAK_VENDORS = 108.0

ENGLISH = (
    "origin", "origin_en", "crop", "cultivation", "area_mu", "yield_jin_per_mu", "loss_share",
    "city_share_low", "city_share", "city_share_high", "load_t", "selling_t_per_day", "first_day", "peak_day",
    "last_day", "gateway", "vehicle",
)  # fmt: skip
CHINESE = (
    "产地", "产地英文", "作物", "种植方式", "面积(亩)", "亩产(斤)", "损耗率", "进城零售比例下限",
    "进城零售比例", "进城零售比例上限", "单车载重(吨)", "日均销量(吨)", "上市日期", "盛期", "收市日期",
    "入城口", "车型",
)  # fmt: skip

# origin, English, relative area, gateway, types grown (s = shed, t = small tunnel, o = open field)
ORIGINS: tuple[tuple[str, str, float, str, str], ...] = (
    ("柳林镇柳林村", "Liulin Cun", 1.3, "北入城口", "so"),
    ("柳林镇前杨村", "Qianyang Cun", 0.8, "北入城口", "s"),
    ("柳林镇后杨村", "Houyang Cun", 0.6, "北入城口", "t"),
    ("白沙镇白沙村", "Baisha Cun", 1.8, "北入城口", "so"),
    ("白沙镇渡口村", "Dukou Cun", 1.1, "北入城口", "o"),
    ("白沙镇三官庙村", "Sanguanmiao Cun", 0.7, "北入城口", "t"),
    ("石桥镇石桥村", "Shiqiao Cun", 1.0, "东入城口", "s"),
    ("石桥镇东坡村", "Dongpo Cun", 0.9, "东入城口", "o"),
    ("石桥镇大槐树村", "Dahuaishu Cun", 1.2, "东入城口", "so"),
    ("青山镇青山村", "Qingshan Cun", 0.7, "南入城口", "o"),
    ("青山镇仲家庄", "Zhongjia Zhuang", 0.5, "南入城口", "o"),
    ("青山镇李家沟", "Lijia Gou", 0.4, "南入城口", "t"),
    ("河湾镇河湾村", "Hewan Cun", 1.6, "北入城口", "s"),
    ("河湾镇新立村", "Xinli Cun", 1.0, "北入城口", "so"),
    ("河湾镇高家滩", "Gaojia Tan", 1.4, "北入城口", "o"),
    ("双泉镇双泉村", "Shuangquan Cun", 0.6, "西入城口", "t"),
    ("双泉镇马庄", "Ma Zhuang", 0.9, "西入城口", "s"),
    ("双泉镇北张村", "Beizhang Cun", 1.1, "西入城口", "o"),
    ("平原店镇平原店村", "Pingyuandian Cun", 1.5, "西入城口", "so"),
    ("平原店镇陈家楼", "Chenjia Lou", 0.8, "西入城口", "t"),
    ("唐家镇唐家村", "Tangjia Cun", 1.0, "东入城口", "o"),
    ("唐家镇小营村", "Xiaoying Cun", 0.7, "东入城口", "s"),
    ("唐家镇周家湖", "Zhoujia Hu", 0.6, "东入城口", "t"),
    ("龙湾镇龙湾村", "Longwan Cun", 1.2, "东入城口", "o"),
)  # fmt: skip

# type: name, first, peak and last day, yield (jin per mu), factor on the area
TYPES = {
    "s": ("大棚", dt.date(2026, 5, 8), dt.date(2026, 6, 7), dt.date(2026, 6, 20), 7400, 1.0),
    "t": ("小拱棚", dt.date(2026, 5, 28), dt.date(2026, 6, 17), dt.date(2026, 7, 12), 6500, 0.75),
    "o": ("露地", dt.date(2026, 6, 18), dt.date(2026, 7, 16), dt.date(2026, 8, 16), 5900, 1.3),
}
VEHICLES = (("小货车", 1.8), ("三轮车", 1.0), ("拖拉机", 2.4))

Row = dict[str, str | float | int | dt.date]


def survey(rng: np.random.Generator) -> list[Row]:
    """Return the survey's rows, its areas scaled so that the season's peak is as busy as wished."""
    rows = [_row(origin, letter, rng) for origin in ORIGINS for letter in origin[4]]
    scale = PEAK_VENDORS / vendors_present(rows).max()
    for row in rows:
        row["area_mu"] = max(40, round(float(row["area_mu"]) * scale / 10) * 10)
    return rows


def _row(origin: tuple[str, str, float, str, str], letter: str, rng: np.random.Generator) -> Row:
    name, name_en, area, gateway, _ = origin
    cultivation, first, peak, last, jin, factor = TYPES[letter]
    vehicle, load = VEHICLES[rng.choice(3, p=[0.55, 0.3, 0.15])]
    share = round(float(rng.uniform(0.032, 0.058)), 3)
    shift = [dt.timedelta(days=int(d)) for d in rng.integers(-3, 4, 3)]
    values = (
        name, name_en, "西瓜", cultivation, 1000.0 * area * factor, int(round(jin * rng.uniform(0.94,
        1.08) / 50) * 50),
        round(float(rng.uniform(0.05, 0.12)), 2), round(share * 0.6, 3), share, round(share * 1.5, 3),
        round(load * float(rng.uniform(0.95, 1.0)), 1), round(float(rng.uniform(0.38, 0.74)), 2),
        first + shift[0], peak + shift[1], last + shift[2], gateway, vehicle,
    )  # fmt: skip
    return dict(zip(ENGLISH, values, strict=True))


def vendors_present(rows: list[Row]) -> np.ndarray:
    """Return the vendors present on each day of the season, by Little's law.

    Notes
    -----
    N = D/q (q/r + 0.5) with D the tonnes that reach the city in a day, q the load and r the tonnes a
    vendor sells in a day; the harvest of a row is spread over its window as a PERT (scaled Beta) curve.
    """
    days = np.arange((LAST - FIRST).days + 1)
    present = np.zeros(len(days))
    for row in rows:
        first, peak, last = ((row[k] - FIRST).days for k in ("first_day", "peak_day", "last_day"))  # type: ignore[operator]
        span = last - first + 1
        u = np.clip((days + 0.5 - first) / span, 0.0, 1.0)
        a, b = 1 + 4 * (peak - first) / span, 1 + 4 * (last - peak) / span
        fine = (np.arange(400) + 0.5) / 400
        density = u ** (a - 1) * (1 - u) ** (b - 1) / (fine ** (a - 1) * (1 - fine) ** (b - 1)).mean() / span
        tonnes = (
            float(row["area_mu"]) * float(row["yield_jin_per_mu"]) * 0.0005 * (1 - float(row["loss_share"]))
        )
        load, selling = float(row["load_t"]), float(row["selling_t_per_day"])
        present += tonnes * density * float(row["city_share"]) / load * (load / selling + 0.5)
    return present


def as_csv(rows: list[Row]) -> str:
    """Return the survey as CSV text with English headers."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ENGLISH)
    writer.writerows([[row[k] for k in ENGLISH] for row in rows])
    return out.getvalue()


def write_xlsx(rows: list[Row], path: Path) -> None:
    """Write the survey as a workbook with Chinese headers and no clock in it."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": "西瓜产量调查", "created": dt.datetime(2026, 4, 10)})
        sheet = book.add_worksheet("产量调查")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        head = book.add_format({"bold": True})
        sheet.write_row(0, 0, CHINESE, head)
        for i, row in enumerate(rows, start=1):
            for k, name in enumerate(ENGLISH):
                value = row[name]
                if isinstance(value, dt.date):
                    sheet.write_datetime(i, k, dt.datetime(value.year, value.month, value.day), day)
                else:
                    sheet.write(i, k, value)
        sheet.set_column(0, 1, 18)
        sheet.set_column(2, 16, 12)
        sheet.freeze_panes(1, 0)
