"""docs/reference/permissions.md: who may do what, from the table that the code asks; `python -m docs.generate`."""

from collections.abc import Iterator, Mapping

from coi.forms import words
from docs.tables import table
from people.forms.rights import DUTIES, MEANS, RIGHTS, ROOMS, SEPARATED
from people.rules.means import SERVICES, Means
from people.rules.rights import Right
from people.rules.roles import Role

HEAD = """# Who may do what

Every right of every room, and the roles that have it. A role counts at the site where it is granted, and a right at the
site of what it is about. What stands in no row is nobody's. The same table is what every service and page asks; people
read it at `/access/rules/`. This page is written by `python -m docs.generate` from `people.rules.rights`.
"""

SERVICES_HEAD = """## What is not asked of a role

Every service that stands in no row above, and by what means it knows that it may.
"""

DUTIES_HEAD = """## Roles that one person does not hold together

Judged when a role is granted, in both orders, for all the time in which both would be in force.
"""

SEPARATED_HEAD = """## What one person does not do to one record

Judged with that record, whatever roles the person holds. Each is held by the test named beside it.
"""

# The test that holds each rule on one record.
HELD_BY: Mapping[str, str] = {
    "own_result": "tests/qc/test_results.py::test_another_person_looks_a_result_over_once",
    "own_test": "tests/qc/rules/test_investigation_outcomes.py::test_who_made_a_retest_does_not_judge_it",
    "own_material": "tests/qc/rules/test_acceptance.py::test_decisions",
    "own_batch": "tests/qc/test_decisions.py::test_neither_signer_may_have_made_the_batch",
    "two_signatures": "tests/qc/test_decisions.py::test_one_person_does_not_sign_twice",
    "hand_over": "tests/coi/rules/test_interlocks.py::test_the_fault_and_nothing_else_refuses",
    "witness": "tests/coi/rules/test_interlocks.py::test_the_fault_and_nothing_else_refuses",
    "stop": "tests/coi/test_api.py::test_a_second_person_clears_a_stop",
    "own_document": "tests/people/test_documents.py::test_author_reviewer_and_approver_must_differ",
    "own_dossier": "tests/qc/test_exceptional.py::test_neither_an_author_nor_a_producer_decides",
    "own_reconciliation": (
        "tests/coi/test_reconciliations.py::"
        "test_two_people_decide_and_the_second_is_quality_at_the_treating_site"
    ),
    "own_action": "tests/fmea/test_actions.py::test_nobody_verifies_their_own",
    "own_grant": "tests/people/test_users.py::test_nobody_grants_or_trains_themselves",
    "own_account": "tests/people/test_duties.py::test_nobody_resets_or_closes_their_own_account",
}


def page() -> str:
    """The page."""
    return (
        "\n".join([HEAD, *_rooms(), SERVICES_HEAD, *_means(), DUTIES_HEAD, *_duties(), *_separated()]) + "\n"
    )


def _rooms() -> Iterator[str]:
    for room, title in ROOMS.items():
        rows = [(RIGHTS[it], roles_named(it), f"`{it.value}`") for it in Right if it.room == room]
        yield f"## {title}\n\n{table(('what', 'who may', 'right'), rows)}\n"


def roles_named(right: Right) -> str:
    """The roles that have it, in words; everybody who holds any."""
    if right.roles == frozenset(Role):
        return "anybody with a role there"
    return ", ".join(words.role(role.value) for role in Role if role in right.roles)


def _means() -> Iterator[str]:
    for means in Means:
        codes = ", ".join(f"`{service}`" for service, by in SERVICES.items() if by is means)
        yield f"- {MEANS[means]} {codes}"
    as_another = [f"`{service}` as `{by.value}`" for service, by in SERVICES.items() if isinstance(by, Right)]
    yield f"- By the right to something else: {', '.join(as_another)}\n"


def _duties() -> Iterator[str]:
    yield "\n".join(f"- {text}" for text in DUTIES.values()) + "\n"


def _separated() -> Iterator[str]:
    rows = ((text, f"`{HELD_BY[code]}`") for code, text in SEPARATED.items())
    yield SEPARATED_HEAD
    yield table(("what", "held by"), rows)
