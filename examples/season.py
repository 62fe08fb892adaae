"""A whole season of Spring City, from the draft in April to the closing in August, with every map.

    python examples/season.py --out season

What people say and what is counted in the streets is made up here; everything else is worked out.
"""

from __future__ import annotations

import guarding  # noqa: F401  # first: it also holds while the others are loaded

# isort: split

import argparse
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd

import pitchplan as pp
from pitchplan.files.ledger import write_guarded
from pitchplan.files.writing import make_folder
from pitchplan.growers.allocation import freeze_lottery
from pitchplan.growers.lottery import check_lottery
from pitchplan.sheets.cards import permit_cards
from pitchplan.sheets.letters import letters
from pitchplan.sheets.tables import write_table

WHO = "泉城城市管理局"


class Story:
    """The city, its planner's options, and where the files go."""

    def __init__(self, out: Path, time_limit_s: float, weeks: list[int]) -> None:
        self.spring = pp.datasets.spring_city()
        self.out, self.time_limit_s, self.weeks = out, time_limit_s, weeks

    def folder(self, name: str) -> Path:
        """Return a stage's folder, made where it does not exist."""
        return make_folder(self.out / name)

    def map(
        self, plan: pp.Plan, path: Path, titles: tuple[str, str], formats: str, *, stage: str, date: str
    ) -> None:
        """Audit a plan and write its map."""
        spring = self.spring
        audit = pp.audit_plan(plan, spring.city, spring.book).raise_for_breaches()
        sheet = pp.map_sheet(
            plan,
            spring.city,
            title=titles[0],
            title_en=titles[1],
            publisher=WHO,
            audit=audit,
            stage=stage,
            date=date,
        )
        for suffix in formats.split():
            pp.write(sheet, path.with_suffix(suffix))


TITLES = ("泉城西瓜地图 2026", "Spring City Watermelon Map 2026")


def sought(plan: pp.Plan) -> pp.Plan:
    """Return a plan whose search was not ended by Ctrl-C, which ends the season."""
    if plan.goals["outcome"].eq(pp.Outcome.INTERRUPTED).any():
        raise KeyboardInterrupt
    return plan


def april(story: Story) -> tuple[pp.Forecast, pp.SitingProblem, pp.Plan]:
    """Draft a plan that stays close to last year's."""
    spring = story.spring
    forecast = pp.forecast_vendors(spring.survey, spring.season, gateways=spring.gateways)
    candidates = pp.find_candidates(
        spring.city, spring.book, season=spring.season, decisions=spring.decisions
    )
    last_year = pp.read_spots(spring.last_year, spring.city)
    goals = [*pp.goals.default_goals(), pp.goals.StayClose(last_year)]
    problem = pp.siting_problem(
        candidates,
        spring.city,
        vendors=forecast.to_provide(0.9),
        goals=goals,
        decisions=spring.decisions,
    )
    plan = sought(problem.solve(time_limit_s=story.time_limit_s)).with_numbers_of(last_year)
    folder = story.folder("1_april")
    story.map(plan, folder / "draft", TITLES, ".html .png", stage="draft", date="2026-04-10")
    print(f"April: {plan!r}")
    return forecast, problem, plan


def committees(story: Story, problem: pp.SitingProblem, plan: pp.Plan) -> tuple[pp.SitingProblem, pp.Plan]:
    """Ask the committees, change as little as they ask for, and answer each in a letter."""
    largest = plan.spots.sort_values(["capacity", "number"]).iloc[-1]
    quiet = plan.spots.sort_values(["capacity", "number"]).iloc[0]
    said = pd.DataFrame(
        [
            ("R1", "forbid", largest["spot_id"], "", "早高峰要办社区运动会", 12, 3),
            ("R2", "keep", quiet["spot_id"], "", "居民欢迎", 9, 0),
            ("R3", "nominate", "", spring_square(story), "广场有地方", 5, 2),
        ],
        columns=["decision_id", "what", "place", "address", "reason", "votes_for", "votes_against"],
    ).assign(who="银河社区居民委员会", date="2026-04-28")
    done = problem.replan(plan, said, book=story.spring.book, time_limit_s=min(10.0, story.time_limit_s))
    sought(done.plan)
    folder = story.folder("2_committees")
    write_table(done.changes, folder / "changes.csv")
    letters(done.plan, story.spring.city, publisher=WHO, book=story.spring.book, date="2026-05-06").write(
        folder
    )
    print(f"Committees: {done!r}")
    return done.problem, done.plan


def spring_square(story: Story) -> str:
    """Return a place somebody may think of: the city's first square."""
    spaces = story.spring.city.open_spaces
    return f"{spaces.loc[spaces['kind'] == 'square', 'name'].iloc[0]}内"


def notice(story: Story, plan: pp.Plan) -> None:
    """Publish what shall be."""
    folder = story.folder("3_notice")
    story.map(plan, folder / "notice", TITLES, ".geojson .html .pdf", stage="notice", date="2026-05-08")


def june(story: Story, forecast: pp.Forecast, problem: pp.SitingProblem, plan: pp.Plan) -> pp.Plan:
    """Open each spot of the notice when it is needed, and draw lots for the first week."""
    spring, folder = story.spring, story.folder("4_june")
    season = problem.solve_weeks(
        forecast.to_provide(0.9), change_cost=20, time_limit_s=2 * story.time_limit_s, keep=plan
    )
    season = sought(season).with_numbers_of(plan)
    public = {"stage": "published", "date": "2026-05-25"}
    story.map(season, folder / "map", TITLES, ".geojson .html .pdf", **public)
    for week in story.weeks or range(1, len(season.season.weeks) + 1):
        first, _ = season.season.weeks[week - 1]
        titles = f"第{week}周（{first.month}月{first.day}日起）", f"Week {week}, from {first:%d %B}"
        story.map(season.at_week(week), folder / f"week_{week:02d}", titles, ".png", **public)
    people = growers(story, season)
    asked = {"city": spring.city, "gateways": spring.gateway_places, "week": 1, "salt": "kept in the office"}
    # Published while nobody can know the numbers: who draws cannot choose the list.
    frozen = freeze_lottery(season, people, **asked)
    write_guarded(folder / "list.json", json.dumps(frozen, ensure_ascii=False, indent=1).encode())
    seed = {
        "seed": "2026-05-25 public draw 04 11 17 23 30",
        "seed_source": "numbers drawn in public on 25 May 2026",
    }
    drawn = pp.allocate(season, people, "lottery", **seed, **asked)
    drawn.write_proof(folder / "lottery.json")
    write_table(drawn.table, folder / "office_allocation.csv")
    faults = check_lottery(folder / "lottery.json", list_sha256=frozen["list_sha256"])
    office = pp.map_sheet(
        season.at_week(1), spring.city, title=TITLES[0], publisher=WHO, audience="office", **public
    )
    permit_cards(office, drawn, people).write(folder / "office_cards.pdf", paper="A4")
    print(f"June: {season!r}\n{drawn!r}\n  the draw replayed from its file: {faults or 'as published'}")
    return season


def growers(story: Story, season: pp.Plan) -> pd.DataFrame:
    """Make up who asks for a pitch in the first week."""
    random = np.random.default_rng(5)
    survey = story.spring.survey
    rows = survey.iloc[random.integers(0, len(survey), season.vendors_by_week[0])]
    numbers = season.at_week(1).spots["number"].to_numpy()
    wishes = [";".join(map(str, random.choice(numbers, 2, replace=False))) for _ in range(len(rows))]
    return pd.DataFrame(
        {
            "grower_id": [f"G-{k + 1:03d}" for k in range(len(rows))],
            "name": [f"瓜农{k + 1}" for k in range(len(rows))],
            "vehicle": rows["vehicle"].to_numpy(object),
            "gateway": rows["gateway"].to_numpy(object),
            "wishes": wishes,
        }
    )


def july(
    story: Story, forecast: pp.Forecast, problem: pp.SitingProblem, plan: pp.Plan, season: pp.Plan
) -> pp.Plan:
    """Count at the spots, learn from it, and give up those where nobody stands."""
    seen = pp.read_occupancy(counted(season), season)
    folder = story.folder("5_july")
    write_table(seen.scores, folder / "scores.csv")
    learned = forecast.learn(seen.counts, seen=seen.seen)
    said = seen.decisions(WHO, "2026-07-15")
    said = said[said["what"] == "forbid"]
    said = said[said["place"].isin(plan.spots["spot_id"])]
    done = problem.replan(plan, said, book=story.spring.book, time_limit_s=min(10.0, story.time_limit_s))
    sought(done.plan)
    write_table(done.changes, folder / "changes.csv")
    story.map(done.plan, folder / "map", TITLES, ".html .pdf", stage="published", date="2026-07-16")
    print(
        f"July: {seen!r}\n  peak expected: {forecast.peak.median}, learned: {learned.peak.median}\n{done!r}"
    )
    write_table(seen.next_year(), story.folder("6_august") / "spots_for_2027.csv")
    return done.plan


def counted(season: pp.Plan) -> pd.DataFrame:
    """Make up what was counted on twelve days of the first six weeks: two spots are hardly used."""
    random = np.random.default_rng(9)
    assert season.weeks is not None
    weak = set(season.spots.sort_values("number")["number"].iloc[[1, -1]])
    rows = []
    for spot in season.weeks[season.weeks["week"] <= 6].itertuples():
        for day in (2, 5):
            wanted = random.poisson((0.05 if spot.number in weak else 0.8) * spot.capacity)
            date = spot.first_day + dt.timedelta(days=day)
            rows.append(
                (spot.number, date, min(wanted, spot.capacity), "yes" if wanted >= spot.capacity else "no")
            )
    return pd.DataFrame(rows, columns=["spot", "date", "vendors", "full"])


def main(arguments: list[str] | None = None) -> None:
    """Play the season through."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("season"), help="folder for the results")
    parser.add_argument("--time-limit", type=float, default=30.0, help="seconds of each larger search")
    parser.add_argument(
        "--weeks", type=int, nargs="*", help="weeks that get a map of their own; all unless given"
    )
    options = parser.parse_args(arguments)
    story = Story(options.out, options.time_limit, options.weeks or [])
    forecast, problem, draft = april(story)
    problem, plan = committees(story, problem, draft)
    notice(story, plan)
    season = june(story, forecast, problem, plan)
    july(story, forecast, problem, plan, season)
    advice = pp.read_spots(story.out / "6_august" / "spots_for_2027.csv", story.spring.city)
    print(f"August: {len(advice)} spots are where next year starts from; maps and lists are in {story.out}")


if __name__ == "__main__":
    main()
