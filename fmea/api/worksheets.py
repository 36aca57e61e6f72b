"""Worksheets for programs that read: all of them, rows in their order, versions, evidence. As the pages have them."""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from coi.api.authentication import viewer_of
from coi.api.serializers import ProblemSerializer
from fmea.api import worksheet_serializers as shapes
from fmea.api.found import sheet_of
from fmea.forms import answers
from fmea.forms.error_words import error_text
from fmea.forms.ranked import ranked
from fmea.rules.actions import all_before_after
from fmea.rules.pictures import When
from fmea.rules.worksheet import Worksheet
from fmea.selectors.evidence import evidence_of
from fmea.selectors.overview import worksheet_lines
from fmea.selectors.versions import signatures_of, standing_of, versions_of
from fmea.selectors.worksheets import AtWork, at_work
from ledger.rules.errors import NotFound
from qc.forms.answers import in_words

_READING = dict.fromkeys((401, 404, 429), ProblemSerializer)
_CODE = [OpenApiParameter("code", OpenApiTypes.STR, OpenApiParameter.PATH)]


class WorksheetsView(APIView):
    """All worksheets."""

    @extend_schema(
        operation_id="worksheets",
        responses={200: shapes.WorksheetsSerializer, **dict.fromkeys((401, 429), ProblemSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Every worksheet of your sites, what is late first."""
        lines = worksheet_lines(viewer_of(request), timezone.now())
        return Response({"worksheets": [answers.line_answer(it) for it in lines]})


class RankedView(APIView):
    """The rows of one worksheet in their order."""

    @extend_schema(
        operation_id="worksheet_ranking",
        parameters=_CODE,
        responses={200: shapes.RankedSerializer, **_READING},
    )
    def get(self, request: Request, code: str) -> Response:
        """Rows by action priority, then severity, with their risk priority numbers, before and after actions."""
        with in_words(error_text):
            whole = _whole(request, code)
            worksheet = _readable(whole)
            lines = {it.row.code: it for it in all_before_after(worksheet)}
            placed = ranked(worksheet, list(lines.values()), When.BEFORE)
            rows = [{"place": it.place, **answers.rated_answer(lines[it.code])} for it in placed]
            return Response({"revision": whole.sheet.revision, "rows": rows})


class VersionsView(APIView):
    """The versions of one worksheet."""

    @extend_schema(
        operation_id="worksheet_versions",
        parameters=_CODE,
        responses={200: shapes.VersionsSerializer, **_READING},
    )
    def get(self, request: Request, code: str) -> Response:
        """Every version with its signatures, and cell by cell how the sheet differs from the one in effect."""
        with in_words(error_text):
            whole = _whole(request, code)
            told: dict[str, Any] = {
                "versions": [
                    answers.version_answer(it, signatures_of(it)) for it in versions_of(whole.sheet)
                ],
                "changes": [answers.change_answer(it) for it in standing_of(whole, timezone.now()).changes],
            }
            return Response(told)


class EvidenceView(APIView):
    """What was counted for one worksheet."""

    @extend_schema(
        operation_id="worksheet_evidence",
        parameters=_CODE,
        responses={200: shapes.EvidenceSerializer, **_READING},
    )
    def get(self, request: Request, code: str) -> Response:
        """Rows that name evidence, with what was counted for them. No score is changed by that."""
        with in_words(error_text):
            worksheet, now = _readable(_whole(request, code)), timezone.now()
            found = evidence_of(worksheet, now)
            rows = [answers.evidence_answer(found[it.code]) for it in worksheet.rows if it.evidence]
            return Response({"counted_at": now.isoformat(), "rows": rows})


def _whole(request: Request, code: str) -> AtWork:
    return at_work(sheet_of(request, code))


def _readable(whole: AtWork) -> Worksheet:
    if whole.worksheet is None:
        raise NotFound("worksheet_unknown")
    return whole.worksheet
