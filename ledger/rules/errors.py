"""Exceptions that a use case may raise; `config.errors` answers with the status that each names.

A refusal at a scan station is a value and never one of these. They carry a stable code, a plain
message for people and details for programs (for instance the row and the field that were wrong).
"""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """Root of what a service may raise; never raised itself."""

    http_status = 400

    def __init__(self, code: str, message: str = "", detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message or code
        self.detail: dict[str, Any] = dict(detail or {})


class NotAllowed(DomainError):
    """The actor may not do this (403)."""

    http_status = 403


class NotFound(DomainError):
    """It is not there, or not the actor's to see (404)."""

    http_status = 404


class Conflict(DomainError):
    """It changed meanwhile, or the same request id came with another body (409)."""

    http_status = 409


class Invalid(DomainError):
    """The fields are wrong; the detail names which and why (422)."""

    http_status = 422
