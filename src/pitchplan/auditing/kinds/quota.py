"""Audit twin of quota: pitches counted per community, district, spot and city."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pitchplan.auditing.bays import Scene
from pitchplan.auditing.findings import Breach, Finding

if TYPE_CHECKING:
    from pitchplan.rules.rule import Rule


def audit(rule: Rule, scene: Scene) -> Finding:
    """Count the pitches of every group, in the communities' polygons, not in what the plan says."""
    counts, residents = _counts(rule["group_by"], scene)
    finding = Finding(len(scene.bays), len(counts), unit="pitches")
    if rule["at_most_share"] < 1.0 and not any(residents.values()):
        finding.not_checkable = "no residents known"
        return finding
    for group, count in sorted(counts.items()):
        if rule["groups"] and not set(rule["groups"]) & set(group):
            continue
        most = rule["at_most"]
        if rule["at_most_share"] < 1.0:
            most = min(most, int(residents.get(group, 0.0) * rule["at_most_share"]))
        finding.margin(min(most - count, count - rule["at_least"]), group[0])
        if count > most:
            finding.breaches.append(Breach(group[0], count, most, group[-1]))
        if count < rule["at_least"]:
            finding.breaches.append(Breach(group[0], count, rule["at_least"], group[-1]))
    return finding


def _counts(group_by: str, scene: Scene) -> tuple[Counter[tuple[str, ...]], dict[tuple[str, ...], float]]:
    """Count pitches by group; a group is named by its id and, for communities, its name."""
    counts: Counter[tuple[str, ...]] = Counter()
    residents: dict[tuple[str, ...], float] = {}
    if group_by == "spot":
        for bay in scene.bays:
            counts[(bay.spot_id,)] += 1
        return counts, residents
    if group_by == "city":
        counts[("city",)] = len(scene.bays)
        return counts, residents
    communities = scene.city.communities
    groups = []
    for row in communities.itertuples():
        group = (str(row.community_id), str(row.name)) if group_by == "community" else (str(row.district),)
        groups.append(group)
        counts[group] += 0
        people = float(row.residents) if row.residents == row.residents else 0.0
        residents[group] = residents.get(group, 0.0) + people
    for bay in scene.bays:
        inside = sorted(communities.sindex.query(bay.centre, predicate="intersects"))
        if inside:
            counts[groups[int(inside[0])]] += 1
    return counts, residents
