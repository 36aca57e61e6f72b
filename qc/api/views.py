"""The API's views: parse, one call, render. The same services, selectors and permissions as the pages."""

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from coi.api.authentication import viewer_of
from coi.api.serializers import ProblemSerializer
from coi.forms.scans import read_body
from ledger.rules import Where
from ledger.rules.errors import NotFound
from people.views import actor_of
from qc import selectors, services
from qc.api import serializers
from qc.forms.answers import (
    batch_answer,
    board_answer,
    in_words,
    parse_result,
    result_answer,
    subject_answer,
)
from qc.forms.trail_answers import trail_answer
from qc.forms.trail_shown import shown_to
from qc.rules.subjects import SubjectKind, SubjectRef
from qc.selectors import SubjectPage

_READING = dict.fromkeys((401, 404, 429), ProblemSerializer)
_WRITING = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422, 429), ProblemSerializer)
_SUBJECT = [
    OpenApiParameter("kind", OpenApiTypes.STR, OpenApiParameter.PATH, enum=[k.value for k in SubjectKind]),
    OpenApiParameter("code", OpenApiTypes.STR, OpenApiParameter.PATH),
    OpenApiParameter("point", OpenApiTypes.STR, description="The time point of a study."),
]


class BoardView(APIView):
    """The release board."""

    @extend_schema(
        operation_id="release_board",
        responses={200: serializers.BoardSerializer, **dict.fromkeys((401, 429), ProblemSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Batches of your sites: what needs somebody first, then what can be released, what waits, what is decided."""
        with in_words():
            return Response(board_answer(selectors.release_board(viewer_of(request), timezone.now())))


class BatchView(APIView):
    """One batch."""

    @extend_schema(
        operation_id="batch",
        parameters=[OpenApiParameter("code", OpenApiTypes.STR, OpenApiParameter.PATH)],
        responses={200: serializers.BatchSerializer, **_READING},
    )
    def get(self, request: Request, code: str) -> Response:
        """What blocks a batch, and every result of it. 404 unless it was made at one of your sites."""
        with in_words():
            found = selectors.batch_view(viewer_of(request), code, timezone.now())
            if found is None:
                raise NotFound("batch_unknown")
            return Response(batch_answer(found, timezone.now()))


class TrailView(APIView):
    """The audit trail of a batch as quality looks it over."""

    @extend_schema(
        operation_id="batch_trail",
        parameters=[OpenApiParameter("code", OpenApiTypes.STR, OpenApiParameter.PATH)],
        responses={200: serializers.TrailSerializer, **_READING},
    )
    def get(self, request: Request, code: str) -> Response:
        """What is out of the ordinary, with old and new values, and who looked it over. It is signed on its page alone,
        by a person with two components. 404 unless the batch was made at one of your sites."""
        with in_words():
            viewer, now = viewer_of(request), timezone.now()
            found = selectors.batch_view(viewer, code, now)
            if found is None:
                raise NotFound("batch_unknown")
            return Response(trail_answer(found, shown_to(viewer, found, now)))


class ResultsView(APIView):
    """The results of a batch, a collection, a material lot or a study."""

    @extend_schema(
        operation_id="results",
        parameters=_SUBJECT,
        responses={200: serializers.SubjectSerializer, **_READING},
    )
    def get(self, request: Request, kind: str, code: str) -> Response:
        """Every criterion with the result that counts. 404 unless its laboratory is at one of your sites."""
        with in_words():
            return Response(subject_answer(_page(request, kind, code)))

    @extend_schema(
        operation_id="record_result",
        parameters=_SUBJECT,
        request=serializers.ResultToRecordSerializer,
        responses={200: serializers.ResultSerializer, **_WRITING},
    )
    def post(self, request: Request, kind: str, code: str) -> Response:
        """Record the first result of a criterion. Another person looks it over; a correction is made on its page."""
        with in_words():
            sent = parse_result(read_body(request))
            page = _page(request, kind, code)
            found = services.record_result(
                subject=page.subject.ref,
                criterion=sent.criterion,
                found=sent.found,
                actor=actor_of(request),
                where=Where(site=page.subject.site, zone=page.subject.zone),
                now=timezone.now(),
                request_id=sent.request_id,
            )
            return Response(result_answer(found))


def _page(request: Request, kind: str, code: str) -> SubjectPage:
    viewer = viewer_of(request)
    if kind not in {known.value for known in SubjectKind}:
        raise NotFound("subject_unknown")
    ref = SubjectRef(SubjectKind(kind), code, request.query_params.get("point", ""))
    found = selectors.subject_page(viewer, ref, timezone.now())
    if found is None:
        raise NotFound("subject_unknown")
    return found
