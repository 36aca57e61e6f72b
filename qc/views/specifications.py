"""Pages of specifications: read in words, compared version by version, and the examples that come with the product."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from people.rules.documents import OPEN_STATES
from people.views import person_of
from qc import selectors
from qc.forms import criteria_words
from qc.forms.examples import example, example_names
from qc.forms.specification_editor import CriterionLine
from qc.rules.comparison import Change
from qc.rules.specification import Specification, parse
from qc.views.found import there
from qc.views.specification_editor import may_edit, may_write


@never_cache
@require_GET
@login_required
def specifications(request: HttpRequest) -> HttpResponse:
    """Every specification, and the examples to begin with."""
    context = {
        "documents": selectors.latest_specifications(),
        "examples": example_names(),
        "may_write": may_write(person_of(request)),
    }
    return render(request, "qc/specifications.html", context)


@never_cache
@require_GET
@login_required
def specification(request: HttpRequest, id: UUID) -> HttpResponse:
    """One version in words, and what it changed."""
    found = selectors.specification_page(str(id), request.GET.get("against", ""))
    page = there(found, "specification_unknown")
    context = {
        "page": page,
        "shown": _shown(page.specification),
        "changes": [_change(change) for change in page.changes],
        "may_edit": may_edit(person_of(request), page.document),
        "may_go_on": may_write(person_of(request), page.document.site) and not _is_one_open(page),
    }
    return render(request, "qc/specification.html", context)


@require_GET
@login_required
def example_page(request: HttpRequest, name: str) -> HttpResponse:
    """An example in words; `?format=json` is the content to put into a document."""
    content = there(example(name), "specification_unknown")
    if request.GET.get("format") == "json":
        return JsonResponse(content, json_dumps_params={"indent": 2, "ensure_ascii": False})
    may = may_write(person_of(request))
    context = {"name": name, "shown": _shown(parse(content)[0]), "may_write": may}
    return render(request, "qc/example.html", context)


def _is_one_open(page: selectors.SpecificationPage) -> bool:
    return any(version.state in OPEN_STATES for version in (page.document, *page.earlier))


def _shown(found: Specification | None) -> dict[str, object]:
    """A specification in words."""
    if found is None:
        return {}
    return {
        "specification": found,
        "lines": [CriterionLine.of(one, n) for n, one in enumerate(found.criteria)],
        "groups": [(group, criteria_words.alternatives(found, group)) for group in found.any_of],
    }


def _change(change: Change) -> tuple[Change, object, str, object]:
    mark, does = criteria_words.TIGHTNESS[change.tightness]
    return change, criteria_words.CHANGES[change.kind], mark, does
