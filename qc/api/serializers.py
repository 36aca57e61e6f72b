"""The shapes of the API, for its description. Requests are read and answers made by `qc.forms.answers`."""

from rest_framework import serializers

from coi.rules.journey import Disposition
from qc.rules.blockers import BlockerCode
from qc.rules.criteria import Timing, Verdict
from qc.rules.subjects import SubjectKind
from qc.rules.trail import TrailKind


class AboutSerializer(serializers.Serializer[None]):
    """What a blocker is about."""

    kind = serializers.CharField()
    code = serializers.CharField()


class BlockerSerializer(serializers.Serializer[None]):
    """One reason why a batch cannot be released yet."""

    code = serializers.ChoiceField(choices=[(c.value, c.value) for c in BlockerCode])
    text = serializers.CharField()
    about = AboutSerializer()
    params = serializers.DictField(child=serializers.CharField())


class BatchSummarySerializer(serializers.Serializer[None]):
    """One batch."""

    batch = serializers.CharField()
    coi_id = serializers.CharField()
    product = serializers.CharField()
    site = serializers.CharField()
    disposition = serializers.ChoiceField(choices=[(d.value, d.value) for d in Disposition])
    started_at = serializers.DateTimeField()


class PendingSerializer(serializers.Serializer[None]):
    """A result that may come after the release, and when it is expected."""

    criterion = serializers.CharField()
    title = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    is_overdue = serializers.BooleanField()


class BoardRowSerializer(BatchSummarySerializer):
    """One batch of the release board: how many checks passed by themselves, what blocks it, what is pending."""

    passed = serializers.IntegerField()
    checked = serializers.IntegerField()
    pending = PendingSerializer(many=True)
    blockers = BlockerSerializer(many=True)


class BoardSerializer(serializers.Serializer[None]):
    """The release board: what needs somebody, what can be reviewed and released, what waits, what is decided."""

    exceptions = BoardRowSerializer(many=True)
    ready = BoardRowSerializer(many=True)
    conditional = BoardRowSerializer(many=True)
    waiting = BoardRowSerializer(many=True)
    decided = BatchSummarySerializer(many=True)


class TrailChangeSerializer(serializers.Serializer[None]):
    """One value that an entry changed; what is new had no old value."""

    thing = serializers.CharField()
    field = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()


class TrailEntrySerializer(serializers.Serializer[None]):
    """One entry that is out of the ordinary, by its number in the journey and in the ledger."""

    number = serializers.IntegerField()
    entry = serializers.IntegerField()
    event = serializers.CharField()
    kind = serializers.ChoiceField(choices=[(k.value, k.value) for k in TrailKind])
    words = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField()
    reason = serializers.CharField()
    is_reviewed = serializers.BooleanField()
    changes = TrailChangeSerializer(many=True)


class TrailReviewSerializer(serializers.Serializer[None]):
    """A review of the trail: up to which entry, what was said, and the digest that was signed (empty: unsigned)."""

    reviewer = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    upto = serializers.IntegerField()
    remark = serializers.CharField()
    comments = serializers.DictField(child=serializers.CharField())
    digest = serializers.CharField()
    is_valid = serializers.BooleanField()


class TrailSerializer(serializers.Serializer[None]):
    """The audit trail of a batch as quality looks it over; `last` is the number of the journey's last entry."""

    batch = serializers.CharField()
    is_needed = serializers.BooleanField()
    is_reviewed = serializers.BooleanField()
    last = serializers.IntegerField()
    entries = TrailEntrySerializer(many=True)
    reviews = TrailReviewSerializer(many=True)


class ResultSerializer(serializers.Serializer[None]):
    """One version of one result."""

    id = serializers.UUIDField()
    criterion = serializers.CharField()
    version = serializers.IntegerField()
    attempt = serializers.IntegerField()
    value = serializers.CharField()
    unit = serializers.CharField(help_text="UCUM.")
    verdict = serializers.ChoiceField(choices=[(v.value, v.value) for v in Verdict])
    container = serializers.CharField()
    method = serializers.CharField()
    method_version = serializers.IntegerField(allow_null=True)
    run = serializers.CharField()
    replicates = serializers.ListField(child=serializers.CharField())
    inputs = serializers.DictField(child=serializers.CharField())
    source_file = serializers.CharField(help_text="SHA-256 of the file that it came from; empty without one.")
    tested_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    analyst = serializers.CharField()
    reviewer = serializers.CharField()
    reviewed_at = serializers.DateTimeField(allow_null=True)


class LineSerializer(serializers.Serializer[None]):
    """One criterion with the result that counts, and the versions before it, the newest first."""

    criterion = serializers.CharField()
    title = serializers.CharField()
    timing = serializers.ChoiceField(choices=[(t.value, t.value) for t in Timing])
    method = serializers.CharField()
    limits = serializers.CharField()
    result = ResultSerializer(allow_null=True)
    earlier = ResultSerializer(many=True)


class BatchSerializer(BatchSummarySerializer):
    """One batch with what blocks it and every result."""

    record_digest = serializers.CharField(help_text="SHA-256 of the batch record as it stands now.")
    blockers = BlockerSerializer(many=True)
    pending = PendingSerializer(many=True)
    results = LineSerializer(many=True)


class SubjectSerializer(serializers.Serializer[None]):
    """What was found of one subject, criterion by criterion."""

    kind = serializers.ChoiceField(choices=[(k.value, k.value) for k in SubjectKind])
    code = serializers.CharField()
    point = serializers.CharField(help_text="The time point of a study; empty for all others.")
    specification = serializers.CharField(help_text="Code and version; empty where nothing judges it.")
    results = LineSerializer(many=True)


class ResultToRecordSerializer(serializers.Serializer[None]):
    """A result as it was found, in the words of its specification."""

    request_id = serializers.UUIDField(help_text="Made by the client. The same id again does nothing more.")
    criterion = serializers.CharField(max_length=32)
    value = serializers.CharField(
        max_length=80, help_text="As text: 92.4, <0.5, >95, a word, `not tested: ` and its reason."
    )
    tested_at = serializers.DateTimeField(help_text="With its offset from UTC.")
    container = serializers.CharField(required=False, max_length=40)
    run = serializers.CharField(required=False, max_length=40)
    replicates = serializers.ListField(required=False, child=serializers.CharField(max_length=80))
    inputs = serializers.DictField(
        required=False,
        child=serializers.CharField(max_length=80),
        help_text="What the criterion asks for: volume_ml, hours, weight_used_kg, incubated_at.",
    )
