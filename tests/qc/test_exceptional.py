"""A dossier decided: what is missing, who may, what the signature holds, notices, and what the decision lifts."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from ledger.rules import Actor
from ledger.rules.errors import Conflict, Invalid, NotAllowed
from people import selectors as people
from people.rules.roles import Role
from people.rules.signatures import Meaning
from people.services import grant_role
from qc import selectors
from qc.models import Dossier
from qc.rules.exceptional import DossierRefusal, DossierState, Lack, Missing, NoticeKind, Setting
from qc.rules.investigations import Outcome
from qc.rules.releases import Way, ways_of
from qc.rules.trail import Trail, TrailReview
from qc.services import DossierAnswer
from tests.qc.dossiers_given import HOUR, Desk, entries, lacks
from tests.qc.given import fields

pytestmark = pytest.mark.django_db
R = DossierRefusal
SEEN = Trail(reviews=(TrailReview(0, "Bob", 1),))


def test_a_dossier_is_written_part_by_part_and_approved(desk):
    desk.conclude()
    assert desk.open() == DossierAnswer(True, f"XR-{desk.lab.player.now:%y}-00001")
    assert desk.lifting.state is DossierState.OPEN
    for write, gone in (
        (desk.criteria, {Lack.CRITERIA_MISSING}),
        (desk.risk, {Lack.RISK_MISSING}),
        (desk.alternatives, {Lack.ALTERNATIVES_MISSING}),
        (desk.request, {Lack.REQUEST_MISSING}),
        (desk.acceptance, {Lack.RISK_NOT_SENT, Lack.ACCEPTANCE_MISSING}),
        (desk.consent, {Lack.CONSENT_MISSING}),
    ):
        before = lacks(desk)
        assert write().is_done
        assert before - lacks(desk) == gone
    desk.notice()
    assert lacks(desk) == {Lack.NOTICE_MISSING}
    desk.notice(NoticeKind.COMPETENT_AUTHORITY)
    assert desk.lifting.state is DossierState.READY
    assert desk.decide() == DossierAnswer(True, desk.code)
    assert desk.lifting.state is DossierState.APPROVED
    assert [entry.event.split(":")[2] for entry in entries(desk) if entry.event.startswith("qc:")] == [
        "opened",
        *["written"] * 8,
        "approved",
    ]


@pytest.mark.requirement("URS-REL-03")
def test_an_approved_dossier_opens_the_exceptional_way_alone(desk):
    due = {"STERILITY_FINAL": desk.lab.player.now}

    def ways():
        return ways_of(
            replace(desk.case, trail=SEEN), due, selectors.lifting_of(desk.case, desk.lab.player.now)
        )

    desk.conclude()
    desk.open()
    assert ways().open == ()
    desk.write_all()
    assert ways().open == ()
    desk.decide()
    assert ways().against[Way.EXCEPTIONAL] == ()
    assert ways().open == (Way.EXCEPTIONAL,)
    assert desk.lab.disposition == "qa_review", "the dossier releases nothing"


def test_the_decision_is_signed_over_all_of_it(desk):
    desk.write_all()
    desk.decide(reason="No other product is there in time.")
    (signature,) = people.signatures("dossier", desk.code)
    assert (signature.meaning, signature.printed_name) == (Meaning.APPROVAL, "Rosa Reyes")
    assert signature.record_digest == desk.kept.part("decision")["digest"]
    view = selectors.dossier_view(desk.lab.person("Bob"), desk.lab.batch, desk.lab.player.now)
    assert view.signature.state == "valid"
    desk.notice(sent_at=desk.lab.player.now, reference="S-9")
    desk.follow_up()
    view = selectors.dossier_view(desk.lab.person("Bob"), desk.lab.batch, desk.lab.player.now)
    assert view.signature.state == "valid", "what is added later undoes nothing"
    Dossier.objects.filter(code=desk.code).update(is_emergency=True)
    view = selectors.dossier_view(desk.lab.person("Bob"), desk.lab.batch, desk.lab.player.now)
    assert view.signature.state == "invalid"
    assert desk.lifting.state is DossierState.INVALID


@pytest.mark.parametrize(
    "column", ["held", "risk", "alternatives", "request", "acceptance", "consent", "notices"]
)
def test_no_part_is_changed_behind_the_signature(desk, column):
    desk.write_all()
    desk.decide()
    assert desk.lifting.state is DossierState.APPROVED
    part = getattr(Dossier.objects.get(code=desk.code), column)
    row = part if isinstance(part, dict) else part[0]
    row["name"] = "Somebody Else"
    Dossier.objects.filter(code=desk.code).update(**{column: part})
    assert desk.lifting.state is DossierState.INVALID


def test_a_decline_needs_a_reason_and_leaves_room_for_another_dossier(desk):
    desk.open()
    for reason in ("", "  \n"):
        with pytest.raises(Invalid) as error:
            desk.decide(is_approved=False, reason=reason)
        assert fields(error) == {"reason": "empty"}
    assert desk.decide(is_approved=False, reason="The patient is better.").is_done
    (signature,) = people.signatures("dossier", desk.code)
    assert signature.meaning is Meaning.REJECTION
    assert selectors.lifting_of(desk.case, desk.lab.player.now) is None
    declined = desk.code
    assert desk.open().is_done
    assert desk.code != declined
    assert desk.lifting.state is DossierState.OPEN
    view = selectors.dossier_view(desk.lab.person("Bob"), desk.lab.batch, desk.lab.player.now)
    assert [it.code for it in view.earlier] == [declined]
    old = selectors.dossier_view(desk.lab.person("Bob"), desk.lab.batch, desk.lab.player.now, declined)
    assert list(old.texts.values()) == ["The patient is better."]


def test_what_is_missing_refuses_the_approval_and_is_recorded(desk):
    desk.conclude()
    desk.open()
    request = uuid4()
    answer = desk.decide(request_id=request)
    assert answer.refusals == (R.NOT_COMPLETE,)
    assert Missing(Lack.CONSENT_MISSING) in answer.missing
    assert answer == desk.decide(request_id=request), "the same answer to the same request"
    entry = entries(desk)[-1]
    assert entry.event == "qc:dossier:refused"
    assert entry.facts["reasons"] == ["not_complete"]
    assert {"code": "consent_missing", "about": ""} in entry.facts["missing"]
    assert people.signatures("dossier", desk.code) == []
    assert desk.kept.is_approved is None


def test_a_changed_investigation_takes_the_approval_back(desk):
    desk.write_all()
    desk.decide()
    assert desk.lifting.state is DossierState.APPROVED
    desk.conclude(Outcome.INCONCLUSIVE)
    assert desk.lifting.state is DossierState.INVALID
    assert desk.lifting.missing == (Missing(Lack.INVESTIGATION_CHANGED, "VIABILITY"),)
    assert desk.open().is_done, "another one may be written"


def work(desk: Desk) -> list[Any]:
    found = people.open_work_about("dossier", desk.code)
    return [it for it in found if it.cause == "notice_due"]


def test_a_notice_that_is_due_is_work_until_it_is_sent(desk):
    desk.open()
    desk.notice()
    (item,) = work(desk)
    assert (item.site, item.role) == (desk.case.dossier.batch.site, Role.QA_REVIEWER)
    assert (
        item.due_at == desk.kept.value_of_notice().due_at if hasattr(desk.kept, "value_of_notice") else True
    )
    desk.notice(due_at=desk.lab.player.now + 48 * HOUR)
    (later,) = work(desk)
    assert later.due_at > item.due_at, "another date takes the place of the first"
    sent = {"sent_at": desk.lab.player.now, "reference": "S-9"}
    assert desk.notice(by="Rosa", **sent).is_done
    assert work(desk) == []
    assert len(desk.kept.rows("notices")) == 3, "every writing stays"
    with pytest.raises(Conflict, match="notice_sent"):
        desk.notice()
    assert desk.notice(**sent | {"reference": "S-10"}).is_done
    (notice,) = desk.lifting.dossier.notices
    assert notice.reference == "S-10"


def test_work_that_somebody_has_done_already_does_not_hinder(desk):
    from people.services import close_work_item

    desk.open()
    desk.notice()
    (item,) = work(desk)
    with pytest.raises(Conflict, match="work_ends_by_itself"):
        close_work_item(id=item.id, **desk.lab.doing("Bob"))
    close_work_item(id=item.id, **desk.lab.doing("Bob") | {"actor": Actor.service("qc")})
    assert desk.notice(sent_at=desk.lab.player.now, reference="S-9").is_done


def test_a_declined_dossier_leaves_no_work(desk):
    desk.open()
    desk.notice()
    desk.notice(NoticeKind.COMPETENT_AUTHORITY)
    assert len(work(desk)) == 2
    desk.decide(is_approved=False, reason="No.")
    assert work(desk) == []


def test_a_notice_is_due_or_sent_with_a_reference(desk):
    desk.open()
    now = desk.lab.player.now
    for more, said in (
        ({"due_at": None}, {"due_at": "empty"}),
        ({"sent_at": now + HOUR}, {"sent_at": "in_the_future"}),
        ({"sent_at": now}, {"reference": "empty"}),
        ({"sent_at": now, "reference": "x" * 201}, {"reference": "too_long"}),
    ):
        with pytest.raises(Invalid) as error:
            desk.notice(**more)
        assert fields(error) == said
    assert work(desk) == []


BY_QUALITY = {"criteria", "supply", "risk", "alternatives", "notice"}
WITH_THE_HOSPITAL = {"request", "acceptance", "consent"}


def may(desk: Desk, what: str, by: str) -> bool:
    """Whether somebody may write a part; nothing of it stays."""
    try:
        with transaction.atomic():
            getattr(desk, what)(by=by)
            transaction.set_rollback(True)
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("what", sorted(BY_QUALITY | WITH_THE_HOSPITAL))
def test_who_writes_what(desk, what):
    desk.conclude()
    desk.open()
    writers = {"Bob", "Rosa"} | ({"Pia"} if what in WITH_THE_HOSPITAL else set())
    everybody = (
        "Bob",
        "Rosa",
        "Pia",
        "Olga",
        "Julia",
        "Sven",
        "Ana",
        "Leo",
        "Alice",
        "Iris",
        "Dave",
        "Carol",
    )
    assert {who for who in everybody if may(desk, what, who)} == writers


def test_who_opens_decides_and_follows_up(desk):
    everybody = ("Bob", "Rosa", "Pia", "Olga", "Julia", "Sven", "Ana", "Leo", "Alice", "Iris", "Dave")
    assert {who for who in everybody if may(desk, "open", who)} == {"Bob", "Rosa"}
    desk.code = ""
    desk.write_all()
    assert {who for who in everybody if may(desk, "decide", who)} == {"Rosa"}
    desk.decide()
    assert {who for who in everybody if may(desk, "follow_up", who)} == {"Bob", "Rosa", "Pia"}


def test_after_the_decision_notices_and_the_follow_up_alone_are_added(desk):
    desk.write_all()
    early = desk.follow_up()
    assert early == DossierAnswer(False, desk.code, (R.NOT_DECIDED,))
    desk.decide()
    request = uuid4()
    for what in (BY_QUALITY | WITH_THE_HOSPITAL) - {"notice"}:
        assert getattr(desk, what)(by="Bob").refusals == (R.DECIDED,), what
        assert entries(desk)[-1].event == "qc:dossier:refused"
    assert desk.decide().refusals == (R.DECIDED,)
    assert desk.risk(request_id=request).refusals == desk.risk(request_id=request).refusals == (R.DECIDED,)
    assert desk.notice(sent_at=desk.lab.player.now, reference="S-9").is_done
    assert desk.follow_up("In remission.").is_done
    assert desk.follow_up("Still.", by="Bob").is_done
    texts = selectors.dossier_view(desk.lab.person("Bob"), desk.lab.batch, desk.lab.player.now).texts
    assert {"In remission.", "Still."} <= set(texts.values())


def test_neither_an_author_nor_a_producer_decides(desk):
    desk.write_all()
    desk.risk(by="Rosa")
    desk.acceptance()
    assert desk.decide().refusals == (R.BY_ITS_AUTHOR,)
    admin = desk.lab.player.demo.doing("both", desk.lab.member("Ada").actor) | {"now": desk.lab.player.now}
    grant_role(user_id=desk.lab.member("Alice").user_id, role=Role.QA_RELEASER, site="CELLS", **admin)
    assert desk.decide(by="Alice").refusals == (R.BY_A_PRODUCER,)
    assert desk.decide(by="Alice", is_approved=False, reason="No.").refusals == (R.BY_A_PRODUCER,)
    desk.risk(by="Bob")
    desk.acceptance()
    assert desk.decide().is_done


def test_a_decision_needs_the_signers_own_password(desk):
    desk.write_all()
    with pytest.raises(NotAllowed, match="credential_refused"):
        desk.decide(credential=desk.lab.wrong_password("Rosa")["credential"])
    with pytest.raises(NotAllowed, match="credential_of_another"):
        desk.decide(credential=desk.lab.member("Bob").credential)
    assert desk.kept.is_approved is None


def test_the_same_request_again_gets_the_same_answer(desk):
    desk.conclude()
    desk.open()
    for what in sorted(BY_QUALITY | WITH_THE_HOSPITAL):
        request = uuid4()
        count = len(entries(desk))
        first, again = desk.lab.twice(partial(getattr(desk, what), request_id=request))
        assert first == again
        written = [it for it in entries(desk)[count:] if it.event == "qc:dossier:written"]
        assert len(written) == 1, what
        other = desk.alternatives if what != "alternatives" else desk.risk
        with pytest.raises(Conflict, match="request_id_used"):
            other(request_id=request)
    desk.supply(setting=Setting.TRIAL)
    desk.write_all()
    request = uuid4()
    assert desk.decide(request_id=request) == desk.decide(request_id=request)
    assert len(people.signatures("dossier", desk.code)) == 1
    with pytest.raises(Conflict, match="request_id_used"):
        desk.decide(is_approved=False, reason="No.", request_id=request)


def test_the_newest_dossier_that_was_there_counts(desk):
    before = desk.lab.player.now
    desk.open()
    assert selectors.lifting_of(desk.case, before - HOUR) is None
    assert selectors.lifting_of(desk.case, desk.lab.player.now).dossier.batch == desk.lab.batch
    assert set(selectors.liftings_of({desk.kept.batch_id: desk.case}, desk.lab.player.now)) == {
        desk.kept.batch_id
    }


def test_who_may_see_a_dossier(desk):
    now = desk.lab.player.now

    def sees(who: str) -> bool:
        return selectors.dossier_view(desk.lab.person(who), desk.lab.batch, now) is not None

    at_the_plant = {"Bob", "Rosa", "Ana", "Alice", "Iris", "Sven"}
    everybody = (*at_the_plant, "Pia", "Julia", "Eva", "Olga", "Hugo", "Carol", "Dave")
    assert {who for who in everybody if sees(who)} == at_the_plant
    desk.open()
    now = desk.lab.player.now
    assert {who for who in everybody if sees(who)} == at_the_plant | {"Pia", "Julia"}
    bob = desk.lab.person("Bob")
    assert selectors.dossier_view(bob, "NONE", now) is None
    assert selectors.dossier_view(bob, desk.lab.batch, now, "XR-26-99999") is None
