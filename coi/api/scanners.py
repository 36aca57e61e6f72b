"""The scanner check for stations without our page: parse, one call, render."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coi import services
from coi.api.serializers import ProblemSerializer
from coi.api.views import StationView
from coi.forms.scanner_texts import render_qualification
from coi.forms.scans import parse_card, read_body
from coi.forms.texts import in_words
from coi.rules.qualification import MOST_READINGS
from coi.rules.scanners import SYMBOLS, Ending, FindingCode

_PROBLEMS = dict.fromkeys((400, 401, 403, 409, 413, 415, 422), ProblemSerializer)


class CardReadingSerializer(serializers.Serializer[None]):
    """One scan of one row of the test card."""

    symbol = serializers.ChoiceField(choices=[(code, code) for code in SYMBOLS])
    text = serializers.CharField(
        max_length=4096, trim_whitespace=False, help_text="Raw text as scanned, control characters and all."
    )
    ending = serializers.ChoiceField(choices=[(e.value, e.value) for e in Ending])
    slowest_ms = serializers.IntegerField(
        required=False, allow_null=True, help_text="The longest pause between two keys."
    )


class CardSerializer(serializers.Serializer[None]):
    """The whole test card, signed with badge and PIN. Of several tries of one row the last counts."""

    request_id = serializers.UUIDField(help_text="Made by the client: the same id again is recorded once.")
    badge = serializers.CharField(max_length=40)
    pin = serializers.CharField(max_length=64)
    make = serializers.CharField(required=False, max_length=80)
    serial = serializers.CharField(required=False, max_length=80)
    readings = CardReadingSerializer(many=True, max_length=MOST_READINGS)


class FindingSerializer(serializers.Serializer[None]):
    """One thing to change. A fault keeps the scanner from being qualified; advice does not."""

    symbol = serializers.CharField()
    code = serializers.ChoiceField(choices=[(c.value, c.value) for c in FindingCode])
    is_fault = serializers.BooleanField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class QualificationSerializer(serializers.Serializer[None]):
    """What is on record of the station's scanner now."""

    id = serializers.UUIDField()
    station = serializers.CharField()
    is_qualified = serializers.BooleanField()
    at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    until_day = serializers.CharField(allow_blank=True)
    findings = FindingSerializer(many=True)


class ScannerCheckView(StationView):
    """The test card, scanned at a station."""

    @extend_schema(
        operation_id="record_scanner_check",
        request=CardSerializer,
        responses={200: QualificationSerializer, **_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        """Judge a scan of the whole test card and record it. A card that was not passed is an answer too (200)."""
        token = self.token(request)
        with in_words():
            asked = parse_card(read_body(request))
            made = services.record_qualification(
                token=token,
                badge=asked.badge,
                pin=asked.pin,
                readings=asked.readings,
                make=asked.make,
                serial=asked.serial,
                now=timezone.now(),
                request_id=asked.request_id,
            )
        return Response(render_qualification(made, "UTC"))
