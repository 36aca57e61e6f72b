"""The worksheet of the demonstration as it is loaded: in effect, with its actions, and a row that is scored again."""

from datetime import UTC, datetime

import pytest

from config.demonstration import risks
from config.demonstration.loading import BEFORE
from config.demonstration.site import PLANT, PRODUCT, Demo
from fmea import services
from fmea.rules.actions import overdue
from fmea.rules.priority import ActionPriority
from fmea.rules.team import RoundState
from fmea.rules.unready import needs_residual
from fmea.rules.worksheet import ActionStatus, Decision
from fmea.selectors.actions import as_ruled, lines_of
from fmea.selectors.scoring import rounds_of
from fmea.selectors.sheets import SheetView, sheet
from fmea.selectors.worksheets import AtWork, at_work, effective_worksheet
from fmea.services.scoring import RECORD_KIND
from ledger.models import Entry
from people import selectors as people
from people.models import Signature
from people.rules.documents import DocumentState
from tests.fmea.rules.given import content
from tests.ledger.given import verify


@pytest.fixture
def present(demo: Demo) -> datetime:
    """Today: the site was furnished long ago."""
    return demo.now + BEFORE


def known() -> SheetView:
    found = sheet(PRODUCT)
    assert found is not None
    return found


def whole() -> AtWork:
    work = at_work(known())
    assert work.worksheet is not None, work.faults
    return work


def test_the_worksheet_is_in_effect_and_loaded_once(demo: Demo, present: datetime) -> None:
    risks.load(demo, present)

    work, effective = whole(), effective_worksheet(PRODUCT, present)
    assert services.to_do(work, present) == ()
    assert effective is not None
    version, worksheet = effective
    assert (version.version, version.state) == (1, DocumentState.EFFECTIVE)
    assert worksheet == work.worksheet, "nothing was written on the sheet since it was signed"
    assert len(worksheet.rows) == 20
    signed = {it.printed_name for it in people.signatures("document_version", version.id)}
    assert signed == {"Amir Aziz", "Bob Brandt", "Rosa Reyes"}
    decided_on_what_is_left(work)
    acted(work, present)
    scored_again(demo)
    assert not verify().findings

    made = Entry.objects.count()
    risks.load(demo, present)
    assert Entry.objects.count() == made, "it is loaded once"


def decided_on_what_is_left(work: AtWork) -> None:
    assert work.worksheet is not None
    graves = [row for row in work.worksheet.rows if needs_residual(row)]
    assert [row.code for row in graves] == list(work.residuals)
    assert all(work.residuals[row.code].is_current for row in graves)
    assert {row.residual.decision for row in graves} == {Decision.ACCEPTED, Decision.ACCEPTED_UNTIL_ACTION}
    assert {row.residual.by for row in graves} == {"Bob Brandt"}
    assert Signature.objects.filter(record_kind="fmea_residual").count() == len(graves) == 11


def acted(work: AtWork, present: datetime) -> None:
    """Every action of the document stands where it stands there; before and after are told by those that were done."""
    told = risks.content(present.date())["actions"]
    said = {(it["row"], it["text"], it["owner"], it["due"], it["status"]) for it in told}
    said_at_work = {
        (it.row, it.text, it.owner_name, it.due.isoformat(), str(it.status)) for it in work.actions
    }
    assert said_at_work == said
    assert [it.code for it in work.actions] == [f"A{number}" for number in range(1, 21)]
    late = overdue([as_ruled(it) for it in work.actions], present.date())
    assert [it.code for it in late] == ["A11"]
    lines = {line.action.code: line for line in lines_of(known())}
    changes = {code: (it.change.rpn_before, it.change.rpn_after) for code, it in lines.items() if it.change}
    assert changes["A2"] == (240, 40), "verified"
    assert changes["A10"] == (120, 16), "done"
    assert changes["A5"] == (144, 144), "under way"
    assert changes["A11"] == (180, 180), "late"
    found = lines["A2"]
    assert found.change is not None
    assert found.change.priority_before is ActionPriority.HIGH
    assert found.change.priority_after is ActionPriority.LOW
    verified = [it for it in work.actions if it.status is ActionStatus.VERIFIED]
    assert len(verified) == 12
    assert all(it.verified_by_name not in ("", it.owner_name) for it in verified)


def scored_again(demo: Demo) -> None:
    """One of three is asked for a score that the others have given."""
    (found,) = rounds_of(known())
    assert (found.row, found.round.state, found.waits_for) == (risks.AGAIN, RoundState.BLIND, ("Bob Brandt",))
    assert len(found.round.scores) == 2
    (waiting,) = people.open_work_about(RECORD_KIND, str(found.id))
    assert waiting.user_id == demo.member("Bob").user_id


def test_what_was_interrupted_is_loaded_whole(
    demo: Demo, present: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Entry.objects.count()

    def stops(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(risks, "_score_again", stops)
        with pytest.raises(KeyboardInterrupt):
            risks.load(demo, present)
    assert (sheet(PRODUCT), Entry.objects.count()) == (None, made), "all of it or nothing"
    risks.load(demo, present)
    scored_again(demo)


def test_what_a_visitor_has_begun_stays_theirs(demo: Demo, present: datetime) -> None:
    own = content(product=PRODUCT, title="Mine")
    doing = demo.doing("a visitor", demo.member("Leo").actor) | {"now": datetime.now(UTC)}
    services.open_sheet(code=PRODUCT, site=PLANT, content=own, **doing)
    made = Entry.objects.count()
    risks.load(demo, present)
    assert Entry.objects.count() == made
    assert known().title == "Mine"
