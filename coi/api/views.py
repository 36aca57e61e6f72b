"""The API's views: parse, one call, render."""

from dataclasses import asdict
from uuid import UUID, uuid4

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from coi import services
from coi.api import serializers
from coi.api.authentication import SCHEME, StationAuthentication, viewer_of
from coi.forms import presenters
from coi.forms.answers import render_answer
from coi.forms.identity import FindForm
from coi.forms.scans import parse_clearance, parse_scan, read_body
from coi.forms.texts import in_words
from coi.selectors import timeline
from ledger.rules import Where
from ledger.rules.errors import Invalid
from people.views import actor_of

_PROBLEMS = dict.fromkeys((400, 401, 409, 413, 415, 422, 429), serializers.ProblemSerializer)


class StationView(APIView):
    """For stations, which show their token. Nobody has to be signed in."""

    authentication_classes = [StationAuthentication]
    permission_classes = [AllowAny]

    def token(self, request: Request) -> str:
        """The token of the request, or 401."""
        if not isinstance(request.auth, str):
            raise NotAuthenticated
        return request.auth

    def finalize_response(
        self, request: Request, response: Response, *args: object, **kwargs: object
    ) -> Response:
        """Whatever the reason of a 401, it says what is asked for."""
        done: Response = super().finalize_response(request, response, *args, **kwargs)
        if done.status_code == 401:
            done["WWW-Authenticate"] = SCHEME
        return done


class ScanView(StationView):
    """One person's scan of one or more codes."""

    @extend_schema(
        operation_id="record_scan",
        request=serializers.ScanSerializer,
        responses={200: serializers.AnswerSerializer, **_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        """Record a scan and answer with the decision. Refusals are answers (200) and are in the ledger."""
        token = self.token(request)
        with in_words():
            scan = parse_scan(read_body(request), token)
            return Response(render_answer(services.record_scan(scan=scan, now=timezone.now())))


class ClearStopView(StationView):
    """Clearing a STOP."""

    @extend_schema(
        operation_id="clear_stop",
        request=serializers.ClearanceSerializer,
        responses={
            200: serializers.ClearedSerializer,
            **dict.fromkeys((403, 404), serializers.ProblemSerializer),
            **_PROBLEMS,
        },
    )
    def post(self, request: Request, check: UUID) -> Response:
        """A second qualified person clears a STOP with badge and PIN. The deviation that it opened stays open."""
        token = self.token(request)
        with in_words():
            asked = parse_clearance(read_body(request))
            services.clear_stop(
                check=check,
                token=token,
                badge=asked.badge,
                pin=asked.pin,
                now=timezone.now(),
                request_id=asked.request_id,
            )
        return Response({"check": str(check), "cleared": True})


class FindView(APIView):
    """Finding a journey by any identifier."""

    @extend_schema(
        operation_id="find_journey",
        parameters=[
            OpenApiParameter(
                "q", OpenApiTypes.STR, required=True, description="Exactly as written or scanned."
            )
        ],
        responses={
            200: serializers.FoundSerializer,
            **dict.fromkeys((401, 422), serializers.ProblemSerializer),
        },
    )
    def get(self, request: Request) -> Response:
        """The journeys of your sites that go by exactly this text. Finding by a patient's identifier is recorded."""
        form = FindForm(request.query_params)
        with in_words():
            if not form.is_valid():
                raise Invalid("fields_invalid", detail={"fields": {"q": "text_required"}})
            if request.user.pk is None:
                raise NotAuthenticated
            found = services.find_journey(
                text=form.cleaned_data["q"],
                actor=actor_of(request),
                where=Where(),
                now=timezone.now(),
                request_id=uuid4(),
            )
        outcome = "one" if found.one else "several" if found.matches else "none"
        matches = [asdict(match) for match in found.matches]
        return Response({"outcome": outcome, "read_as": found.read_as, "matches": matches})


class TimelineView(APIView):
    """What happened to a journey."""

    @extend_schema(
        operation_id="journey_timeline",
        parameters=[OpenApiParameter("coi_id", OpenApiTypes.STR, OpenApiParameter.PATH)],
        responses={
            200: serializers.TimelineSerializer,
            **dict.fromkeys((401, 404, 429), serializers.ProblemSerializer),
        },
    )
    def get(self, request: Request, coi_id: str) -> Response:
        """Every entry that concerns the journey, oldest first. 404 unless one of your sites takes part in it."""
        with in_words():
            found = timeline.timeline(viewer_of(request), coi_id, timezone.now())
        entries = [
            {**asdict(entry), "words": presenters.say(entry.event, entry.facts, found.titles)}
            for entry in found.entries
        ]
        return Response({"coi_id": found.coi_id, "entries": entries})
