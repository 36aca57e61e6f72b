"""A role is not granted beside one whose duties are kept apart from it; the reason names the role that is held."""

import pytest

from config.demonstration.site import Demo
from ledger.rules.errors import NotAllowed
from people import models, services
from people.rules.authority import Grant
from people.rules.duties import Duty, conflict
from people.rules.roles import Role
from tests.people import given

WORK = set(Role) - {Role.ADMINISTRATOR, Role.AUDITOR, Role.SPONSOR}


@pytest.fixture
def house(db: None) -> given.House:
    return given.a_house()


def refused(house: given.House, who: given.Someone, role: Role, site: str) -> tuple[str, str, str]:
    """Why the role is refused at the site, and beside which one."""
    with pytest.raises(NotAllowed) as found:
        services.grant_role(user_id=who.user_id, role=role, site=site, **house.context(site=site))
    return found.value.code, found.value.detail["role"], found.value.detail["site"]


@pytest.mark.requirement("URS-ACC-07")
def test_an_administrator_holds_no_authority_of_laboratory_or_quality(house: given.House) -> None:
    otto, alice = house.someone("Otto", Role.ADMINISTRATOR), house.someone("Alice", Role.ANALYST)
    why = Duty.ADMINISTERS.value
    for role in sorted(WORK):
        for site in ("MFG", "HOSP"):
            assert refused(house, otto, role, site) == (why, "administrator", "MFG")
    for site in ("MFG", "HOSP"):
        assert refused(house, alice, Role.ADMINISTRATOR, site) == (why, "analyst", "MFG")
    assert models.Grant.objects.filter(user_id__in=[otto.user_id, alice.user_id]).count() == 2


def test_an_auditor_does_no_work_at_the_site_that_they_audit(house: given.House) -> None:
    audrey = house.someone("Audrey", Role.AUDITOR, Role.SPONSOR)
    why = Duty.AUDITS.value
    for role in sorted(WORK | {Role.ADMINISTRATOR}):
        assert refused(house, audrey, role, "MFG") == (why, "auditor", "MFG")
    about = {"user_id": audrey.user_id, "role": Role.QA_REVIEWER, "site": "HOSP"}
    assert services.grant_role(**about, **house.context(site="HOSP"))


def test_once_the_first_has_ended_the_other_is_granted(house: given.House) -> None:
    otto = house.someone("Otto")
    about = {"user_id": otto.user_id, "site": "MFG"}
    grant = services.grant_role(role=Role.ADMINISTRATOR, **about, **house.context())
    assert refused(house, otto, Role.QA_RELEASER, "MFG")[0] == Duty.ADMINISTERS.value
    services.revoke_role(grant_id=grant, reason=given.REASON, **house.context())
    assert services.grant_role(role=Role.QA_RELEASER, **about, **house.context())


def test_nobody_of_the_demonstration_holds_duties_that_are_kept_apart(demo: Demo) -> None:
    rows = models.Grant.objects.select_related("site")
    held: dict[int, list[Grant]] = {}
    for row in rows:
        grant = Grant(Role(row.role), row.site.code, row.valid_from, row.valid_until)
        assert conflict(grant, held.setdefault(row.user_id, [])) is None
        held[row.user_id].append(grant)
    assert len(held) > 20


def test_nobody_resets_or_closes_their_own_account(house: given.House) -> None:
    about = {"user_id": house.admin.user_id, "site": "MFG", "reason": given.REASON}
    for act in (services.reset_user, services.deactivate_user):
        with pytest.raises(NotAllowed, match="not_over_yourself"):
            act(**about, **house.context())
    assert house.admin.person().is_active
