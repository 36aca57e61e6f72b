"""Label templates as controlled documents: approved, pinned on the copy that was drawn by them, never guessed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from coi.models import LabelCopy
from coi.rules.label_templates import DOCUMENT_KIND, STOCK, built_in, codes_for
from coi.rules.labels import label_for
from coi.selectors.labels import LabelCopyView, TemplateUnusable, label_copy_by_id, template_for, template_of
from coi.services import reprint_label
from coi.services.printing.content import label_of
from config.demonstration import site
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT, Demo
from ledger import services as ledger
from ledger.rules.errors import Invalid
from ledger.selectors import effects
from people import selectors as people
from people import services as documents
from people.rules.roles import Role

KIND = "apheresis_bag"
SIMPLER = {
    "kind": KIND,
    "layout": "bag",
    "width_mm": 100,
    "height_mm": 60,
    "lines": ["din", "container"],
    "symbols": ["copy", "identity"],
    "warnings": ["autologous"],
}


def approve(player: Player, code: str, content: dict[str, Any]) -> None:
    """A template takes effect, by three people, in a demonstration that has moved on."""
    demo = replace(player.demo, now=player.now)
    site.document(demo, DOCUMENT_KIND, code, "Label", content)


def drawn(player: Player) -> LabelCopyView:
    """The copy of the collected bag's label, once the worker has been at it."""
    ledger.sweep_effects(now=player.now)
    copy = label_copy_by_id(LabelCopy.objects.get(code=player.label(KIND)).id)
    assert copy is not None
    return copy


def test_the_demonstration_has_an_approved_template_for_every_kind(demo: Demo) -> None:
    for kind in STOCK:
        found = template_for(kind, PLANT, demo.now)
        assert found is not None
        assert (found.version, found.template.kind) == (f"{codes_for(kind, '')[1]}/1", kind)
    assert template_for("odd_vessel", PLANT, demo.now) is None
    assert template_for(KIND, PLANT, demo.now - timedelta(days=1)) is None


def test_a_copy_keeps_the_template_by_which_it_was_drawn(collected: Player) -> None:
    copy = drawn(collected)
    general = people.effective_document(DOCUMENT_KIND, codes_for(KIND, "")[1], collected.now)
    assert general is not None
    assert copy.template_id == general.id
    before = label_of(copy)
    collected.wait(minutes=5)
    approve(collected, codes_for(KIND, HOSPITAL)[0], SIMPLER)
    assert label_of(copy) == before
    doing = collected.demo.doing("reprint", collected.one(Role.COLLECTOR, HOSPITAL).actor, HOSPITAL)
    reprint_label(copy=copy.facts.copy_code, reason="damaged", **doing | {"now": collected.now})
    after = label_of(drawn(collected))
    assert (before.height_mm, after.height_mm) == (100, 60)
    assert [line.name for line in after.lines] == ["DIN", "Container"]


def test_a_sites_own_template_is_for_that_site_alone(collected: Player) -> None:
    approve(collected, codes_for(KIND, HOSPITAL)[0], SIMPLER)
    own, others = (template_for(KIND, at, collected.now) for at in (HOSPITAL, PLANT))
    assert own is not None
    assert others is not None
    assert (own.template.height_mm, others.template.height_mm) == (60, 100)
    assert template_of(drawn(collected)) == own


def test_a_template_for_another_kind_draws_nothing(collected: Player) -> None:
    approve(collected, codes_for(KIND, HOSPITAL)[0], {**SIMPLER, "kind": "sample"})
    with pytest.raises(TemplateUnusable, match="for sample"):
        template_for(KIND, HOSPITAL, collected.now)
    assert drawn(collected).file == ""
    assert any("TemplateUnusable" in effect.last_error for effect in effects(kind="coi.render_label"))


def test_a_template_that_was_changed_behind_its_signatures_draws_nothing(collected: Player) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_documentversion v SET content = jsonb_set(content, '{width_mm}', '101')"
            " FROM people_document d WHERE d.id = v.document_id AND d.code = %s",
            [codes_for(KIND, "")[1]],
        )
    with pytest.raises(TemplateUnusable, match="signed"):
        template_for(KIND, HOSPITAL, collected.now)


def test_without_a_template_the_built_in_one_is_drawn(collected: Player) -> None:
    before = people.effective_document(DOCUMENT_KIND, codes_for(KIND, "")[1], collected.now)
    assert before is not None
    approver = collected.demo.member("Rosa")
    doing = collected.demo.doing("retire label", approver.actor, PLANT) | {"now": collected.now}
    documents.retire_document(id=before.id, reason="replaced", **doing)
    copy = drawn(collected)
    assert (copy.template_id, label_of(copy)) == ("", label_for(copy.facts, built_in(KIND)))
    collected.wait(minutes=5)
    approve(collected, codes_for(KIND, HOSPITAL)[0], SIMPLER)
    assert label_of(copy).height_mm == 100


def test_what_is_unsound_is_no_draft(demo: Demo) -> None:
    with pytest.raises(Invalid):
        documents.draft_document(
            kind=DOCUMENT_KIND,
            code="LABEL-X",
            title="x",
            content={**SIMPLER, "symbols": ["identity"]},
            site=PLANT,
            **demo.doing("unsound", demo.member("Amir").actor),
        )
