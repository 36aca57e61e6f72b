"""Sheets in the API: parse, one call, render. The same services, selectors and permissions as the pages."""

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from coi.api.authentication import viewer_of
from coi.api.serializers import ProblemSerializer
from coi.forms.scans import read_body
from fmea import services
from fmea.api import sheet_serializers as shapes
from fmea.api.found import sheet_for
from fmea.forms import sheet_answers as answers
from fmea.forms.error_words import error_text
from fmea.forms.sheet_sent import MOST_BYTES, parse_edit, parse_since
from fmea.selectors import sheets
from ledger.rules import Where
from people.views import actor_of
from qc.forms.answers import in_words
from qc.views.found import zone_of

_READING = dict.fromkeys((401, 404, 429), ProblemSerializer)
_WRITING = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422, 429), ProblemSerializer)
_CODE = OpenApiParameter("code", OpenApiTypes.STR, OpenApiParameter.PATH)
_SINCE = [
    OpenApiParameter("since", OpenApiTypes.INT, required=True, description="The revision that was seen."),
    OpenApiParameter(
        "page", OpenApiTypes.STR, required=True, description="As in edits: its own are left out."
    ),
]


class SheetView(APIView):
    """One worksheet at work."""

    @extend_schema(
        operation_id="worksheet",
        parameters=[_CODE],
        responses={200: shapes.WorksheetSerializer, **_READING},
    )
    def get(self, request: Request, code: str) -> Response:
        """The worksheet as it stands. 404 unless it is of one of your sites."""
        with in_words(error_text):
            viewer = viewer_of(request)
            found = sheet_for(viewer, code)
            may = answers.may_answer(viewer, found, sheets.version_being_signed(code), timezone.now())
            return Response(answers.sheet_answer(found, sheets.bare_items(found), may))


class ChangesView(APIView):
    """What others changed."""

    @extend_schema(
        operation_id="worksheet_changes",
        parameters=[_CODE, *_SINCE],
        responses={200: shapes.WorksheetChangesSerializer, **_READING, 422: ProblemSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        """What others have changed since a revision: those of other people, and your own from other pages."""
        with in_words(error_text):
            viewer = viewer_of(request)
            asked = parse_since(request.query_params.dict())
            found = sheet_for(viewer, code)
            editor = answers.editor_name(viewer.printed_name, asked.page)
            told = sheets.news_since(found, asked.since, editor)
            is_resting = bool(sheets.resting([code]))
            return Response(answers.changes_answer(found, told, is_resting=is_resting))


class EditsView(APIView):
    """Writing on a worksheet."""

    @extend_schema(
        operation_id="edit_worksheet",
        parameters=[_CODE],
        request=shapes.WorksheetEditSerializer,
        responses={200: shapes.WorksheetEditedSerializer, **_WRITING},
    )
    def post(self, request: Request, code: str) -> Response:
        """Change cells. What somebody else changed since `base` is not done and comes back with both values."""
        with in_words(error_text):
            viewer = viewer_of(request)
            sent = parse_edit(read_body(request, MOST_BYTES))
            found = sheet_for(viewer, code)
            edited = services.edit_sheet(
                code=code,
                asked=sent.asked,
                base=sent.base,
                editor=answers.editor_name(viewer.printed_name, sent.page),
                actor=actor_of(request),
                where=Where(site=found.site, zone=zone_of(found.site)),
                now=timezone.now(),
                request_id=sent.request_id,
            )
            return Response(answers.edit_answer(edited, sent.asked))
