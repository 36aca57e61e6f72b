"""The shapes of worksheets that are read, for the description of the API. `fmea.forms.answers` makes the answers."""

from rest_framework import serializers

from fmea.rules.comparing import Fate
from fmea.rules.evidence import Standing
from fmea.rules.priority import ActionPriority
from people.rules.documents import DocumentState

_PRIORITIES = [(it.value, it.value) for it in ActionPriority]
# The states of documents, as the text that they are: under `state` other answers have states of other things.
_STATES = ", ".join(it.value for it in DocumentState)
_STANDINGS = [(it.value, it.value) for it in Standing]


class WorksheetLineSerializer(serializers.Serializer[None]):
    """One worksheet among all."""

    code = serializers.CharField()
    title = serializers.CharField()
    product = serializers.CharField()
    site = serializers.CharField()
    revision = serializers.IntegerField(help_text="Of what stands on the sheet.")
    version_in_effect = serializers.IntegerField(allow_null=True)
    on_its_way = serializers.CharField(
        allow_null=True, help_text=f"Where the version stands that is being signed: {_STATES}."
    )
    rows = serializers.IntegerField()
    priorities = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many rows have each action priority."
    )
    unscored = serializers.IntegerField(help_text="Rows that lack a rating.")
    open_actions = serializers.IntegerField()
    overdue_actions = serializers.IntegerField()
    look_again = serializers.DateField(
        allow_null=True, help_text="The first day on which something of it is looked at again."
    )
    is_late = serializers.BooleanField()


class WorksheetsSerializer(serializers.Serializer[None]):
    """All worksheets, what is late first."""

    worksheets = WorksheetLineSerializer(many=True)


class RatingsSerializer(serializers.Serializer[None]):
    """Three ratings and what they come to; null where one is missing. The number is for continuity alone."""

    severity = serializers.IntegerField(allow_null=True)
    occurrence = serializers.IntegerField(allow_null=True)
    detection = serializers.IntegerField(allow_null=True)
    rpn = serializers.IntegerField(allow_null=True)
    priority = serializers.ChoiceField(choices=_PRIORITIES, allow_null=True)


class RatedRowSerializer(serializers.Serializer[None]):
    """One row before its actions and after those that are done."""

    place = serializers.IntegerField(
        allow_null=True, help_text="1 first; rows alike share it; null: not rated."
    )
    row = serializers.CharField()
    step = serializers.CharField()
    mode = serializers.CharField()
    before = RatingsSerializer()
    after = RatingsSerializer()


class RankedSerializer(serializers.Serializer[None]):
    """Rows by action priority, then severity."""

    revision = serializers.IntegerField()
    rows = RatedRowSerializer(many=True)


class SignedSerializer(serializers.Serializer[None]):
    """Who signed a version, as what, and when."""

    name = serializers.CharField()
    meaning = serializers.CharField()
    signed_at = serializers.DateTimeField()
    zone = serializers.CharField(help_text="The IANA zone of the site where it was signed.")
    is_valid = serializers.BooleanField(help_text="Whether the version still is the one that was signed.")


class WorksheetVersionSerializer(serializers.Serializer[None]):
    """One version without its content."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    state = serializers.CharField(help_text=f"One of {_STATES}.")
    digest = serializers.CharField()
    effective_from = serializers.DateTimeField(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)
    signatures = SignedSerializer(many=True)


class CellChangeSerializer(serializers.Serializer[None]):
    """A cell with what stood there before and what stands there after; null is nothing."""

    column = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class ItemChangeSerializer(serializers.Serializer[None]):
    """An item that differs."""

    table = serializers.CharField()
    item = serializers.CharField(allow_blank=True, help_text="Its code; empty in the header.")
    fate = serializers.ChoiceField(choices=[(it.value, it.value) for it in Fate])
    has_moved = serializers.BooleanField()
    cells = CellChangeSerializer(many=True)


class VersionsSerializer(serializers.Serializer[None]):
    """Every version, the newest first, and how the sheet differs from the one in effect."""

    versions = WorksheetVersionSerializer(many=True)
    changes = ItemChangeSerializer(many=True)


class JudgedSerializer(serializers.Serializer[None]):
    """A rate with its 95 % interval, the prior of it, and the most probable rating on the worksheet's scale."""

    events = serializers.IntegerField()
    opportunities = serializers.IntegerField()
    prior = serializers.DictField(child=serializers.FloatField(), help_text="Beta(a, b).")
    median = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    suggested = serializers.IntegerField(allow_null=True)
    probability = serializers.FloatField(help_text="Of the suggested rating.")


class BesideSerializer(serializers.Serializer[None]):
    """A score beside what was counted. It is never changed by that."""

    score = serializers.IntegerField(allow_null=True, required=False)
    standing = serializers.ChoiceField(choices=_STANDINGS)
    proposal = serializers.IntegerField(
        allow_null=True, help_text="Another rating that is more probable than 80 %."
    )
    judged = JudgedSerializer(allow_null=True)
    caught = serializers.DictField(
        child=serializers.IntegerField(), required=False, help_text="Failures by where they were noticed."
    )


class RowEvidenceSerializer(serializers.Serializer[None]):
    """What was counted for one row."""

    row = serializers.CharField()
    is_contradicted = serializers.BooleanField()
    occurrence = BesideSerializer()
    detection = BesideSerializer()
    sources = serializers.ListField(
        child=serializers.DictField(), help_text="Each kind of evidence, with its counts by site."
    )


class EvidenceSerializer(serializers.Serializer[None]):
    """Every row that names evidence."""

    counted_at = serializers.DateTimeField()
    rows = RowEvidenceSerializer(many=True)
