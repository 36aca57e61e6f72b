"""One matrix of roles and acts, for the rooms whose tests fill it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from config.demonstration.player import Player
from config.demonstration.site import PLANT, SECOND
from ledger.rules import Actor, ActorKind, AuthMethod, Where
from ledger.rules.errors import DomainError, NotAllowed
from people import services as people
from people.rules.credentials import PasswordCredential
from people.rules.roles import Role
from tests import given as play

PASSWORD = "nobody yet, and soon somebody"
Act = Callable[[dict[str, Any]], object]


def newcomer(p: Player) -> tuple[Actor, PasswordCredential]:
    """Zoe, who has signed up and holds no role."""
    about = {"username": "zoe", "printed_name": "Zoe Zest", "site": PLANT, "email": "zoe@demo.invalid"}
    made = people.create_user(**about, **play.doing(p, "Ada"))
    people.activate_user(
        username="zoe",
        activation_code=made.activation_code,
        password=PASSWORD,
        pin="4711",
        where=Where(site=PLANT),
        now=p.now,
        request_id=uuid4(),
    )
    actor = Actor(ActorKind.PERSON, "Zoe Zest", made.user_id, AuthMethod.PASSWORD)
    return actor, PasswordCredential("zoe", PASSWORD)


def is_let_in(p: Player, actor: Actor, role: Role | None, site: str, call: Act) -> bool:
    """Whether this role at this site is let in; everything is undone afterwards."""
    with transaction.atomic():
        if role is not None:
            admin = play.doing(p, "Ada")
            about = {
                "user_id": actor.user_id,
                "role": role,
                "site": site,
                "valid_until": p.now + timedelta(days=1),
            }
            people.grant_role(**about, **admin | {"request_id": uuid4()})
        context = {"actor": actor, "where": Where(site=PLANT), "now": p.now, "request_id": uuid4()}
        try:
            call(context)
            found = True
        except NotAllowed as error:
            found = error.code != "role_missing"
        except DomainError:
            found = True
        transaction.set_rollback(True)
    return found


def judged(p: Player, acts: Mapping[str, tuple[set[Role], Act]], actor: Actor) -> None:
    """Every role at the plant and at another site, against every act."""
    p.wait(minutes=1)
    expected = {name: roles for name, (roles, _call) in acts.items()}
    found = {
        name: {role for role in Role if is_let_in(p, actor, role, PLANT, call)}
        for name, (_roles, call) in acts.items()
    }
    wrong = {
        name: (sorted(roles), sorted(expected[name]))
        for name, roles in found.items()
        if roles != expected[name]
    }
    assert not wrong, f"let in, and expected: {wrong}"
    for name, (roles, call) in acts.items():
        assert not is_let_in(p, actor, None, PLANT, call), f"{name} without any role"
        there = {role for role in roles if is_let_in(p, actor, role, SECOND, call)}
        assert there == set(), f"{name} by a role of another site"
