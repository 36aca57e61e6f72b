"""The shapes of the API, for its description. Requests are read by `coi.forms.scans`, answers made by `answers`."""

from rest_framework import serializers

from coi.rules.acceptance import PlanChange
from coi.rules.checks import Need
from coi.rules.journey import CAUTIONED
from coi.rules.late import MOST_PAPER, MOST_WORDS, LateReason
from coi.rules.outcome import Outcome, RefusalCode, RefusalKind
from coi.rules.requests import MAX_BARCODES, KeyedReason
from coi.rules.situation import Part


class LateSerializer(serializers.Serializer[None]):
    """The step was done before, on paper, while the station could not be used."""

    performed_at = serializers.DateTimeField(help_text="When it was done, with its offset from UTC.")
    reason = serializers.ChoiceField(choices=[(r.value, r.value) for r in LateReason])
    words = serializers.CharField(max_length=MOST_WORDS, help_text="The reason in words; kept in the vault.")
    paper = serializers.CharField(max_length=MOST_PAPER, help_text="The number of the paper record.")


class ScanSerializer(serializers.Serializer[None]):
    """One person's request at a station: one or more barcodes, or what the check asked them for."""

    scan_id = serializers.UUIDField(
        help_text="Made by the client. The same id again gets the recorded answer."
    )
    badge = serializers.CharField(help_text="The badge as scanned.", max_length=4096)
    barcodes = serializers.ListField(
        child=serializers.CharField(max_length=4096, trim_whitespace=False),
        required=False,
        max_length=MAX_BARCODES,
        help_text="Raw texts as scanned, control characters and all.",
    )
    check = serializers.UUIDField(required=False, allow_null=True, help_text="The check to go on with.")
    step = serializers.CharField(required=False, max_length=40, help_text="When several steps fit: which.")
    pin = serializers.CharField(required=False, max_length=64, help_text="Where the step is signed.")
    values = serializers.DictField(
        child=serializers.CharField(max_length=80), required=False, help_text="Typed values by name."
    )
    is_keyed = serializers.BooleanField(
        required=False, help_text="The barcodes were typed by hand: each must carry its check character."
    )
    keyed_reason = serializers.ChoiceField(
        choices=[(r.value, r.value) for r in KeyedReason],
        required=False,
        help_text="Why they were typed; required with `is_keyed`, and refused without.",
    )
    late = LateSerializer(
        required=False,
        help_text="With the request that begins the check: two people sign, and every interlock judges as ever.",
    )


class RefusalSerializer(serializers.Serializer[None]):
    """One reason to refuse."""

    code = serializers.ChoiceField(choices=[(c.value, c.value) for c in RefusalCode])
    kind = serializers.ChoiceField(choices=[(k.value, k.value) for k in RefusalKind])
    name = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()
    is_near_miss = serializers.BooleanField()
    params = serializers.DictField(child=serializers.CharField())
    expected = serializers.CharField(required=False)
    found = serializers.CharField(required=False)
    label = serializers.CharField(required=False)  # type: ignore[assignment]  # a field of that name


class ChoiceSerializer(serializers.Serializer[None]):
    """A step that may be meant, or a word that may be entered."""

    code = serializers.CharField()
    title = serializers.CharField()


class ValueSerializer(serializers.Serializer[None]):
    """A value to enter."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    unit = serializers.CharField()
    low = serializers.CharField(allow_null=True)
    high = serializers.CharField(allow_null=True)
    choices = ChoiceSerializer(many=True)


class CautionSerializer(serializers.Serializer[None]):
    """What must be known before the step goes on: how the batch was released, what the plan became."""

    code = serializers.ChoiceField(choices=[(c.value, c.value) for c in (*CAUTIONED, *PlanChange)])
    title = serializers.CharField()
    text = serializers.CharField()


class NextSerializer(serializers.Serializer[None]):
    """What the check waits for; never an identifier that is still to be scanned."""

    need = serializers.ChoiceField(choices=[(n.value, n.value) for n in Need])
    item = serializers.CharField()
    step = serializers.CharField()
    step_title = serializers.CharField()
    part = serializers.ChoiceField(choices=[(p.value, p.value) for p in Part])
    position = serializers.IntegerField()
    total = serializers.IntegerField()
    left_behind = serializers.ListField(
        child=serializers.CharField(), help_text="Containers on hold that stay where they are."
    )
    cautions = CautionSerializer(
        many=True, required=False, help_text="To be shown before the step goes on; answers of old had none."
    )
    choices = ChoiceSerializer(many=True)
    values = ValueSerializer(many=True)
    instruction = serializers.CharField()
    hint = serializers.CharField()
    picture = serializers.CharField()


class EntrySerializer(serializers.Serializer[None]):
    """The ledger's entry of this request."""

    request_id = serializers.UUIDField()
    event = serializers.CharField()
    at = serializers.DateTimeField()


class CountdownSerializer(serializers.Serializer[None]):
    """A time that runs for these containers."""

    until = serializers.DateTimeField()
    step = serializers.CharField()
    title = serializers.CharField()
    minutes = serializers.IntegerField(allow_null=True, help_text="How long the whole of it is.")


class MadeSerializer(serializers.Serializer[None]):
    """A container that the step made."""

    code = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()


class RecordedLateSerializer(serializers.Serializer[None]):
    """The step of this check is recorded late."""

    performed_at = serializers.DateTimeField()


class AnswerSerializer(serializers.Serializer[None]):
    """What the scan came to. A refusal is an answer like any other: HTTP 200."""

    scan_id = serializers.UUIDField()
    check = serializers.UUIDField(allow_null=True)
    outcome = serializers.ChoiceField(choices=[(o.value, o.value) for o in Outcome])
    refusals = RefusalSerializer(many=True)
    next = NextSerializer()
    person = serializers.CharField()
    journey = serializers.CharField()
    countdown = CountdownSerializer(allow_null=True)
    late = RecordedLateSerializer(required=False, help_text="Only of a step that is recorded late.")
    entry = EntrySerializer()
    made = MadeSerializer(many=True)
    batch = serializers.CharField(required=False)
    deviation = serializers.CharField(required=False)
    command = serializers.CharField(required=False)
    is_repeat = serializers.BooleanField(required=False)


class ClearanceSerializer(serializers.Serializer[None]):
    """The second qualified person who clears a STOP."""

    request_id = serializers.UUIDField()
    badge = serializers.CharField(max_length=40)
    pin = serializers.CharField(max_length=64)


class ClearedSerializer(serializers.Serializer[None]):
    """The STOP is cleared; the deviation stays open."""

    check = serializers.UUIDField()
    cleared = serializers.BooleanField()


class TimelineEntrySerializer(serializers.Serializer[None]):
    """One entry of the ledger that concerns the journey."""

    uuid = serializers.UUIDField()
    at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    performed_at = serializers.DateTimeField(allow_null=True)
    is_simulated = serializers.BooleanField()
    zone = serializers.CharField()
    site = serializers.CharField()
    station = serializers.CharField()
    actor = serializers.CharField()
    actor_kind = serializers.CharField()
    auth = serializers.CharField()
    event = serializers.CharField()
    words = serializers.CharField()
    facts = serializers.DictField()
    reason = serializers.CharField()
    check = serializers.UUIDField(allow_null=True)
    late_words = serializers.CharField(
        help_text="Why it was recorded late, for those of its site; else empty."
    )


class TimelineSerializer(serializers.Serializer[None]):
    """Everything that happened to a journey, oldest first."""

    coi_id = serializers.CharField()
    entries = TimelineEntrySerializer(many=True)


class MatchSerializer(serializers.Serializer[None]):
    """A journey that goes by the identifier."""

    coi_id = serializers.CharField()
    product = serializers.CharField()
    treating_site = serializers.CharField()
    is_open = serializers.BooleanField()
    kinds = serializers.ListField(
        child=serializers.CharField(), help_text="As what it was found: din, label, lot, mrn ..."
    )


class FoundSerializer(serializers.Serializer[None]):
    """What came of a look-up: `one`, `none`, or `several` to choose from."""

    outcome = serializers.ChoiceField(choices=[(o, o) for o in ("one", "none", "several")])
    read_as = serializers.ListField(
        child=serializers.CharField(), help_text="What the text was read as; empty for one of no known form."
    )
    matches = MatchSerializer(many=True)


class ProblemSerializer(serializers.Serializer[None]):
    """Why a request could not be judged at all."""

    code = serializers.CharField()
    message = serializers.CharField()
    detail = serializers.DictField()
