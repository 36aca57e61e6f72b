"""A culture that grows after a conditional release, and a batch out of specification that a patient asks for."""

from datetime import datetime, timedelta

import pytest

from config.demonstration import story
from config.demonstration.site import SECOND, Demo
from ledger.projections import differences
from people import selectors as people
from people.rules.signatures import Meaning
from qc import selectors, services
from qc.rules.blockers import BlockerCode as B
from qc.rules.exceptional import DossierState, NoticeKind
from qc.rules.investigations import Outcome
from qc.rules.late_failures import Duty
from qc.rules.releases import Way
from tests import given as play
from tests.qc import given
from tests.qc.dossiers_given import Desk, Investigations
from tests.qc.given import PASSING, Laboratory
from tests.qc.oos import Case


def in_five_days(lab: Laboratory) -> dict[str, datetime]:
    """When the last reading of the culture is expected."""
    return {"STERILITY_FINAL": lab.player.now + timedelta(days=5)}


def test_a_culture_grows_after_the_cells_were_given(demo: Demo) -> None:
    lab = given.a_laboratory(demo)
    lab.to_review(has_finals=False)
    assert lab.sign_review().is_done
    assert lab.release_conditionally().is_done
    story.play(lab.player, (story.ship, story.receive_product, story.infuse_all))
    case = Case(lab, "STERILITY_FINAL", "growth")
    assert lab.disposition == "conditionally_released", "nothing flips"
    (failure,) = lab.view().failures
    assert failure.failure.is_infused
    assert {task.duty for task in failure.tasks} == set(Duty)
    told = people.notices_for(lab.person("Hugo"), lab.player.now)
    assert [one.code for one in told] == ["late_failing_result"]
    assert "oos_to_open" in {work.cause for work in people.open_work_about("result", case.first.id)}
    lab.review(case.first)
    lab.look_over()
    assert lab.sign_review().is_done
    assert {B.OOS_OPEN, B.FAILING_RESULT} <= {it.code for it in lab.complete().blockers}
    case.in_production()
    case.signed(Outcome.CONFIRMED)
    lab.look_over()
    assert lab.sign_review().is_done
    assert [it.code for it in lab.complete().blockers] == [B.FAILING_RESULT], "for good"
    assert lab.disposition == "conditionally_released"
    assert list(differences("default")) == [], "all of it stands in the ledger"


@pytest.mark.requirement("URS-REL-03")
def test_a_batch_out_of_specification_is_given_by_its_dossier(demo: Demo) -> None:
    player = play.until(play.a_journey(demo, number=1, at=SECOND), story.fill)
    lab = Laboratory(player, player.containers("product_bag")[0].batch)
    player.wait(hours=20)
    for criterion in PASSING:
        if criterion != "CAR":
            lab.review(lab.record(criterion))
    case = Case(lab)
    lab.review(case.first)
    case.in_production()
    case.signed(Outcome.CONFIRMED)
    assert services.submit_for_review(batch=lab.batch, **lab.doing("Leo")).is_done
    lab.look_over()
    desk = Desk(lab, Investigations())
    assert desk.open().is_done
    assert desk.criteria(("CAR",)).is_done
    for write in (desk.risk, desk.alternatives, desk.request, desk.acceptance, desk.consent):
        assert write().is_done
    for kind in (NoticeKind.SPONSOR, NoticeKind.COMPETENT_AUTHORITY):
        assert desk.notice(kind).is_done
    assert lab.sign_review().is_done
    early = services.release_batch(
        batch=lab.batch, way=Way.EXCEPTIONAL, expected=in_five_days(lab), **lab.signing("Rosa")
    )
    assert B.DOSSIER_NOT_APPROVED in {it.code for it in early.blockers}
    assert desk.decide().is_done
    assert lab.view().lifting.state is DossierState.APPROVED
    assert lab.sign_review().is_done
    assert B.FAILING_RESULT in {it.code for it in lab.release_conditionally().blockers}, (
        "the dossier opens one way"
    )
    done = services.release_batch(
        batch=lab.batch, way=Way.EXCEPTIONAL, expected=in_five_days(lab), **lab.signing("Rosa")
    )
    assert done.blockers == ()
    assert lab.disposition == "exceptionally_released"
    named = selectors.document_sources(lab.view(), lab.player.now)
    assert (named.exceptional.code, named.exceptional.criteria) == (desk.code, ("CAR",))
    assert set(named.expected) == {"STERILITY_FINAL"}
    assert people.signatures("batch", lab.batch)[-1].meaning is Meaning.EXCEPTIONAL_RELEASE
    board = selectors.release_board(lab.person("Bob"), lab.player.now)
    assert [row.batch.code for row in board.conditional] == [lab.batch], "its culture is watched too"
    lab.player.wait(days=6)
    late = selectors.release_board(lab.person("Bob"), lab.player.now)
    assert [row.batch.code for row in late.exceptions] == [lab.batch]
    story.ship(lab.player)
    assert desk.follow_up().is_done
    assert list(differences("default")) == []
