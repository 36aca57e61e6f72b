"""What tests of pages and of the API say and read over HTTP."""

import json
import re
from typing import Any
from uuid import uuid4

from django.test import Client


def text(answer: Any, status: int = 200) -> str:
    """A page with its white space as a reader sees it, if its status is this one."""
    assert answer.status_code == status, answer.content[:2000]
    return re.sub(r"\s+", " ", answer.content.decode())


def post(client: Client, address: str, **body: object) -> Any:
    """A request of a program: JSON with a request id of its own."""
    sent = json.dumps({"request_id": str(uuid4())} | body)
    return client.post(address, sent, content_type="application/json")
