"""Key figures of laboratory and quality: as the lists of results, signatures and reviews of trails have them."""

from datetime import timedelta
from typing import Any

from audit.rules.report import Facts, Report, Severity
from coi.models import Batch
from qc.models import Result
from tests.audit.records.conftest import Archive, facts, table
from tests.audit.records.test_what_they_say import tampered

GROUP = "quality_figures"


def about(report: Report, key: str) -> str:
    """What stands beside a figure."""
    section = next(it for it in report.sections if it.key == GROUP)
    assert isinstance(section, Facts)
    return next(it.about for it in section.facts if it.key == key)


def test_results_out_of_specification_say_of_how_many(archive: Archive) -> None:
    judged = Result.objects.filter(is_current=True, verdict="pass", reviewed_at__isnull=False)
    found, of = facts(archive.report("key_figures"), GROUP), judged.count()
    assert (found["oos_rate"], found["oos"], found["results"]) == (0, 0, of)
    assert of > 1
    tampered("UPDATE qc_result SET verdict = 'fail' WHERE id = %s", judged.order_by("pk")[0].pk)
    report = archive.report("key_figures")
    found = facts(report, GROUP)
    assert about(report, "oos_rate").startswith(f"1 of {of} results. ")
    assert float(found["oos_rate"]) == round(100 / of, 2)
    assert sum(row["oos"] for row in table(report, "months")) == found["oos"] == 1
    assert sum(row["count"] for row in table(report, "oos_trend")) == of


def trails(report: Report) -> list[Any]:
    """Looked over, due, overdue."""
    return [facts(report, GROUP)[f"trails_{it}"] for it in ("reviewed", "due", "overdue")]


def test_what_was_altered_is_told_as_the_report_of_signatures_tells_it(archive: Archive) -> None:
    report, listed = archive.report("key_figures"), table(archive.report("signatures"), "signatures")
    assert about(report, "signatures_invalid").startswith(f"0 of {len(listed)} signatures. ")
    reviewed, due, overdue = trails(report)
    assert (reviewed, overdue) == (1, 0)
    assert about(report, "trails_reviewed").startswith(f"1 of {1 + due} batches. ")
    tampered("UPDATE qc_trailreview SET remark = 'x'")
    report, listed = archive.report("key_figures"), table(archive.report("signatures"), "signatures")
    invalid = facts(report, GROUP)["signatures_invalid"]
    assert invalid == sum(row["state"] == "INVALID" for row in listed) > 0
    assert trails(report) == [0, due, 1], "let go by a review that counts for nothing"
    gaps = [it.text for it in report.found if it.severity is Severity.GAP and it.section == GROUP]
    assert [text.split(" ")[0] for text in gaps] == [str(invalid), "1"]


def test_a_trail_is_told_as_it_stood_at_the_end_of_the_period(archive: Archive) -> None:
    batch = Batch.objects.get(code=archive.lab.batch)
    period = {"since": batch.started_at, "until": batch.started_at + timedelta(minutes=1)}
    assert trails(archive.report("key_figures", **period)) == [0, 1, 0]
    tampered("UPDATE coi_batch SET disposition = 'rejected' WHERE id = %s", batch.pk)
    assert trails(archive.report("key_figures", **period)) == [0, 0, 0]
