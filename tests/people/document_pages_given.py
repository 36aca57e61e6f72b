"""What the pages of controlled documents are sent, and what they answer."""

import json
import re
from uuid import uuid4

from people import models, selectors
from tests.people import given

CONTENT = {"steps": ["thaw", "fill"], "volume": "12.50"}


def new(**more):
    about = {"site": "MFG", "code": "R1", "title": "Recipe", "content": json.dumps(CONTENT)}
    return about | {"request_id": str(uuid4())} | more


def write(client, **more):
    return client.post("/documents/new/recipe/", new(**more))


def act(client, id, what, password=given.PASSWORD, **more):
    """Do a step with what its form shows now."""
    seen = selectors.document_version(id).digest
    body = {"request_id": str(uuid4()), "seen": seen, "password": password} | more
    return client.post(f"/documents/{id}/{what}/", body)


def the_version(**about):
    return models.DocumentVersion.objects.get(**about)


def steps_of(client, id):
    page = client.get(f"/documents/{id}/").content.decode()
    return set(re.findall(rf'action="/documents/{id}/([a-z_]+)/"', page))
