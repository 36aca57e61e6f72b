"""The documents agree with the code: links, index, generated pages, settings, closed lists, and what they name."""

import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from enum import StrEnum
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import Resolver404, resolve

from audit.rules.content import content_of
from audit.rules.questions import Question
from audit.rules.report import ColumnKind, Severity
from coi.rules import label_templates, protocol, retention
from config.documents import broken_links, documents
from cpv.rules.basis import Limits
from cpv.rules.programme import limit_set
from cpv.rules.programme import plan as process_plan
from cpv.rules.programme.answering import Decision, SignalState
from cpv.rules.transforms import Scale, Transformation
from docs import generate, labels, permissions
from fmea.rules import worksheet
from fmea.rules.cells import COLUMNS
from fmea.rules.scales import Level
from people import services as people
from people.forms.rights import SEPARATED
from people.registry import document_kinds
from people.rules.rights import Right
from people.rules.roles import Role
from qc.forms.criteria_words import limits
from qc.rules import criteria, methods, specification, targets
from qc.rules.controls import ControlRule
from qc.rules.dose import Band, Component
from qc.rules.methods import Calculation, Computed, Method
from qc.rules.subjects import SubjectKind
from qc.rules.targets import Control, Targets
from tests.audit.report_given import DRAWING, a_report

ROOT = Path(settings.BASE_DIR)
DOCS = ROOT / "docs"
RECORDS = sorted((DOCS / "decisions").glob("*.md"))
TOP = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")} - {"var"}
CLOSED_LISTS = (
    protocol.Scope,
    protocol.Party,
    protocol.Item,
    protocol.Does,
    protocol.Guard,
    protocol.WitnessRule,
    protocol.ValuesBy,
)
PARTS = (protocol.Protocol, protocol.Step, protocol.ValueRule, protocol.Makes)
OF_SPECIFICATIONS = (
    *(criteria.Sort, criteria.Timing, criteria.Verdict, criteria.Basis, criteria.ReportedAs, criteria.Effect),
    *(criteria.NotTestedReason, criteria.DoseKind, criteria.WindowBasis, criteria.ReportRule),
    *(specification.Phase, SubjectKind),
)
SPECIFIED = (
    *(specification.Specification, specification.Alternatives, criteria.Criterion, criteria.Replicates),
    *(criteria.Window, Band, Component, criteria.Dose),
)
TEXTS = {".md", ".py", ".toml", ".txt", ".yml", ".yaml", ".html", ".css", ".js", ".json", ".sh", ".typ"}
NAMED = {"Caddyfile", "Dockerfile", "LICENSE", "Makefile"}
# built of pieces, so that this file does not hold what it looks for
HOMES = "|".join(("home/", "root/", "Users/"))
MACHINES = re.compile(rf"(?<![\w.}}])/(?:{HOMES})\w|{re.escape(str(ROOT))}/")
HOSTS = re.compile(
    "|".join(("pypi" + r"\.", "files" + r"\.pythonhosted", "--" + "index-url", "arti" + "factory"))
)


def read(name: str) -> str:
    """A document."""
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_link_leads_somewhere() -> None:
    assert broken_links() == []


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.name[:4])
def test_every_decision_is_in_the_index_by_its_title(record: Path) -> None:
    title = record.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    assert f"[{title}](decisions/{record.name})" in read("docs/index.md")


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.name[:4])
def test_every_decision_says_why_what_and_at_what_cost(record: Path) -> None:
    headings = re.findall(r"^## (.+)$", record.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == ["Why a decision was needed", "The decision", "Rejected", "What it costs"]


@pytest.mark.parametrize(
    "name", ["events.md", "refusals.md", "blockers.md", "labels.md", "calculations.md", "permissions.md"]
)
def test_generated_pages_are_current(name: str) -> None:
    assert read(f"docs/reference/{name}") == generate.pages()[name], "run: python -m docs.generate"


def test_they_are_generated_without_a_database_or_a_secret() -> None:
    command = [sys.executable, "-c", "from docs.generate import pages; print(*pages())"]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=False)
    assert "permissions.md" in done.stdout.split(), done.stderr


def test_what_one_person_does_not_do_is_held_by_a_test_each() -> None:
    assert set(SEPARATED) == set(permissions.HELD_BY)
    for node in permissions.HELD_BY.values():
        path, name = node.split("::")
        assert f"def {name}(" in (ROOT / path).read_text(), node


def test_every_label_is_shown_as_it_is_drawn() -> None:
    drawn = labels.pictures()
    assert sorted(drawn) == sorted(path.name for path in labels.PICTURES.iterdir())
    stale = [
        name
        for name, data in drawn.items()
        if not labels.is_same_picture((labels.PICTURES / name).read_bytes(), data)
    ]
    assert stale == [], "run: python -m docs.generate"


def test_every_choice_of_a_label_template_is_documented() -> None:
    page = read("docs/reference/labels.md")
    closed = (label_templates.LineName, label_templates.SymbolName, label_templates.WarningName)
    named = [member.value for one in closed for member in one]
    named += [
        *label_templates.ROOM,
        *(field.name for field in dataclasses.fields(label_templates.LabelTemplate)),
    ]
    assert [name for name in named if f"`{name}`" not in page] == []


def test_every_event_has_a_meaning_and_no_other_has() -> None:
    assert {event.value for members in generate.events().values() for event in members} == set(
        generate.meanings()
    )


@pytest.mark.parametrize("closed", CLOSED_LISTS, ids=lambda item: item.__name__)
def test_every_choice_of_a_protocol_is_documented(closed: type[StrEnum]) -> None:
    page = read("docs/reference/protocols.md")
    assert [member.value for member in closed if f"`{member.value}`" not in page] == []


@pytest.mark.parametrize("part", PARTS, ids=lambda item: item.__name__)
def test_every_field_of_a_protocol_is_documented(part: type) -> None:
    page = read("docs/reference/protocols.md")
    fields = [field.name for field in dataclasses.fields(part) if field.name != "by_code"]
    assert [name for name in fields if f"`{name}`" not in page] == []


def test_every_field_and_choice_of_a_specification_is_documented() -> None:
    page = read("docs/reference/specifications.md")
    named = [field.name for part in SPECIFIED for field in dataclasses.fields(part) if field.name != "window"]
    named += [member.value for closed in OF_SPECIFICATIONS for member in closed]
    assert [name for name in named if f"`{name}`" not in page] == []


def test_the_example_of_a_specification_is_sound_and_reads_as_it_says() -> None:
    page = read("docs/reference/specifications.md")
    found, faults = specification.parse(json.loads(page.split("```json")[1].split("```")[0]))
    assert faults == ()
    assert found is not None
    assert f"Its dose reads: {limits(found.criteria[-1])}." in page


def test_every_field_and_choice_of_a_method_and_its_targets_is_documented() -> None:
    page = read("docs/reference/methods.md")
    parts = (Method, Computed, Targets, Control)
    named = [it.name for part in parts for it in dataclasses.fields(part) if it.name != "computed"]
    named += [member.value for closed in (Calculation, ControlRule) for member in closed]
    assert [name for name in named if f"`{name}`" not in page] == []


def test_the_examples_of_methods_and_targets_are_sound() -> None:
    page = read("docs/reference/methods.md")
    method, controls = (json.loads(part.split("```")[0]) for part in page.split("```json")[1:])
    assert (methods.problems(method), targets.problems(controls)) == ((), ())


def test_every_field_and_choice_of_a_plan_and_of_limits_is_documented() -> None:
    page = read("docs/reference/process-plans.md")
    parts = (process_plan.Plan, process_plan.Parameter, process_plan.Source, process_plan.Stratum)
    parts += (process_plan.Bounds, limit_set.LimitSet, limit_set.Baseline, Transformation, Limits)
    named = [it.name for part in parts for it in dataclasses.fields(part)]
    closed = (
        process_plan.SourceKind,
        process_plan.ElapsedUnit,
        process_plan.By,
        Scale,
        Decision,
        SignalState,
    )
    named += [member.value for one in closed for member in one]
    named += ["weight", "multiple", *process_plan.ESTIMATORS, *Right.OWN_PARAMETER.roles]
    assert [name for name in named if f"`{name}`" not in page] == []


def test_the_examples_of_a_plan_and_of_limits_are_sound() -> None:
    page = read("docs/reference/process-plans.md")
    plan, limits_ = (json.loads(part.split("```")[0]) for part in page.split("```json")[1:])
    assert (process_plan.problems(plan), limit_set.problems(limits_)) == ((), ())


def test_every_field_and_choice_of_a_worksheet_is_documented() -> None:
    page = read("docs/reference/risk-worksheets.md")
    parts = (worksheet.Member, worksheet.Step, worksheet.Link, worksheet.Control, worksheet.Evidence)
    parts += (worksheet.Vote, worksheet.Score, worksheet.Residual, worksheet.Action, Level)
    named = [it.name for part in parts for it in dataclasses.fields(part)]
    closed = (worksheet.Formality, worksheet.LinkKind, worksheet.EvidenceKind, worksheet.Decision)
    closed += (worksheet.Aim, worksheet.ActionStatus)
    named += [member.value for one in closed for member in one]
    named += [column.split(".")[0] for columns in COLUMNS.values() for column in columns]
    assert [name for name in named if f"`{name}`" not in page] == []


def test_every_field_and_choice_of_a_retention_rule_is_documented() -> None:
    page = read("docs/reference/retention.md")
    named = [*(field.name for field in dataclasses.fields(retention.Rule)), *retention.Records]
    assert [name for name in (*named, *retention.CountsFrom) if f"`{name}`" not in page] == []
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert retention.problems(json.loads(example)) == ()


def keys_of(content: object) -> Iterator[str]:
    """The names in a report as data; those in a row or a question are of that report alone."""
    if isinstance(content, dict):
        for key, inner in content.items():
            yield key
            yield from () if key in ("rows", "question") else keys_of(inner)
    elif isinstance(content, list):
        for inner in content:
            yield from keys_of(inner)


def test_every_name_in_a_report_as_data_is_documented() -> None:
    page = read("docs/reference/audit-reports.md")
    named = {
        *keys_of(content_of(a_report(), DRAWING)),
        *Question.__dataclass_fields__,
        *ColumnKind,
        *Severity,
    }
    assert len(named) > 40, "this test looks at the wrong place"
    assert sorted(name for name in named if f"`{name}`" not in page) == []


def test_every_kind_of_document_is_listed() -> None:
    page = read("docs/for-quality.md")
    kinds = set(document_kinds()) - {"recipe"}  # that one is of the tests of `people`
    assert [kind for kind in sorted(kinds) if f"`{kind}`" not in page] == []


def variables() -> Iterator[str]:
    """The names that the wiring reads from the environment."""
    call = re.compile(
        r"(?:secret|key|switch|positive|days|roles|networks|outside|database|env\.\w+|environ\.get)\(\s*"
        r"\"([A-Z_]+)\""
    )
    for name in ("settings", "run", "processes", "backups", "embedded"):
        yield from call.findall(read(f"config/{name}.py"))


def test_every_setting_is_documented() -> None:
    known = set(variables()) - {"PATH", "HOME"}
    assert known, "no settings found: this test looks at the wrong place"
    page = read("docs/operations.md")
    assert sorted(name for name in known if f"`{name}`" not in page) == []
    rows = re.findall(r"^\| (`[A-Z_]+`[^|]*) \|", page, re.MULTILINE)
    assert sorted(row for row in set(rows) if rows.count(row) > 1) == []


def test_every_word_stands_once_and_says_what_to_avoid() -> None:
    entries = re.split(r"^### ", read("docs/glossary.md"), flags=re.MULTILINE)[1:]
    words = [entry.splitlines()[0] for entry in entries]
    assert sorted(word for word in set(words) if words.count(word) > 1) == []
    assert [entry.splitlines()[0] for entry in entries if entry.count("*Avoid:*") != 1] == []


def test_the_user_guide_knows_every_step_of_the_demonstration() -> None:
    guide = read("docs/user-guide.md")
    steps = json.loads(read("config/demonstration/cd19_protocol.json"))["steps"]
    assert [step["title"] for step in steps if f"**{step['title']}**" not in guide] == []


def test_administrators_are_told_every_role_and_only_services_that_exist() -> None:
    page = read("docs/for-administrators.md")
    assert [role.value for role in Role if role.value not in page] == []
    table = re.findall(r"^\| [^|]+ \| ([^|]+) \|", page.split("## Rules")[0], re.MULTILINE)
    named = {name for cell in table for name in re.findall(r"`(\w+)`", cell)}
    assert named, "no services found: this test looks at the wrong place"
    assert sorted(name for name in named if not hasattr(people, name)) == []


@pytest.mark.parametrize("document", list(documents()), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    made = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))
    assert sorted(made - targets) == []
    paths = [path for path in re.findall(r"`([\w.-]+/[\w./-]*\w)`", text) if path.split("/")[0] in TOP]
    assert [path for path in paths if not (ROOT / path).exists()] == []


# Such as `POST /audit/requests/<id>/`, with or without a question behind it.
ADDRESSES = re.compile(r"`(?:[A-Z]+ )?(/(?:<[^>]*>|[^`?\s])*/)(?:\?[^`]*)?`")


def leads_somewhere(address: str) -> bool:
    """Whether the product answers at an address, with something of the right shape in each place of it."""
    parts = re.split(r"<[^>]*>", address)
    for filled in product(("X", "1", "run", "11111111-2222-4333-8444-555555555555"), repeat=len(parts) - 1):
        try:
            resolve("".join(map(str.__add__, parts, (*filled, ""))))
        except Resolver404:
            continue
        return True
    return False


def test_every_address_that_a_document_names_is_one_of_the_product() -> None:
    named = {
        address
        for document in documents()
        for address in ADDRESSES.findall(document.read_text(encoding="utf-8"))
    }
    assert len(named) > 40, "this test looks at the wrong place"
    assert sorted(address for address in named if not leads_somewhere(address)) == []


def texts() -> Iterator[Path]:
    """The files of the repository that people read; not what was installed or made."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        is_made = parts[0] in {"var", "secrets", "staticfiles", "test-results"} or "built" in parts
        if (
            path.is_file()
            and (path.suffix in TEXTS or path.name in NAMED)
            and not is_made
            and not any(p.startswith(".") for p in parts)
        ):
            yield path


def test_no_file_names_a_place_of_one_machine_or_a_package_host() -> None:
    faults = []
    for path in texts():
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if MACHINES.search(line) or HOSTS.search(line):
                faults.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert faults == []
