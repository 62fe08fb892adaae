"""What both example scripts do at the end: write every file and say in a few lines what came out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from guarding import stop

import pitchplan as pp
from pitchplan.files.writing import make_folder, write_many
from pitchplan.provenance import json_bytes, provenance
from pitchplan.sheets.sheet import render

BEST = "best_so_far.geojson"
MAPS = ("map.geojson", "map.html", "map.png", "map.pdf")


@dataclass(frozen=True)
class Result:
    """Everything a run has made."""

    forecast: pp.Forecast | None
    candidates: pp.Candidates
    plan: pp.Plan
    audit: pp.AuditReport
    others: Mapping[str, pp.Plan]


def end_if_stopped(plan: pp.Plan, audit: pp.AuditReport, sheet: pp.Sheet, out: Path) -> None:
    """Keep the best plan of a search that Ctrl-C ended, and end: who presses it does not wait for maps.

    It gets a name of its own, so that no map of an earlier run lies beside a plan it does not show.
    """
    if plan.goals["outcome"].eq(pp.Outcome.INTERRUPTED).any():
        out.mkdir(parents=True, exist_ok=True)
        pp.write(sheet, out / BEST)
        size = f"{len(plan.spots)} spots with {len(plan.pitches)} pitches, audit: {audit.verdict}"
        stop(
            f"The best plan so far is in {out / BEST}: {size}. Other files are as they were; to have maps"
            " drawn, give --time-limit."
        )


def write_all(
    result: Result,
    sheet: pp.Sheet,
    out: Path,
    *,
    inputs: Mapping[str, Path],
    started: dt.datetime,
) -> list[Path]:
    """Render every output in memory, then write them: a fault while rendering leaves nothing behind."""
    ready = {out / name: render(sheet, Path(name).suffix) for name in MAPS}
    ready[out / "spots.csv"] = render(sheet, ".csv")
    ready[out / "audit.txt"] = result.audit.text.encode()
    seconds = (dt.datetime.now(dt.UTC) - started).total_seconds()
    facts = provenance(result.plan, inputs=inputs, started=started, seconds=seconds)
    ready[out / "provenance.json"] = json_bytes(facts)
    make_folder(out)
    write_many(ready)
    return list(ready)


def summary(result: Result, out: Path) -> str:
    """Say in at most 15 lines what was planned and how good it is."""
    plan, candidates = result.plan, result.candidates
    lines = []
    if result.forecast is not None:
        peak = result.forecast.peak
        lines.append(
            f"vendors expected   {peak.median:.0f} at the season's peak"
            f" (90 % interval {peak.p05:.0f} to {peak.p95:.0f}); planned for {plan.vendors}"
        )
    lines += [
        f"places             {candidates.screened} screened, {candidates.legal} legal,"
        f" {len(candidates.pitches)} bays in {len(candidates.runs)} runs",
        f"chosen             {len(plan.spots)} spots with {len(plan.pitches)} pitches"
        + (f", {plan.shortfall} vendors without one" if plan.shortfall else ", every vendor has one"),
        f"residents reached  {plan.residents_served} of {plan.residents}",
    ]
    lines += plan.goal_lines
    for name, other in result.others.items():
        values = ", ".join(f"{g.goal} {g.value:g}" for g in other.goals.itertuples())
        lines.append(f"{name:<18} {values}")
    if len(plan.not_applied):
        lines.append(f"not applied        {', '.join(plan.not_applied['rule'])}")
    if plan.share_assumed:
        lines.append(
            f"to be taped        {plan.share_assumed:.0%} of the pitches rest on an assumed street width"
        )
    lines.append(f"audit              {result.audit.verdict}")
    lines.append(f"files              {out}/: {', '.join(MAPS)}, spots.csv, audit.txt, provenance.json")
    return "\n".join(lines)
