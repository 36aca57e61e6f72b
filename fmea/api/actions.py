"""Actions over the API: parse, one call, render. The same services, selectors and permissions as the pages."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from coi.api.serializers import ProblemSerializer
from coi.forms.scans import read_body
from fmea import services
from fmea.api.found import sheet_of
from fmea.forms.action_words import REFUSALS
from fmea.forms.actions_sent import action_answer, moved_answer, parse_move, parse_plan
from fmea.forms.error_words import error_text
from fmea.rules.actions import days_late
from fmea.rules.priority import ActionPriority
from fmea.rules.worksheet import ActionStatus, Aim
from fmea.selectors import actions as selectors
from fmea.selectors.actions import ActionLine, as_ruled, line_of
from fmea.selectors.sheets import SheetView
from ledger.rules import Where
from ledger.rules.errors import NotFound
from people.views import actor_of
from qc.forms.answers import in_words
from qc.views.found import zone_of

_READING = dict.fromkeys((401, 404, 429), ProblemSerializer)
_WRITING = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422, 429), ProblemSerializer)
_CODE = [OpenApiParameter("code", OpenApiTypes.STR, OpenApiParameter.PATH, description="Of the worksheet.")]
_BOTH = [*_CODE, OpenApiParameter("action", OpenApiTypes.STR, OpenApiParameter.PATH)]
_AIMS = [(it.value, it.value) for it in Aim]
ACTION_STATUSES = [(it.value, it.value) for it in ActionStatus]
_AGAIN = "Made by the client. The same id again does nothing more."


class ReratedSerializer(serializers.Serializer[None]):
    """A rating after the action, and why."""

    rating = serializers.IntegerField(min_value=1, max_value=10)
    why = serializers.CharField(max_length=2000)
    justification = serializers.CharField(
        required=False, max_length=2000, help_text="Of a lower severity: what makes the effect less severe."
    )


class AfterSerializer(serializers.Serializer[None]):
    """The ratings after the action; one that is left out is not changed by it."""

    severity = ReratedSerializer(required=False)
    occurrence = ReratedSerializer(required=False)
    detection = ReratedSerializer(required=False)


class RiskSerializer(serializers.Serializer[None]):
    """A row on one side of its action."""

    severity = serializers.IntegerField(allow_null=True)
    occurrence = serializers.IntegerField(allow_null=True)
    detection = serializers.IntegerField(allow_null=True)
    rpn = serializers.IntegerField(allow_null=True)
    priority = serializers.ChoiceField([(it.value, it.value) for it in ActionPriority], allow_null=True)


class BeforeAfterSerializer(serializers.Serializer[None]):
    """A row before its action and after it; equal until it is done and rated again."""

    before = RiskSerializer()
    after = RiskSerializer()


class RiskActionSerializer(serializers.Serializer[None]):
    """An action on a row of a worksheet."""

    worksheet = serializers.CharField()
    action = serializers.CharField(help_text="Its code on this worksheet: A1.")
    row = serializers.CharField()
    text = serializers.CharField()
    aim = serializers.ChoiceField(_AIMS)
    owner = serializers.IntegerField(help_text="The id of the user.")
    owner_name = serializers.CharField()
    due = serializers.DateField()
    days_late = serializers.IntegerField(help_text="0 where it is not late, or not open any more.")
    status = serializers.ChoiceField(ACTION_STATUSES)
    evidence = serializers.ListField(child=serializers.CharField())
    done_on = serializers.DateField(allow_null=True)
    verified_by = serializers.CharField()
    dropped_why = serializers.CharField()
    after = serializers.DictField(help_text="The ratings after it by scale, with who gave them.")
    before_after = BeforeAfterSerializer(allow_null=True, help_text="Null where the row was taken out.")
    planned_at = serializers.DateTimeField()
    chased_at = serializers.DateTimeField(allow_null=True)


class RiskActionsSerializer(serializers.Serializer[None]):
    """All actions of a worksheet, as they were planned."""

    actions = RiskActionSerializer(many=True)


class ActionToPlanSerializer(serializers.Serializer[None]):
    """An action to be planned."""

    request_id = serializers.UUIDField(help_text=_AGAIN)
    row = serializers.CharField(max_length=32)
    text = serializers.CharField(max_length=2000)
    aim = serializers.ChoiceField(_AIMS)
    owner = serializers.IntegerField(help_text="The id of a user who works at the site.")
    due = serializers.DateField()


class ActionToMoveSerializer(serializers.Serializer[None]):
    """A step of an action. What is left out stays as it is."""

    request_id = serializers.UUIDField(help_text=_AGAIN)
    to = serializers.ChoiceField(ACTION_STATUSES)
    evidence = serializers.ListField(required=False, child=serializers.CharField(max_length=80))
    done_on = serializers.DateField(required=False)
    after = AfterSerializer(required=False)
    reason = serializers.CharField(
        required=False, max_length=2000, help_text="Why it is dropped, or goes back though it was done."
    )


class ActionRefusalSerializer(serializers.Serializer[None]):
    """One reason why nothing was done."""

    code = serializers.ChoiceField([(str(it), str(it)) for it in REFUSALS])
    text = serializers.CharField()


class ActionMovedSerializer(serializers.Serializer[None]):
    """What came of a step. A refusal is an answer too, and is recorded."""

    outcome = serializers.ChoiceField([("accepted", "accepted"), ("refused", "refused")])
    refusals = ActionRefusalSerializer(many=True)
    action = RiskActionSerializer()


class ActionsView(APIView):
    """The actions of a worksheet."""

    @extend_schema(
        operation_id="risk_actions",
        parameters=_CODE,
        responses={200: RiskActionsSerializer, **_READING},
    )
    def get(self, request: Request, code: str) -> Response:
        """All actions of a worksheet, as they were planned. 404 unless it is of one of your sites."""
        with in_words(error_text):
            found = sheet_of(request, code)
            today = selectors.today_at(found.site, timezone.now())
            lines = selectors.lines_of(found)
            told = [action_answer(it, days_late(as_ruled(it.action), today)) for it in lines]
            return Response({"actions": told})

    @extend_schema(
        operation_id="plan_risk_action",
        parameters=_CODE,
        request=ActionToPlanSerializer,
        responses={200: RiskActionSerializer, **_WRITING},
    )
    def post(self, request: Request, code: str) -> Response:
        """Plan an action on a row; it is its owner's work until the end of the due day."""
        with in_words(error_text):
            request_id, asked = parse_plan(read_body(request))
            found = sheet_of(request, code)
            made = services.plan_action(code=code, **asked, **_doing(request, found, request_id))
            line, late = _line(request, code, made)
            return Response(action_answer(line, late))


class ActionView(APIView):
    """One action."""

    @extend_schema(
        operation_id="risk_action",
        parameters=_BOTH,
        responses={200: RiskActionSerializer, **_READING},
    )
    def get(self, request: Request, code: str, action: str) -> Response:
        """One action. 404 unless it is of one of your sites."""
        with in_words(error_text):
            line, late = _line(request, code, action)
            return Response(action_answer(line, late))


class MoveView(APIView):
    """Taking an action further."""

    @extend_schema(
        operation_id="move_risk_action",
        parameters=_BOTH,
        request=ActionToMoveSerializer,
        responses={200: ActionMovedSerializer, **_WRITING},
    )
    def post(self, request: Request, code: str, action: str) -> Response:
        """Take an action further. A refusal is an answer, and is recorded."""
        with in_words(error_text):
            request_id, asked = parse_move(read_body(request))
            found = sheet_of(request, code)
            own = {"code": code, "action": action, **asked}
            refused = services.move_action(**own, **_doing(request, found, request_id))
            line, late = _line(request, code, action)
            return Response(moved_answer(line, late, refused))


def _line(request: Request, code: str, action: str) -> tuple[ActionLine, int]:
    """The action with its row, and by how many days it is late."""
    sheet, found = sheet_of(request, code), selectors.action(code, action)
    if found is None:
        raise NotFound("action_unknown")
    late = days_late(as_ruled(found), selectors.today_at(sheet.site, timezone.now()))
    return line_of(sheet, found), late


def _doing(request: Request, found: SheetView, request_id: UUID) -> dict[str, Any]:
    where = Where(site=found.site, zone=zone_of(found.site))
    return {"actor": actor_of(request), "where": where, "now": timezone.now(), "request_id": request_id}
