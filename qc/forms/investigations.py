"""Fields of the pages of investigations."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qc.forms import investigation_words as words
from qc.forms.pages import SignForm, WritingForm
from qc.forms.results import ResultForm
from qc.rules.investigations import (
    Answer,
    Check,
    Experiment,
    LaboratoryCheck,
    Outcome,
    Plan,
    ResampleReason,
    Support,
)
from qc.rules.investigations.stored import check_of
from qc.rules.investigations.values import ALWAYS_APPLY
from qc.rules.results import AttemptKind

MOST_WORDS = 4000


def _written(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=MOST_WORDS, widget=area
    )


def _laboratory(checks: Iterable[LaboratoryCheck]) -> list[tuple[str, Any]]:
    return [("", ""), *((check.value, words.CHECKS[check]) for check in checks)]


class CheckForm(WritingForm):
    """The answer to one check."""

    check = forms.CharField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(label=_("Answer"))
    remark = _written(_("What was found"), _("Needed unless it is in order."), required=False)

    def __init__(self, *args: Any, asked: Check | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        about = asked or check_of(str(self.data.get("check", "")))
        offered = [it for it in Answer if it is not Answer.NOT_APPLICABLE or about not in ALWAYS_APPLY]
        self.offer("answer", [("", ""), *((it.value, words.ANSWERS[it][1]) for it in offered)])
        if asked is not None:
            self.initial["check"] = str(asked)

    def clean_check(self) -> Check:
        """The check itself."""
        found = check_of(self.cleaned_data["check"])
        if found is None:
            raise forms.ValidationError(_("There is no such check."))
        return found


class HypothesisForm(WritingForm):
    """An error that is supposed, how it was tried, what came of it."""

    check = forms.ChoiceField(label=_("What may have gone wrong"), choices=_laboratory(LaboratoryCheck))
    experiment = forms.ChoiceField(
        label=_("How it was tried"),
        choices=[("", ""), *((it.value, words.EXPERIMENTS[it]) for it in Experiment)],
    )
    support = forms.ChoiceField(
        label=_("What came of it"), choices=[("", ""), *((it.value, words.SUPPORTS[it]) for it in Support)]
    )
    remark = _written(_("What was seen"), _("What is measured here is no result."))


class CauseForm(WritingForm):
    """The error that the result is assigned to: one of the checks that were found not in order."""

    check = forms.ChoiceField(label=_("The error"))
    remark = _written(_("How it made this result"))

    def __init__(self, *args: Any, found: Iterable[LaboratoryCheck] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.offer("check", _laboratory(found))


_KINDS = {
    AttemptKind.RETEST: _("the same sample again"),
    AttemptKind.RESAMPLE: _("another sample"),
}


class PlanForm(WritingForm):
    """How often is tested again, of what and by whom."""

    kind = forms.ChoiceField(label=_("What is tested"))
    number = forms.IntegerField(label=_("How many tests"), min_value=1, max_value=20, initial=1)
    by_another = forms.ChoiceField(
        label=_("By whom"),
        choices=[("yes", _("another analyst than the first")), ("no", _("any analyst"))],
    )
    reason = forms.ChoiceField(label=_("Why another sample"), required=False)
    containers = forms.MultipleChoiceField(
        label=_("Containers that are sampled"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, plans: Iterable[Plan] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        open_to = list(plans)
        kinds = dict.fromkeys(plan.kind for plan in open_to)
        reasons = dict.fromkeys(plan.reason for plan in open_to if plan.reason is not None)
        sources = dict.fromkeys(code for plan in open_to for code in plan.containers)
        self.offer("kind", [(kind.value, _KINDS[kind]) for kind in kinds])
        self.offer("reason", [("", ""), *((it.value, words.RESAMPLE_REASONS[it]) for it in reasons)])
        self.offer("containers", [(code, code) for code in sources])
        if AttemptKind.RESAMPLE not in kinds:
            del self.fields["reason"], self.fields["containers"]

    @property
    def plan(self) -> Plan:
        """The plan as the rules take it; a retest has neither reason nor containers."""
        asked, kind = self.cleaned_data, AttemptKind(self.cleaned_data["kind"])
        is_retest = kind is AttemptKind.RETEST
        return Plan(
            kind=kind,
            number=asked["number"],
            by_another=asked["by_another"] == "yes",
            containers=() if is_retest else tuple(asked.get("containers", ())),
            reason=ResampleReason(asked["reason"]) if asked.get("reason") and not is_retest else None,
        )


class OutcomeForm(SignForm):
    """An outcome, signed by QC."""

    field_order = ("outcome", "username", "password")
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[("", ""), *((it.value, words.OUTCOMES[it]) for it in Outcome)]
    )


class ConcludeForm(SignForm):
    """The outcome that QC signed, signed by QA."""

    outcome = forms.ChoiceField(
        choices=[(it.value, words.OUTCOMES[it]) for it in Outcome], widget=forms.HiddenInput
    )


class AttemptForm(ResultForm):
    """A planned test; it is made, or it is not recorded."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        del self.fields["not_tested"]
