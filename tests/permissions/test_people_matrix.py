"""Who may do what in `people`: every role against every action, at their site and at another."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from ledger.rules.errors import DomainError, NotAllowed
from people import selectors, services
from people.rules import codes
from people.rules.qualifications import Work
from people.rules.roles import Role
from people.rules.sites import OrganisationKind
from tests.people import given

ADMINISTRATOR = {Role.ADMINISTRATOR}
QUALIFIERS = {Role.ADMINISTRATOR, Role.QA_REVIEWER, Role.QA_RELEASER}
TRAINERS = {Role.ADMINISTRATOR, Role.SUPERVISOR}
AUTHORS = {Role.QA_REVIEWER, Role.QC_REVIEWER, Role.SUPERVISOR}
REVIEWERS = {Role.QA_REVIEWER, Role.QC_REVIEWER, Role.SUPERVISOR}
APPROVERS = {Role.QA_REVIEWER, Role.QA_RELEASER}

Act = Callable[[dict[str, Any]], Any]


@pytest.fixture
def house(db):
    return given.a_house()


def actions(house: given.House, me: given.Someone) -> dict[str, tuple[set[Role], Act]]:
    """Every action on the site MFG with the roles that may do it."""
    someone = house.someone("Someone")
    station = house.station()
    badge = codes.make("B", "SPARE")
    services.issue_badge(user_id=someone.user_id, code=badge, site="MFG", **house.context())
    grant = services.grant_role(user_id=someone.user_id, role=Role.NURSE, site="MFG", **house.context())
    target = {"user_id": someone.user_id, "site": "MFG"}
    linked = {"provider": "corporate", "subject": "known", "reason": "why"}
    link = services.link_provider(**linked, **target, **house.context())
    place = {"site": "MFG", "name": "P", "kind": "bench", "is_single_patient": False}
    spot = {"site": "MFG", "place": station.station.place, "name": "S"}
    code, why = station.station.code, {"reason": "why"}
    site = selectors.site_by_code("MFG")
    assert site is not None
    as_it_is = {"name": site.name, "zone": site.zone, "locale": site.locale, "region": site.region}
    return {
        "create_place": (
            ADMINISTRATOR,
            lambda c: services.create_place(code=codes.make("P", "N"), **place, **c),
        ),
        "change_site": (
            ADMINISTRATOR,
            lambda c: services.change_site(was=site, **as_it_is, identifiers={"fin": "A9999"}, **why, **c),
        ),
        "register_station": (
            ADMINISTRATOR,
            lambda c: services.register_station(code=codes.make("S", "N"), **spot, **c),
        ),
        "change_station": (
            ADMINISTRATOR,
            lambda c: services.change_station(code=code, name="S", steps=[], is_active=True, **why, **c),
        ),
        "renew_station_token": (
            ADMINISTRATOR,
            lambda c: services.renew_station_token(code=code, **why, **c),
        ),
        "create_user": (
            ADMINISTRATOR,
            lambda c: services.create_user(username="eve", printed_name="Eve", site="MFG", **c),
        ),
        "reset_user": (ADMINISTRATOR, lambda c: services.reset_user(**target, **why, **c)),
        "end_sessions": (ADMINISTRATOR, lambda c: services.end_sessions(**target, **why, **c)),
        "link_provider": (
            ADMINISTRATOR,
            lambda c: services.link_provider(provider="corporate", subject="fresh", **target, **why, **c),
        ),
        "unlink_provider": (
            ADMINISTRATOR,
            lambda c: services.unlink_provider(link=link, site="MFG", **why, **c),
        ),
        "deactivate_user": (ADMINISTRATOR, lambda c: services.deactivate_user(**target, **why, **c)),
        "grant_role": (ADMINISTRATOR, lambda c: services.grant_role(role=Role.COURIER, **target, **c)),
        "revoke_role": (ADMINISTRATOR, lambda c: services.revoke_role(grant_id=grant, **why, **c)),
        "issue_badge": (
            ADMINISTRATOR,
            lambda c: services.issue_badge(code=codes.make("B", "N"), **target, **c),
        ),
        "record_badges_printed": (
            ADMINISTRATOR,
            lambda c: services.record_badges_printed(badges=[badge], site="MFG", **c),
        ),
        "revoke_badge": (TRAINERS, lambda c: services.revoke_badge(code=badge, **why, **c)),
        "record_training": (TRAINERS, lambda c: services.record_training(topic="thaw", **target, **c)),
        **document_actions(house, me),
        **later_actions(house, {"user_id": someone.user_id}, badge),
    }


def later_actions(house: given.House, whose: dict[str, int], badge: str) -> dict[str, tuple[set[Role], Act]]:
    """What became of badges, and what sites are qualified for."""
    window = {"valid_from": house.at, "valid_until": house.at + given.DAY}
    about = {"site": "MFG", "programme": "FACT"}
    held = services.record_site_qualification(**about, **window, **house.context())
    needed = services.require_programme(**about, work=Work.COLLECTION, **house.context())
    fresh = {**whose, "code": codes.make("B", "NEW"), "is_temporary": False, "reason": "lost"}
    return {
        "revalidate_badge": (ADMINISTRATOR, lambda c: services.revalidate_badge(code=badge, **whose, **c)),
        "replace_badge": (ADMINISTRATOR, lambda c: services.replace_badge(lost=badge, **fresh, **c)),
        "record_site_qualification": (
            QUALIFIERS,
            lambda c: services.record_site_qualification(**about, **window, **c),
        ),
        "end_site_qualification": (
            QUALIFIERS,
            lambda c: services.end_site_qualification(qualification=held, reason="why", **c),
        ),
        "require_programme": (
            QUALIFIERS,
            lambda c: services.require_programme(**about, work=Work.INFUSION, **c),
        ),
        "waive_programme": (
            QUALIFIERS,
            lambda c: services.waive_programme(requirement=needed, reason="why", **c),
        ),
    }


def document_actions(house: given.House, me: given.Someone) -> dict[str, tuple[set[Role], Act]]:
    """The steps of a document, each with a version standing where the step begins."""
    author = house.someone("Author", Role.SUPERVISOR)
    reviewer = house.someone("Reviewer", Role.QC_REVIEWER)
    approver = house.someone("Approver", Role.QA_RELEASER)

    def version(code: str, *steps: str) -> str:
        by = {"submit": author, "review": reviewer, "approve": approver}
        fields = {"kind": "recipe", "code": code, "title": "T", "content": {}, "site": "MFG"}
        made = services.draft_document(**fields, **house.context(author))
        for step in steps:
            do = getattr(services, f"{step}_document")
            do(id=made.id, credential=by[step].at_desk, **house.context(by[step]))
        return made.id

    submitted, reviewed = version("A", "submit"), version("B", "submit", "review")
    approved, spare = version("C", "submit", "review", "approve"), version("D", "submit", "review", "approve")
    fresh = {"kind": "recipe", "code": "NEW", "title": "T", "content": {}, "site": "MFG"}
    mine = {"credential": me.at_desk}
    return {
        "draft_document": (AUTHORS, lambda c: services.draft_document(**fresh, **c)),
        "review_document": (REVIEWERS, lambda c: services.review_document(id=submitted, **mine, **c)),
        "approve_document": (APPROVERS, lambda c: services.approve_document(id=reviewed, **mine, **c)),
        "reject_document": (
            REVIEWERS | APPROVERS,
            lambda c: services.reject_document(id=reviewed, reason="why", **mine, **c),
        ),
        "make_effective": (APPROVERS, lambda c: services.make_effective(id=approved, **c)),
        "retire_document": (APPROVERS, lambda c: services.retire_document(id=spare, reason="why", **c)),
    }


def may(act: Act, context: dict[str, Any]) -> bool:
    """Whether the action was done; what it did is undone, so that the next begins alike."""
    sid = transaction.savepoint()
    try:
        act(context | {"request_id": uuid4()})
    except DomainError as refused:
        if (type(refused), refused.code) != (NotAllowed, "role_missing"):
            pytest.fail(f"neither done nor refused for the role: {refused.code}")
        return False
    finally:
        transaction.savepoint_rollback(sid)
    return True


@pytest.mark.parametrize("role", [None, *Role])
def test_every_role_may_do_what_it_should_and_nothing_else(house, role):
    dave = house.someone("Dave", *([role] if role else []))
    matrix = actions(house, dave)
    done = {name: may(act, house.context(dave)) for name, (_, act) in matrix.items()}
    assert done == {name: role in allowed for name, (allowed, _) in matrix.items()}


@pytest.mark.parametrize(
    "roles", [set(Role) - {Role.ADMINISTRATOR, Role.AUDITOR}, {Role.ADMINISTRATOR}, {Role.AUDITOR}]
)
def test_the_roles_of_another_site_together_may_do_nothing_here(house, roles):
    dave = house.someone("Dave", *roles, site="HOSP")
    matrix = actions(house, dave)
    assert [name for name, (_, act) in matrix.items() if may(act, house.context(dave))] == []


@pytest.mark.parametrize("role", [None, *Role])
def test_only_administrators_add_organisations_and_sites(house, role):
    dave = house.someone("Dave", *([role] if role else []))
    organisation = {"code": "NEW", "name": "New", "kind": OrganisationKind.COURIER}
    site = {"organisation": "CELLS", "code": "NEW", "name": "New", "zone": "UTC"}
    done = (
        may(lambda c: services.create_organisation(**organisation, **c), house.context(dave)),
        may(lambda c: services.create_site(**site, **c), house.context(dave)),
    )
    assert done == (role is Role.ADMINISTRATOR,) * 2
