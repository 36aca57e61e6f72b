"""The API of a patient's weights: parse, one call, render."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from coi import services
from coi.api.authentication import viewer_of
from coi.api.serializers import ProblemSerializer
from coi.forms.scans import read_body
from coi.forms.texts import in_words
from coi.forms.weights import Weighing, parse_weighing
from coi.rules.weights import WeightCorrection, WeightSource, WeightView
from coi.selectors.weights import visible_weights
from ledger.rules import Where
from ledger.rules.errors import NotFound
from people.views import actor_of

_SOURCES = [(source.value, source.value) for source in WeightSource]
_REASONS = [(reason.value, reason.value) for reason in WeightCorrection]


class WeightSerializer(serializers.Serializer[None]):
    """One weight of the patient, as it was read."""

    id = serializers.UUIDField()
    kg = serializers.CharField(help_text="Kilograms, exactly.")
    measured_at = serializers.DateTimeField()
    source = serializers.ChoiceField(choices=_SOURCES)  # type: ignore[assignment]  # a field of that name
    step = serializers.CharField(help_text="The step that measured it; empty where it was entered by itself.")
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.CharField()
    supersedes = serializers.UUIDField(allow_null=True, help_text="The weight in whose place it stands.")
    reason = serializers.CharField()
    is_current = serializers.BooleanField(help_text="Whether no other stands in its place.")


class WeightsSerializer(serializers.Serializer[None]):
    """All of them, the last measured first."""

    coi_id = serializers.CharField()
    weights = WeightSerializer(many=True)


class WeighingSerializer(serializers.Serializer[None]):
    """A weight to record; with `supersedes` and `reason` a correction."""

    request_id = serializers.UUIDField(help_text="Made by the client. The same id again does nothing more.")
    kg = serializers.CharField(help_text="Kilograms with a point, such as 71.5.")
    measured_at = serializers.DateTimeField(help_text="With its offset from UTC.")
    source = serializers.ChoiceField(choices=_SOURCES)  # type: ignore[assignment]  # a field of that name
    supersedes = serializers.UUIDField(required=False)
    reason = serializers.ChoiceField(choices=_REASONS, required=False)


class WeightsView(APIView):
    """What the patient of an order weighed."""

    @extend_schema(
        operation_id="weights",
        parameters=[OpenApiParameter("coi_id", OpenApiTypes.STR, OpenApiParameter.PATH)],
        responses={
            200: WeightsSerializer,
            **dict.fromkeys((401, 404, 429), ProblemSerializer),
        },
    )
    def get(self, request: Request, coi_id: str) -> Response:
        """Every weight with its date. 404 unless one of your sites takes part in the journey."""
        return self._weights(request, coi_id)

    @extend_schema(
        operation_id="record_weight",
        parameters=[OpenApiParameter("coi_id", OpenApiTypes.STR, OpenApiParameter.PATH)],
        request=WeighingSerializer,
        responses={
            200: WeightsSerializer,
            **dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422, 429), ProblemSerializer),
        },
    )
    def post(self, request: Request, coi_id: str) -> Response:
        """Record a weight, or put one in the place of a wrong one. Answers with all of them."""
        with in_words():
            asked = parse_weighing(read_body(request))
            known = visible_weights(viewer_of(request), coi_id, timezone.now())
            if asked.supersedes is not None and str(asked.supersedes) not in {one.id for one in known}:
                raise NotFound("weight_unknown")
            _write(asked, coi_id, request)
        return self._weights(request, coi_id)

    def _weights(self, request: Request, coi_id: str) -> Response:
        with in_words():
            found = visible_weights(viewer_of(request), coi_id, timezone.now())
        return Response({"coi_id": coi_id, "weights": [_shown(weight) for weight in found]})


def _write(asked: Weighing, coi_id: str, request: Request) -> None:
    about: dict[str, Any] = {
        "kg": asked.kg,
        "measured_at": asked.measured_at,
        "source": asked.source,
        "actor": actor_of(request),
        "where": Where(),
        "now": timezone.now(),
        "request_id": asked.request_id,
    }
    if asked.supersedes is not None and asked.reason is not None:
        services.correct_weight(weight=asked.supersedes, reason=asked.reason, **about)
    else:
        services.record_weight(coi_id=coi_id, **about)


def _shown(weight: WeightView) -> dict[str, Any]:
    return {**asdict(weight), "kg": weight.shown, "supersedes": weight.supersedes or None}
