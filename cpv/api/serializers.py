"""The shapes of the API, for its description. `cpv.forms.sent` reads requests, `cpv.forms.answers` makes answers."""

from rest_framework import serializers

from cpv.rules.basis import LimitStatus
from cpv.rules.programme.answering import Decision, SignalRefusal, SignalState
from cpv.rules.programme.points import ChartState
from cpv.rules.runs import Side
from cpv.rules.transforms import Scale

LIMIT_STATUSES = [(s.value, s.value) for s in LimitStatus]
DECISIONS = [(d.value, d.value) for d in Decision]


class ExternalRowSerializer(serializers.Serializer[None]):
    """One number of another program."""

    parameter = serializers.CharField(
        max_length=32, help_text="The code of a parameter of the source `external`."
    )
    subject = serializers.CharField(max_length=64, help_text="The batch, or whatever else the number is of.")
    made_at = serializers.DateTimeField(
        help_text="When manufacture began, with its offset from UTC: its place."
    )
    value = serializers.CharField(max_length=24, help_text="As text, in the unit of the parameter: 92.4.")
    stratum = serializers.ListField(
        required=False,
        child=serializers.CharField(max_length=64),
        help_text="Lots or devices, in the order of the plan's strata; the site is left out.",
    )


class ObservationsToHandInSerializer(serializers.Serializer[None]):
    """Numbers of one site under one plan, taken whole or not at all."""

    request_id = serializers.UUIDField(help_text="Made by the client. The same id again does nothing more.")
    plan = serializers.CharField(max_length=64)
    site = serializers.CharField(max_length=16)
    rows = ExternalRowSerializer(many=True)


class HandedInSerializer(serializers.Serializer[None]):
    """What came of it: the charts on which the numbers stand, judged."""

    charts = serializers.ListField(child=serializers.CharField())


class LimitsSerializer(serializers.Serializer[None]):
    """Limits in the unit of the parameter. Reckoned, so they are numbers and no texts."""

    status = serializers.ChoiceField(choices=LIMIT_STATUSES)
    results = serializers.IntegerField(help_text="From how many results they come.")
    scale = serializers.ChoiceField(choices=[(s.value, s.value) for s in Scale])
    lower = serializers.FloatField(allow_null=True)
    center = serializers.FloatField()
    upper = serializers.FloatField(allow_null=True)


class ChartSummarySerializer(serializers.Serializer[None]):
    """One chart: a parameter of a plan in one stratum."""

    chart = serializers.CharField()
    plan = serializers.CharField()
    parameter = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField(help_text="UCUM.")
    stratum = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(choices=[(s.value, s.value) for s in ChartState])
    results = serializers.IntegerField(help_text="Those with a value that are not left out.")
    signals = serializers.IntegerField(help_text="Open ones.")
    overdue = serializers.IntegerField()
    last_made_at = serializers.DateTimeField()
    limits = LimitsSerializer(allow_null=True)


class ChartPointSerializer(serializers.Serializer[None]):
    """One point."""

    id = serializers.UUIDField()
    subject = serializers.CharField()
    batch = serializers.CharField(help_text="Empty where it is of no batch.")
    site = serializers.CharField()
    made_at = serializers.DateTimeField()
    value = serializers.CharField(help_text="Exact, as text; empty where there is none any more.")
    is_below = serializers.BooleanField(help_text="The value is the bound of a result below it.")
    came_from = serializers.CharField(help_text="The record that it came from.")
    version = serializers.IntegerField()
    excluded_at = serializers.DateTimeField(allow_null=True)
    excluded_by = serializers.CharField()
    exclusion_reason = serializers.CharField()


class PhaseSerializer(LimitsSerializer):
    """Limits that applied from a point on."""

    id = serializers.UUIDField(help_text="The version of the document.")
    version = serializers.IntegerField()
    effective_from = serializers.DateTimeField()
    start = serializers.IntegerField(help_text="The first of its points, counted from 0.")
    end = serializers.IntegerField(
        allow_null=True,
        help_text="The first point begun after they were retired, come or not; null while in effect.",
    )
    first_subject = serializers.CharField(help_text="Empty where none has come yet.")


class SignalSerializer(serializers.Serializer[None]):
    """One point of one chart at which one rule signalled."""

    id = serializers.UUIDField()
    chart = serializers.CharField()
    plan = serializers.CharField()
    parameter = serializers.CharField()
    stratum = serializers.ListField(child=serializers.CharField())
    site = serializers.CharField()
    subject = serializers.CharField()
    batch = serializers.CharField()
    made_at = serializers.DateTimeField()
    by = serializers.CharField(help_text="The rule.")
    text = serializers.CharField()
    side = serializers.ChoiceField(choices=[(s.value, s.value) for s in Side])
    first_subject = serializers.CharField(help_text="Where the pattern began.")
    value = serializers.CharField(help_text="What the point was when it was raised.")
    limits = serializers.UUIDField(help_text="The version of the limits that it was judged by.")
    state = serializers.ChoiceField(choices=[(s.value, s.value) for s in SignalState])
    raised_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    owner = serializers.CharField(help_text="Who took it on; empty while nobody has.")
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    decision = serializers.ChoiceField(choices=[("", ""), *DECISIONS])
    cause = serializers.CharField()
    deviation = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)
    vanished_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when it would not signal any more, though somebody had answered."
    )


class ChartSerializer(serializers.Serializer[None]):
    """One chart with everything on it."""

    chart = serializers.CharField()
    plan = serializers.CharField()
    plan_version = serializers.IntegerField()
    parameter = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField(help_text="UCUM.")
    stratum = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField(choices=LIMIT_STATUSES)
    points = ChartPointSerializer(many=True)
    phases = PhaseSerializer(many=True)
    signals = SignalSerializer(many=True)


class ChartsSerializer(serializers.Serializer[None]):
    """Every chart of your sites, the most urgent first."""

    charts = ChartSummarySerializer(many=True)


class SignalsSerializer(serializers.Serializer[None]):
    """Signals at your sites, the newest first. `is_cut`: there are more; ask by `since`."""

    signals = SignalSerializer(many=True)
    is_cut = serializers.BooleanField()


class SignalToTakeSerializer(serializers.Serializer[None]):
    """Somebody takes a signal on."""

    request_id = serializers.UUIDField(help_text="Made by the client. The same id again does nothing more.")


class SignalToCloseSerializer(SignalToTakeSerializer):
    """How a signal is closed."""

    decision = serializers.ChoiceField(choices=DECISIONS)
    cause = serializers.CharField(
        required=False, max_length=2000, help_text="Needed unless it is only logged."
    )
    deviation = serializers.CharField(required=False, max_length=40, help_text="Where it became one.")


class SignalRefusalSerializer(serializers.Serializer[None]):
    """One reason why nothing was done."""

    code = serializers.ChoiceField(choices=[(r.value, r.value) for r in SignalRefusal])
    text = serializers.CharField()


class SignalAnsweredSerializer(serializers.Serializer[None]):
    """What came of an answer. A refusal is an answer too, and is recorded."""

    outcome = serializers.ChoiceField(choices=[("accepted", "accepted"), ("refused", "refused")])
    refusals = SignalRefusalSerializer(many=True)
    signal = SignalSerializer()
