"""Where a rule's number comes from is told by the audit and on the sheet."""

import pitchplan as pp


def test_the_audit_and_the_sheet_say_whose_numbers_they_are(spring, spring_plan):
    report = pp.audit_plan(spring_plan, spring.city, spring.book)
    said = dict(zip(report.measured["rule"], report.measured["origin"], strict=True))
    assert said["junction"] == "borrowed"
    assert said["bus-stop"] == "ours"
    assert said["overlap"] == ""
    line = next(row for row in report.text.split("\n") if row.startswith("junction"))
    assert "borrowed" in line
    sheet = pp.map_sheet(spring_plan, spring.city, title="泉城西瓜地图", publisher="局", audit=report)
    counts = sheet.published.facts["origins"]
    applied = spring_plan.rules_report.query("applied == 'yes' and kind != 'bay'")
    assert counts == {o: int((applied["origin"] == o).sum()) for o in ("cited", "borrowed", "ours")}
    assert min(counts.values()) > 0
