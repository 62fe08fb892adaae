"""Squares, schools, stations and communities as sketched: names, and places in map metres."""

from __future__ import annotations

# name, English name, kind, street it lies on, a place inside it, length along the street, depth (m)
OPEN_SPACES: tuple[tuple[str, str, str, str, tuple[float, float], float, float], ...] = (
    ("泉城广场", "Quancheng Square", "square", "泉城路", (855, 660), 90, 60),
    ("明湖广场", "Minghu Square", "square", "明湖路", (712, 1360), 70, 26),
    ("芙蓉广场", "Furong Square", "square", "芙蓉街", (830, 985), 32, 26),
    ("府前广场", "Fuqian Square", "square", "县前街", (1010, 930), 40, 30),
    ("西关市场", "Xiguan Market", "market-place", "西关大街", (230, 900), 60, 45),
    ("东关市场", "Dongguan Market", "market-place", "东关街", (1280, 1090), 50, 40),
    ("北园市场", "Beiyuan Market", "market-place", "北园路", (900, 1690), 60, 36),
    ("永安停车场", "Yong'an Car Park", "car-park", "永安街", (300, 520), 50, 40),
    ("翠屏停车场", "Cuiping Car Park", "car-park", "翠屏街", (540, 250), 60, 32),
    ("青龙停车场", "Qinglong Car Park", "car-park", "青龙街", (1270, 1220), 40, 30),
    ("新城广场", "Xincheng Square", "square", "新城大道", (2100, 690), 90, 65),
    ("学府广场", "Xuefu Square", "square", "学府路", (1770, 660), 60, 50),
    ("科技停车场", "Keji Car Park", "car-park", "科技路", (1880, 530), 60, 45),
    ("银河市场", "Yinhe Market", "market-place", "银河街", (2100, 1160), 55, 40),
    ("龙泉停车场", "Longquan Car Park", "car-park", "龙泉路", (1690, 1230), 45, 35),
    ("玉兰停车场", "Yulan Car Park", "car-park", "玉兰街", (2120, 880), 50, 35),
    ("凤凰广场", "Fenghuang Square", "square", "凤凰路", (2300, 1490), 55, 50),
    ("丁香停车场", "Dingxiang Car Park", "car-park", "丁香街", (1830, 190), 50, 40),
    ("义和停车场", "Yihe Car Park", "car-park", "义和街", (350, 1460), 36, 28),
    ("纱厂停车场", "Shachang Car Park", "car-park", "纱厂街", (1270, 420), 45, 32),
)  # fmt: skip

# name, kind of gate, street, a place inside the compound, length along the street, depth (m)
COMPOUNDS: tuple[tuple[str, str, str, tuple[float, float], float, float], ...] = (
    ("泉城路小学", "school-gate", "棋盘街", (640, 620), 70, 60),
    ("后宰门小学", "school-gate", "后宰门街", (880, 1060), 60, 45),
    ("永安小学", "school-gate", "永安街", (80, 620), 75, 60),
    ("东关小学", "school-gate", "东城根街", (1380, 1190), 70, 55),
    ("科技路小学", "school-gate", "和谐街", (1630, 470), 85, 70),
    ("新城中学", "school-gate", "银杏街", (2140, 470), 120, 95),
    ("银河小学", "school-gate", "木槿街", (2240, 1040), 85, 60),
    ("龙泉中学", "school-gate", "柳荫街", (1660, 1290), 100, 75),
    ("丁香幼儿园", "school-gate", "丁香街", (2200, 90), 50, 45),
    ("同乐幼儿园", "school-gate", "同乐街", (350, 1370), 45, 40),
    ("市中心医院", "hospital-gate", "西关大街", (90, 380), 120, 90),
    ("新城医院", "hospital-gate", "凤凰路", (2420, 450), 120, 80),
    ("明湖医院", "hospital-gate", "北园路", (1250, 1580), 100, 70),
)  # fmt: skip

# station, street, places of its exits
STATIONS: tuple[tuple[str, tuple[tuple[str, tuple[float, float]], ...]], ...] = (
    ("泉城广场站",
     (("泉城路", (760, 720)), ("泉城路", (760, 680)), ("泉城路", (905, 715)), ("泉城路", (905, 680)))),
    ("新城广场站",
     (("泉城路", (1985, 810)), ("泉城路", (1985, 760)), ("泉城路", (2110, 800)), ("泉城路", (2110, 750)))),
    ("明湖路站", (("历泉路", (420, 1360)), ("历泉路", (395, 1350)))),
)  # fmt: skip

# community, English name, district, English name, seed
COMMUNITIES: tuple[tuple[str, str, str, str, tuple[float, float]], ...] = (
    ("泉景社区", "Quanjing Community", "历泉区", "Liquan", (200, 900)),
    ("宝华社区", "Baohua Community", "历泉区", "Liquan", (150, 1150)),
    ("永安社区", "Yong'an Community", "历泉区", "Liquan", (150, 500)),
    ("翠屏社区", "Cuiping Community", "历泉区", "Liquan", (800, 200)),
    ("文化社区", "Wenhua Community", "历泉区", "Liquan", (700, 580)),
    ("纱厂社区", "Shachang Community", "历泉区", "Liquan", (1260, 480)),
    ("曲水社区", "Qushui Community", "明湖区", "Minghu", (530, 1000)),
    ("芙蓉社区", "Furong Community", "明湖区", "Minghu", (980, 920)),
    ("泮池社区", "Panchi Community", "明湖区", "Minghu", (880, 1200)),
    ("明湖社区", "Minghu Community", "明湖区", "Minghu", (820, 1560)),
    ("义和社区", "Yihe Community", "明湖区", "Minghu", (250, 1450)),
    ("东关社区", "Dongguan Community", "明湖区", "Minghu", (1330, 1180)),
    ("龙泉社区", "Longquan Community", "新城区", "Xincheng", (1750, 1200)),
    ("学府社区", "Xuefu Community", "新城区", "Xincheng", (1620, 560)),
    ("科技社区", "Keji Community", "新城区", "Xincheng", (2180, 560)),
    ("银河社区", "Yinhe Community", "新城区", "Xincheng", (2180, 1000)),
    ("凤凰社区", "Fenghuang Community", "新城区", "Xincheng", (2130, 1500)),
    ("丁香社区", "Dingxiang Community", "新城区", "Xincheng", (2050, 150)),
)  # fmt: skip
OFFICE_LINES = {"历泉区": "热线 000-0101", "明湖区": "热线 000-0202", "新城区": "热线 000-0303"}
