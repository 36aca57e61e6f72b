"""The API's views: parse, one call, render. The same services, selectors and permissions as the pages."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from coi.api.authentication import viewer_of
from coi.api.serializers import ProblemSerializer
from coi.forms.scans import read_body
from cpv import selectors, services
from cpv.api import serializers
from cpv.forms import answers, sent
from cpv.forms.error_words import error_text
from cpv.rules.programme.answering import SignalRefusal, SignalState
from cpv.rules.programme.points import SignalView as Found
from ledger.rules import Where
from ledger.rules.errors import NotFound
from people import selectors as people
from people.views import actor_of
from qc.forms.answers import in_words

_READING = dict.fromkeys((401, 404, 429), ProblemSerializer)
_WRITING = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422, 429), ProblemSerializer)
_CODE = [OpenApiParameter("code", OpenApiTypes.STR, OpenApiParameter.PATH)]
_ID = [OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)]
_STATES = ", ".join(state.value for state in SignalState)
_WANTED = [
    OpenApiParameter(
        "state", OpenApiTypes.STR, description=f"One or more, by commas: {_STATES}. Open ones if left out."
    ),
    OpenApiParameter(
        "since", OpenApiTypes.DATETIME, description="Raised then or later; with its offset from UTC."
    ),
]


class ObservationsView(APIView):
    """Numbers of other programs."""

    @extend_schema(
        operation_id="hand_in_observations",
        request=serializers.ObservationsToHandInSerializer,
        responses={200: serializers.HandedInSerializer, **_WRITING},
    )
    def post(self, request: Request) -> Response:
        """Hand in numbers: all of them are taken, or none. 422 names every row that is wrong, with its field.

        The same batch again with another number corrects it; both stay in the trail.
        """
        with in_words(error_text):
            handed = sent.parse_rows(read_body(request))
            charts = services.hand_in_data(
                plan=handed.plan,
                site=handed.site,
                rows=handed.rows,
                actor=actor_of(request),
                where=Where(site=handed.site, zone=people.zone_of(handed.site)),
                now=timezone.now(),
                request_id=handed.request_id,
            )
            return Response({"charts": sorted(charts)})


class ChartsView(APIView):
    """All charts."""

    @extend_schema(
        operation_id="charts",
        responses={200: serializers.ChartsSerializer, **dict.fromkeys((401, 429), ProblemSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Every chart of your sites, the most urgent first."""
        rows = selectors.overview(viewer_of(request), timezone.now())
        return Response({"charts": [answers.row_answer(row) for row in rows]})


class ChartView(APIView):
    """One chart."""

    @extend_schema(
        operation_id="chart",
        parameters=_CODE,
        responses={200: serializers.ChartSerializer, **_READING},
    )
    def get(self, request: Request, code: str) -> Response:
        """Its points, its limits phase by phase, and its signals. 404 unless it is yours to see."""
        with in_words(error_text):
            found = selectors.visible_chart(viewer_of(request), code, timezone.now())
            if found is None:
                raise NotFound("chart_unknown")
            return Response(answers.chart_answer(found))


class SignalsView(APIView):
    """Signals."""

    @extend_schema(
        operation_id="signals",
        parameters=_WANTED,
        responses={200: serializers.SignalsSerializer, **dict.fromkeys((401, 422, 429), ProblemSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Signals at your sites, the newest first."""
        with in_words(error_text):
            viewer = viewer_of(request)
            states, since = sent.parse_asked(request.query_params.dict())
            found = selectors.signals_at(viewer, timezone.now(), states=states, since=since)
            told = [answers.signal_answer(one) for one in found]
            return Response({"signals": told, "is_cut": len(found) >= selectors.MOST})


class SignalView(APIView):
    """One signal."""

    @extend_schema(
        operation_id="signal", parameters=_ID, responses={200: serializers.SignalSerializer, **_READING}
    )
    def get(self, request: Request, id: UUID) -> Response:
        """One signal. 404 unless it is of one of your sites."""
        with in_words(error_text):
            return Response(answers.signal_answer(_found(request, id)))


class AcknowledgeView(APIView):
    """Taking a signal on."""

    @extend_schema(
        operation_id="acknowledge_signal",
        parameters=_ID,
        request=serializers.SignalToTakeSerializer,
        responses={200: serializers.SignalAnsweredSerializer, **_WRITING},
    )
    def post(self, request: Request, id: UUID) -> Response:
        """Take a signal on: from then on you answer for it. Done once; a refusal is an answer, and is recorded."""
        with in_words(error_text):
            request_id = sent.parse_taking(read_body(request))
            found = _found(request, id)
            refused = services.acknowledge_signal(signal=id, **_doing(request, found, request_id))
            return _answered(request, id, refused)


class CloseView(APIView):
    """Closing a signal."""

    @extend_schema(
        operation_id="close_signal",
        parameters=_ID,
        request=serializers.SignalToCloseSerializer,
        responses={200: serializers.SignalAnsweredSerializer, **_WRITING},
    )
    def post(self, request: Request, id: UUID) -> Response:
        """Close a signal that you took on, with decision and cause. A refusal is an answer, and is recorded."""
        with in_words(error_text):
            closing = sent.parse_closing(read_body(request))
            found = _found(request, id)
            refused = services.close_signal(
                signal=id,
                decision=closing.decision,
                cause=closing.cause,
                deviation=closing.deviation,
                **_doing(request, found, closing.request_id),
            )
            return _answered(request, id, refused)


def _found(request: Request, id: UUID) -> Found:
    found = selectors.visible_signal(viewer_of(request), id, timezone.now())
    if found is None:
        raise NotFound("signal_unknown")
    return found


def _doing(request: Request, found: Found, request_id: UUID) -> dict[str, Any]:
    where = Where(site=found.site, zone=people.zone_of(found.site))
    return {"actor": actor_of(request), "where": where, "now": timezone.now(), "request_id": request_id}


def _answered(request: Request, id: UUID, refused: Iterable[SignalRefusal]) -> Response:
    return Response(answers.refusals_answer(_found(request, id), refused))
