"""Starting material on the pages: what is proposed and why, line by line, and the form of the decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coi.forms import words
from coi.rules.acceptance import DECIDED_BY, Acceptance
from qc.forms import release_words, texts
from qc.forms.pages import SignForm
from qc.rules.acceptance import Deciding, Proposal
from qc.rules.criteria import Effect
from qc.rules.standing import Line, Standing
from qc.selectors import MaterialView

Sentence = str | Promise

# How each line stands, with a shape beside the words: colour never speaks alone.
STANDINGS: Mapping[Standing, tuple[str, Sentence, str]] = {
    Standing.MET: ("✔", _("met"), "done"),
    Standing.REPORTED: ("✔", _("reported"), "done"),
    Standing.WAIVED: ("✔", _("not tested, for a reason that is allowed"), "done"),
    Standing.FAILING: ("■", _("not met"), "stop"),
    Standing.UNDECIDED: ("▲", _("does not say whether the limit is met"), "warn"),
    Standing.NOT_TESTED: ("▲", _("not tested"), "warn"),
    Standing.MISSING: ("○", _("no result yet"), "warn"),
}
PROPOSALS: Mapping[Acceptance | None, tuple[str, Sentence, str]] = {
    Acceptance.ACCEPTED: ("✔", _("Accept"), "done"),
    Acceptance.ACCEPTED_WITH_CHANGES: ("▲", _("Accept, with changes to the plan"), "warn"),
    Acceptance.REFUSED: ("■", _("Refuse"), "stop"),
    None: ("○", _("Nothing yet: results are open"), ""),
}
DECISIONS: Mapping[Acceptance, tuple[str, str]] = {
    Acceptance.ACCEPTED: ("✔", "done"),
    Acceptance.ACCEPTED_WITH_CHANGES: ("▲", "warn"),
    Acceptance.REFUSED: ("■", "stop"),
}


@dataclass(frozen=True)
class ReasonShown:
    """One line of the specification: what was found, how it stands, and what follows of it for the plan."""

    title: str
    limits: str
    found: str
    mark: str
    standing: Sentence
    tone: str
    effect: Sentence


@dataclass(frozen=True)
class MaterialShown:
    """The part of a collection's page that quality decides by."""

    view: MaterialView
    mark: str
    proposal: Sentence
    tone: str
    changes: tuple[str, ...]
    needs_physician: bool
    reasons: tuple[ReasonShown, ...]
    is_decided: bool
    decision: tuple[str, str]


def material_shown(view: MaterialView) -> MaterialShown:
    """A collection in words."""
    mark, text, tone = PROPOSALS[view.proposal.decision]
    needed = [line for line in view.lines if line.is_needed_for_release]
    return MaterialShown(
        view=view,
        mark=mark,
        proposal=text,
        tone=tone,
        changes=proposed_changes(view.proposal),
        needs_physician=view.proposal.needs_physician,
        reasons=tuple(_reason(view, line) for line in needed),
        is_decided=view.judged.is_judged,
        decision=DECISIONS.get(view.judged.acceptance, ("○", "")),
    )


def proposed_changes(proposal: Proposal) -> tuple[str, ...]:
    """What the results ask to be done otherwise, in words."""
    return tuple(str(words.plan_change(str(effect))) for effect in proposal.effects)


def _reason(view: MaterialView, line: Line) -> ReasonShown:
    mark, text, tone = STANDINGS[line.standing]
    effects = [it for it in view.proposal.consequences if it.criterion in {c.code for c in line.criteria}]
    lacks_effect = line.standing is Standing.FAILING and all(it.effect is None for it in effects)
    named = (words.plan_change(str(it.effect)) for it in effects if it.effect is not None)
    return ReasonShown(
        title=line.title,
        limits="; ".join(texts.limits(criterion) for criterion in line.criteria),
        found="; ".join(_value(view, c.code, c.unit) for c in line.criteria if c.code in view.counted),
        mark=mark,
        standing=text,
        tone=tone,
        effect=_("refused: no change of the plan is named for it")
        if lacks_effect
        else ", ".join(map(str, named)),
    )


def _value(view: MaterialView, code: str, unit: str) -> str:
    result = view.counted[code]
    if result.not_tested:
        return str(texts.NOT_TESTED.get(result.not_tested, result.not_tested))
    return f"{result.value} {texts.unit(unit)}".strip()


class DecisionForm(SignForm):
    """Accept, accept with changes, or refuse; what changes; who agreed."""

    REFUSALS = release_words.ACCEPTANCE_REFUSALS
    field_order: ClassVar[tuple[str, ...]] = (
        "decision",
        "effects",
        "physician",
        "reason",
        "username",
        "password",
    )

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("", ""), *((one.value, release_words.ACCEPTANCES[one]) for one in DECIDED_BY)],
    )
    effects = forms.MultipleChoiceField(
        label=_("What is done otherwise"),
        required=False,
        choices=[
            (effect.value, words.plan_change(effect.value))
            for effect in Effect
            if effect is not Effect.COLLECT_AGAIN
        ],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only with “accepted, with changes to the plan”. What the results ask for is ticked."),
    )
    physician = forms.CharField(
        label=_("What shows that the physician agrees"),
        required=False,
        max_length=200,
        help_text=_("Needed for a lower dose, and where the physician decides. No names: a reference."),
    )
    reason = forms.CharField(label=_("Remark"), required=False, max_length=200)

    @classmethod
    def of(cls, proposal: Proposal) -> "DecisionForm":
        """An empty form with what is proposed filled in."""
        decision = "" if proposal.decision is None else str(proposal.decision)
        effects = [str(effect) for effect in proposal.effects]
        return cls(initial={"decision": decision, "effects": effects}, auto_id="material_%s")

    @property
    def deciding(self) -> Deciding:
        """What was decided."""
        asked: dict[str, Any] = self.cleaned_data
        return Deciding(
            decision=Acceptance(asked["decision"]),
            effects=tuple(effect for effect in Effect if effect.value in asked["effects"]),
            physician=asked["physician"].strip(),
            reason=asked["reason"].strip(),
        )
