"""The API of bundles: asked for, where one stands, its ZIP. The same services and permissions as the pages."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audit import services
from audit.api import serializers
from audit.api.views import READING, WRITING, answer
from audit.forms.sent import parse_bundle
from audit.forms.words import error_text
from audit.rules.bundles import file_name
from audit.selectors.bundles import BundleView as Kept
from audit.selectors.requests import request as request_by_id
from audit.selectors.scope import desk_of
from coi.api.authentication import viewer_of
from coi.forms.scans import read_body
from ledger.rules.errors import NotAllowed, NotFound
from people.views import actor_of
from qc.forms.answers import in_words
from qc.views.shared import file_response


class BundlesView(APIView):
    """Bundles that prove themselves."""

    @extend_schema(
        operation_id="ask_for_bundle",
        request=serializers.ToBundleSerializer,
        responses={200: serializers.RequestSerializer, **WRITING},
    )
    def post(self, request: Request) -> Response:
        """Ask for a bundle to be made and kept; the worker makes it. The same request again asks for nothing new."""
        with in_words(error_text):
            wanted, now = parse_bundle(read_body(request)), timezone.now()
            id = services.ask_for_bundle(
                question=wanted.question,
                kept=wanted.kept,
                actor=actor_of(request),
                where=desk_of(viewer_of(request), now),
                now=now,
                request_id=wanted.request_id,
            )
            return Response(_told(id))


class BundleView(APIView):
    """One bundle."""

    @extend_schema(operation_id="bundle", responses={200: serializers.RequestSerializer, **READING})
    def get(self, request: Request, id: Any) -> Response:
        """Where it stands, and the SHA-256 of its ZIP and its manifest (`digest`). 404 unless it is yours to have."""
        with in_words(error_text):
            return Response(_told(_found(request, id).id))


class BundleFileView(APIView):
    """The ZIP of a bundle."""

    @extend_schema(
        operation_id="bundle_file", responses={(200, "application/zip"): OpenApiTypes.BINARY, **READING}
    )
    def get(self, request: Request, id: Any) -> HttpResponse:
        """The very bytes that were made; 404 until they are."""
        with in_words(error_text):
            found = _found(request, id)
            data = services.bundle_bytes(id=found.id, actor=actor_of(request), now=timezone.now())
            return file_response(data, "application/zip", file_name(found.question))


def _found(request: Request, id: UUID) -> Kept:
    """One that is not theirs is not told from one that is not there."""
    try:
        return services.bundle_for(id=id, actor=actor_of(request), now=timezone.now())
    except NotAllowed as error:
        raise NotFound("bundle_unknown") from error


def _told(id: UUID) -> dict[str, Any]:
    row = request_by_id(id)
    if row is None:
        raise NotFound("bundle_unknown")
    return answer(row)
