"""One map from exception to HTTP: the same body from a page and from the API."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from rest_framework import exceptions as api
from rest_framework.views import APIView

from config import errors


class Conflict(Exception):
    """As a room would write it."""

    http_status = 409
    code = "conflict"


CASES = [
    pytest.param(api.ParseError(), 400, "malformed", id="not JSON"),
    pytest.param(api.NotAuthenticated(), 401, "not_signed_in", id="not signed in"),
    pytest.param(PermissionDenied(), 403, "forbidden", id="may not"),
    pytest.param(Http404(), 404, "not_found", id="not there"),
    pytest.param(api.MethodNotAllowed("PUT"), 405, "method_not_allowed", id="method"),
    pytest.param(Conflict("changed by Alice"), 409, "conflict", id="a room's own"),
    pytest.param(RequestDataTooBig(), 413, "too_large", id="too large"),
    pytest.param(api.ValidationError({"badge": ["missing"]}), 422, "invalid", id="serializer"),
    pytest.param(ValidationError({"badge": "missing"}), 422, "invalid", id="form"),
    pytest.param(api.Throttled(wait=3), 429, "too_often", id="too often"),
    pytest.param(OperationalError("lock timeout"), 503, "busy", id="database"),
]


def through_page(request: HttpRequest, error: Exception) -> HttpResponse:
    """What a plain view answers when it raises."""
    answer = errors.ErrorMiddleware(lambda _: HttpResponse()).process_exception(request, error)
    assert answer is not None
    return answer


def through_api(request: HttpRequest, error: Exception) -> HttpResponse:
    """What a view of the API answers when it raises."""

    class View(APIView):
        authentication_classes = ()
        permission_classes = ()

        def get(self, request: object) -> None:
            raise error

    response = View.as_view()(request)
    response.render()
    return response


@pytest.mark.parametrize("door", [through_page, through_api])
@pytest.mark.parametrize(("error", "status", "code"), CASES)
def test_the_same_answer_from_every_door(
    door: Callable[[HttpRequest, Exception], HttpResponse], error: Exception, status: int, code: str
) -> None:
    response = door(RequestFactory().get("/api/v1/scans/"), error)
    body = json.loads(response.content)
    assert (response.status_code, body["code"]) == (status, code)
    assert set(body) == {"code", "message", "detail"}
    assert body["message"]


def test_what_fields_are_wrong_is_told() -> None:
    for error in (api.ValidationError({"badge": ["missing"]}), ValidationError({"badge": "missing"})):
        answer = errors.answer_for(error)
        assert answer is not None
        assert answer.detail == {"fields": {"badge": ["missing"]}}


def test_a_person_gets_words_and_a_program_json() -> None:
    for headers, kind in (
        ({"accept": "text/html"}, "text/"),
        ({"accept": "application/json"}, "application/json"),
    ):
        response = through_page(RequestFactory().get("/somewhere/", headers=headers), PermissionDenied())
        assert response.status_code == 403
        assert response["Content-Type"].startswith(kind)


def test_what_nobody_foresaw_is_not_dressed_up() -> None:
    assert errors.answer_for(KeyError("x")) is None
    assert errors.server_error(RequestFactory().get("/")).status_code == 500


def failed(request: HttpRequest) -> str:
    response = errors.server_error(request)
    assert (response.status_code, response["Content-Type"]) == (500, "text/html; charset=utf-8")
    return response.content.decode()


def test_the_last_page_needs_no_template_and_keeps_to_the_policy(settings: Any) -> None:
    settings.TEMPLATES = []
    page = failed(RequestFactory().get("/", headers={"accept": "text/html"}))
    assert "Nothing was recorded by this request." in page
    assert "send it again" in page
    assert "style=" not in page
    assert "<script" not in page
    assert "reference" not in page


def test_the_last_page_names_the_request_that_failed() -> None:
    reference = "6f0c9c1e-2f0e-4d0f-9a55-3f5f3a3b9f10"
    request = RequestFactory().post("/holds/", {"request_id": reference}, headers={"accept": "text/html"})
    assert reference not in failed(request)  # nobody had read the form: reading it now could fail again
    assert request.POST
    assert reference in failed(request)
    strange = RequestFactory().post("/holds/", {"request_id": "<b>"}, headers={"accept": "text/html"})
    assert strange.POST
    assert "<b>" not in failed(strange)


def test_the_last_page_stands_without_its_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise ValueError(name)

    monkeypatch.setattr(errors.staticfiles_storage, "url", missing)
    page = failed(RequestFactory().get("/", headers={"accept": "text/html"}))
    assert "stylesheet" not in page
    assert "To the journeys" in page
