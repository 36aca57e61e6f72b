"""The shapes of what the API takes and answers. A report's own is told in docs/reference/audit-reports.md."""

from typing import Any

from rest_framework import serializers


class _Shape(serializers.Serializer[Any]):
    """A shape, and nothing that is saved."""


class KindSerializer(_Shape):
    """A kind of report: what must be told, and what may be."""

    code = serializers.CharField()
    title = serializers.CharField()
    about = serializers.CharField()
    asks = serializers.ListField(child=serializers.CharField())
    may = serializers.ListField(child=serializers.CharField())


class KindsSerializer(_Shape):
    """All kinds that your roles open."""

    kinds = KindSerializer(many=True)


class ToRequestSerializer(_Shape):
    """A report to be made and kept. `question`: by name, times with their offset from UTC."""

    request_id = serializers.UUIDField()
    kind = serializers.CharField(max_length=40)
    question = serializers.DictField(child=serializers.CharField(max_length=64))


class ToBundleSerializer(_Shape):
    """A bundle to be made and kept. `question`: a journey, a batch, or a site with since and until; `checkpoint`: the
    text of one that you kept, if the bundle is to prove that it is of the same ledger."""

    request_id = serializers.UUIDField()
    question = serializers.DictField(child=serializers.CharField(max_length=64))
    checkpoint = serializers.CharField(required=False, allow_blank=True)


class RequestSerializer(_Shape):
    """A request: where it stands, and the SHA-256 of each file once it is made."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    question = serializers.DictField(child=serializers.CharField())
    sites = serializers.ListField(child=serializers.CharField())
    state = serializers.CharField()
    percent = serializers.IntegerField()
    fault = serializers.CharField()
    asked_at = serializers.DateTimeField()
    asked_by = serializers.CharField()
    made_at = serializers.DateTimeField(allow_null=True)
    digest = serializers.CharField()
    found = serializers.DictField(child=serializers.IntegerField())
    files = serializers.DictField(child=serializers.CharField())


class RequestsSerializer(_Shape):
    """What you asked for, the newest first."""

    requests = RequestSerializer(many=True)


class PlaceSerializer(_Shape):
    """A thing that questions can be about."""

    about = serializers.CharField()
    key = serializers.CharField()
    title = serializers.CharField()
    site = serializers.CharField()


class EntryFoundSerializer(_Shape):
    """An entry that was found."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    event = serializers.CharField()
    words = serializers.CharField()
    reason = serializers.CharField()
    actor = serializers.CharField()
    site = serializers.CharField()
    station = serializers.CharField()
    stream = serializers.CharField()
    seq = serializers.IntegerField()


class SearchedSerializer(_Shape):
    """What was found; `has_more`: older entries were found too, or may be: send `older` as `before` to get them.

    A page with fewer than 50 entries and more to come looked through a part of them, back to the time in `older`.
    """

    places = PlaceSerializer(many=True)
    entries = EntryFoundSerializer(many=True)
    has_more = serializers.BooleanField()
    older = serializers.CharField(allow_blank=True)
