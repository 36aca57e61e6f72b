"""The API of scoring and of residual risks: parse, one call, render. The same services and selectors as the pages."""

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
from fmea import services
from fmea.api import scoring_shapes as shapes
from fmea.api.found import sheet_of
from fmea.forms import scoring_answers as answers
from fmea.forms import scoring_sent as sent
from fmea.forms.error_words import error_text
from fmea.rules.cells import Table
from fmea.rules.scales import ScaleKind
from fmea.rules.team import TeamRefusal
from fmea.rules.worksheet import RESIDUAL_FROM
from fmea.selectors.scoring import RoundView as Found
from fmea.selectors.scoring import rounds_of, scoring_round
from fmea.selectors.sheets import whole_draft
from fmea.selectors.worksheets import residuals_of
from ledger.rules import Where
from ledger.rules.errors import NotFound
from people.views import actor_of
from people.views.signing import credential_of
from qc.forms.answers import in_words
from qc.views.found import zone_of

_READING = dict.fromkeys((401, 404, 429), ProblemSerializer)
_WRITING = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422, 429), ProblemSerializer)
_CODE = [OpenApiParameter("code", OpenApiTypes.STR, OpenApiParameter.PATH)]
_ID = [*_CODE, OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)]
_ROW = [*_CODE, OpenApiParameter("row", OpenApiTypes.STR, OpenApiParameter.PATH)]
_STEPPED = {200: shapes.RoundSteppedSerializer, **_WRITING}


class RoundsView(APIView):
    """Rounds of scoring."""

    @extend_schema(
        operation_id="scoring_rounds", parameters=_CODE, responses={200: shapes.RoundsSerializer, **_READING}
    )
    def get(self, request: Request, code: str) -> Response:
        """All rounds of a worksheet, the latest first. 404 unless the worksheet is yours to see."""
        with in_words(error_text):
            reader = viewer_of(request).user_id
            found = rounds_of(sheet_of(request, code))
            return Response({"rounds": [answers.round_answer(it, reader) for it in found]})

    @extend_schema(
        operation_id="begin_scoring_round",
        parameters=_CODE,
        request=shapes.RoundToBeginSerializer,
        responses={201: shapes.RoundSerializer, **_WRITING},
    )
    def post(self, request: Request, code: str) -> Response:
        """Have a row scored by a team. You lead the round, and score in it where you are of the team."""
        with in_words(error_text):
            asked = sent.parse_beginning(read_body(request))
            found = sheet_of(request, code)
            id = services.begin_round(
                code=code, row=asked.row, team=asked.team, **_doing(request, found.site, asked.request_id)
            )
            told = answers.round_answer(_round(request, code, id), viewer_of(request).user_id)
            return Response(told, status=201)


class RoundView(APIView):
    """One round."""

    @extend_schema(
        operation_id="scoring_round", parameters=_ID, responses={200: shapes.RoundSerializer, **_READING}
    )
    def get(self, request: Request, code: str, id: UUID) -> Response:
        """One round: who has scored, and the scores that you may see."""
        with in_words(error_text):
            view = _round(request, code, id)
            return Response(answers.round_answer(view, viewer_of(request).user_id))


class ScoresView(APIView):
    """Blind scores."""

    @extend_schema(
        operation_id="hand_in_score", parameters=_ID, request=shapes.RatedSerializer, responses=_STEPPED
    )
    def post(self, request: Request, code: str, id: UUID) -> Response:
        """Hand in your blind score. Handed in again before the round is opened, it replaces the one before."""
        with in_words(error_text):
            rated = sent.parse_rated(read_body(request))
            own = _doing(request, _round(request, code, id).site, rated.request_id)
            refused = services.hand_in_score(id=id, ratings=rated.ratings, why=rated.why, **own)
            return _answered(request, code, id, refused)


class OpenView(APIView):
    """Showing the scores."""

    @extend_schema(
        operation_id="open_scores", parameters=_ID, request=shapes.AskedSerializer, responses=_STEPPED
    )
    def post(self, request: Request, code: str, id: UUID) -> Response:
        """Show all scores, for good: for whoever leads the round, once two people have scored."""
        with in_words(error_text):
            request_id = sent.parse_asking(read_body(request))
            own = _doing(request, _round(request, code, id).site, request_id)
            return _answered(request, code, id, services.open_scores(id=id, **own))


class ConsensusView(APIView):
    """What a team agrees on."""

    @extend_schema(
        operation_id="agree_on_scores", parameters=_ID, request=shapes.RatedSerializer, responses=_STEPPED
    )
    def post(self, request: Request, code: str, id: UUID) -> Response:
        """Write down what the team agrees on: for whoever leads the round. Each of the team signs it then."""
        with in_words(error_text):
            rated = sent.parse_rated(read_body(request))
            own = _doing(request, _round(request, code, id).site, rated.request_id)
            refused = services.agree_on_scores(id=id, ratings=rated.ratings, why=rated.why, **own)
            return _answered(request, code, id, refused)


class AnswerView(APIView):
    """Signing what was agreed on."""

    @extend_schema(
        operation_id="answer_consensus",
        parameters=_ID,
        request=shapes.ConsensusAnswerSerializer,
        responses=_STEPPED,
    )
    def post(self, request: Request, code: str, id: UUID) -> Response:
        """Sign what was agreed on, or why you do not agree. Once all have, it stands on the worksheet."""
        with in_words(error_text):
            asked = sent.parse_answer(read_body(request))
            own = _signing(request, _round(request, code, id).site, asked)
            refused = services.answer_consensus(id=id, dissent=asked.dissent, seen=asked.seen, **own)
            return _answered(request, code, id, refused)


class ResidualsView(APIView):
    """Risks that are left."""

    @extend_schema(
        operation_id="residuals", parameters=_CODE, responses={200: shapes.ResidualsSerializer, **_READING}
    )
    def get(self, request: Request, code: str) -> Response:
        """All rows of severity 9 or 10, with what was decided on them."""
        with in_words(error_text):
            found = sheet_of(request, code)
            draft = whole_draft(found)
            decided = residuals_of(found, draft)
            told = [
                answers.residual_answer(code, row, values, decided.get(row))
                for row, values in draft.tables[Table.ROWS].items()
                if ((values.get(str(ScaleKind.SEVERITY)) or {}).get("rating") or 0) >= RESIDUAL_FROM
            ]
            return Response({"residuals": told})


class ResidualView(APIView):
    """What becomes of the risk that is left in a row."""

    @extend_schema(
        operation_id="decide_residual",
        parameters=_ROW,
        request=shapes.ResidualToDecideSerializer,
        responses={200: shapes.ResidualSerializer, **_WRITING},
    )
    def post(self, request: Request, code: str, row: str) -> Response:
        """Sign what becomes of the risk that is left: for quality assurance of the site."""
        with in_words(error_text):
            asked = sent.parse_decision(read_body(request))
            found = sheet_of(request, code)
            said: dict[str, Any] = {"decision": asked.decision, "why": asked.why, "seen": asked.seen}
            services.decide_residual(code=code, row=row, **said, **_signing(request, found.site, asked))
            draft = whole_draft(found)
            decided = residuals_of(found, draft).get(row)
            return Response(
                answers.residual_answer(code, row, draft.tables[Table.ROWS].get(row, {}), decided)
            )


def _round(request: Request, code: str, id: UUID) -> Found:
    sheet, view = sheet_of(request, code), scoring_round(id)
    if view is None or view.worksheet != sheet.code:
        raise NotFound("round_unknown")
    return view


def _doing(request: Request, site: str, request_id: UUID) -> dict[str, Any]:
    where = Where(site=site, zone=zone_of(site))
    return {"actor": actor_of(request), "where": where, "now": timezone.now(), "request_id": request_id}


def _signing(request: Request, site: str, asked: sent.Answered | sent.Decided) -> dict[str, Any]:
    credential = credential_of(request, {"username": asked.username, "password": asked.password})
    return {**_doing(request, site, asked.request_id), "credential": credential}


def _answered(request: Request, code: str, id: UUID, refused: Iterable[TeamRefusal]) -> Response:
    reader = viewer_of(request).user_id
    return Response(answers.refusals_answer(_round(request, code, id), reader, refused))
