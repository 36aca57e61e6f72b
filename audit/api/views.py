"""The API's views: parse, one call, render. The same services, selectors and permissions as the pages."""

import json
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audit import services
from audit.api import serializers
from audit.forms.asking import read_question
from audit.forms.sent import parse_request, parse_search
from audit.forms.words import error_text
from audit.rules.content import content_of
from audit.selectors.requests import RequestView as Kept
from audit.selectors.requests import request_file, requests_of, visible_request
from audit.selectors.scope import desk_of, kinds_open_to, report_for
from audit.selectors.search import lines_of
from coi.api.authentication import viewer_of
from coi.api.serializers import ProblemSerializer
from coi.forms.scans import read_body
from ledger.rules import canonical
from ledger.rules.errors import NotFound
from people.views import actor_of
from qc.forms.answers import in_words
from qc.views.shared import file_response

READING = dict.fromkeys((401, 404, 429), ProblemSerializer)
_ASKING = dict.fromkeys((401, 404, 422, 429), ProblemSerializer)
WRITING = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422, 429), ProblemSerializer)
_QUESTION = [
    *(
        OpenApiParameter(name, OpenApiTypes.STR)
        for name in ("journey", "batch", "person", "station", "lot", "site")
    ),
    *(
        OpenApiParameter(name, OpenApiTypes.DATETIME, description="With its offset from UTC.")
        for name in ("since", "until", "moment")
    ),
]
_WANTED = [
    OpenApiParameter("q", OpenApiTypes.STR, description="An identifier, a name of staff, or words."),
    OpenApiParameter("site", OpenApiTypes.STR),
    OpenApiParameter("since", OpenApiTypes.DATETIME, description="With its offset from UTC."),
    OpenApiParameter("until", OpenApiTypes.DATETIME, description="With its offset from UTC."),
    OpenApiParameter(
        "before", OpenApiTypes.STR, description="What the page before this one gave as `older`."
    ),
]


class KindsView(APIView):
    """Kinds of reports."""

    @extend_schema(
        operation_id="report_kinds",
        responses={200: serializers.KindsSerializer, **dict.fromkeys((401, 429), ProblemSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Every kind that your roles open, with what must and what may be told."""
        kinds = kinds_open_to(viewer_of(request), timezone.now())
        told = [
            {
                "code": kind.code,
                "title": str(kind.title),
                "about": str(kind.about),
                "asks": sorted(kind.asks),
                "may": sorted(kind.may),
            }
            for kind in kinds
        ]
        return Response({"kinds": told})


class ReportView(APIView):
    """A report, made now."""

    @extend_schema(
        operation_id="report", parameters=_QUESTION, responses={200: OpenApiTypes.OBJECT, **_ASKING}
    )
    def get(self, request: Request, kind: str) -> Response:
        """The report as JSON, without what is known only once it is kept. 404 unless it is yours to see."""
        with in_words(error_text):
            question = read_question(request.query_params.dict())
            made = report_for(viewer_of(request), kind, question, timezone.now())
            return Response(json.loads(canonical(content_of(made))))


class RequestsView(APIView):
    """Reports that are kept."""

    @extend_schema(
        operation_id="report_requests",
        responses={200: serializers.RequestsSerializer, **dict.fromkeys((401, 429), ProblemSerializer)},
    )
    def get(self, request: Request) -> Response:
        """What you asked for, the newest first."""
        return Response({"requests": [answer(one) for one in requests_of(viewer_of(request))]})

    @extend_schema(
        operation_id="request_report",
        request=serializers.ToRequestSerializer,
        responses={200: serializers.RequestSerializer, **WRITING},
    )
    def post(self, request: Request) -> Response:
        """Ask for a report to be made and kept; the worker makes it. The same request again asks for nothing new."""
        with in_words(error_text):
            wanted = parse_request(read_body(request))
            viewer, now = viewer_of(request), timezone.now()
            id = services.request_report(
                kind=wanted.kind,
                question=wanted.question,
                actor=actor_of(request),
                where=desk_of(viewer, now),
                now=now,
                request_id=wanted.request_id,
            )
            return Response(answer(_found(request, id)))


class RequestView(APIView):
    """One report that is kept."""

    @extend_schema(operation_id="report_request", responses={200: serializers.RequestSerializer, **READING})
    def get(self, request: Request, id: Any) -> Response:
        """Where it stands, and its files once it is made. 404 unless it is yours to see."""
        with in_words(error_text):
            return Response(answer(_found(request, id)))


class FileView(APIView):
    """One file of a report that is kept."""

    @extend_schema(
        operation_id="report_file",
        responses={
            **{(200, kind): OpenApiTypes.BINARY for kind in services.MEDIA_TYPES.values()},
            **READING,
        },
    )
    def get(self, request: Request, id: Any, form: str) -> HttpResponse:
        """The very bytes that were made: pdf, xlsx, csv (a ZIP) or json."""
        with in_words(error_text):
            found = _found(request, id)
            data = request_file(found, form)
            if data is None:
                raise NotFound("request_unknown")
            return file_response(data, services.MEDIA_TYPES[form], services.file_name(found, form))


class SearchView(APIView):
    """The search."""

    @extend_schema(
        operation_id="search", parameters=_WANTED, responses={200: serializers.SearchedSerializer, **_ASKING}
    )
    def get(self, request: Request) -> Response:
        """Things that go by exactly this, and the newest 50 entries with all of its words that you may read.

        With `before` the 50 older than those, without the things, which stood on the first page.
        """
        with in_words(error_text):
            viewer, now = viewer_of(request), timezone.now()
            found = services.search(
                wanted=parse_search(request.query_params.dict()),
                actor=actor_of(request),
                where=desk_of(viewer, now),
                now=now,
                request_id=uuid4(),
            )
            lines = lines_of(found.hits)
            names = tuple(serializers.EntryFoundSerializer().fields)
            return Response(
                {
                    "places": [
                        {"about": str(it.ask), "key": it.key, "title": it.title, "site": it.site}
                        for it in found.places
                    ],
                    "entries": [{name: getattr(line, name) for name in names} for line in lines],
                    "has_more": found.hits.has_more,
                    "older": str(found.hits.older or ""),
                }
            )


def _found(request: Request, id: Any) -> Kept:
    found = visible_request(viewer_of(request), id, timezone.now())
    if found is None:
        raise NotFound("request_unknown")
    return found


def answer(it: Kept) -> dict[str, Any]:
    """A request, for a report or a bundle, as data."""
    return {
        "id": it.id,
        "kind": it.kind,
        "question": it.question,
        "sites": it.sites,
        "state": str(it.state),
        "percent": it.percent,
        "fault": it.fault,
        "asked_at": it.asked_at,
        "asked_by": it.asked_by,
        "made_at": it.made_at,
        "digest": it.digest,
        "found": it.found,
        "files": {form: kept["sha256"] for form, kept in it.files.items()},
    }
