"""What a worksheet may name, in words, as its page offers it while a cell is written."""

from collections.abc import Iterable, Sequence

from django.utils.functional import Promise

from coi.forms import words as custody
from fmea.forms import words
from fmea.forms.rows import evidence_name
from fmea.rules.worksheet import EvidenceKind, LinkKind
from fmea.selectors.evidence import Choice, Names

Pair = tuple[str, str]
Named = Sequence[Pair]


def names_answer(names: Names) -> dict[str, list[Pair]]:
    """What may be written in a cell, each with its words: evidence and links as `kind:code`, steps as their codes."""
    stops, criteria, charts = _said(names.refusals), _titled(names.criteria), _titled(names.parameters)
    evidence: dict[EvidenceKind, Named] = {
        EvidenceKind.REFUSAL: stops,
        EvidenceKind.DEVIATION: _said(names.triggers),
        EvidenceKind.OOS: criteria,
        EvidenceKind.EXCURSION: _said(names.excursions),
        EvidenceKind.CHART_SIGNAL: charts,
    }
    links: dict[LinkKind, Named] = {
        LinkKind.INTERLOCK: stops,
        LinkKind.CRITERION: criteria,
        LinkKind.CHART: charts,
    }
    return {
        "evidence": [
            pair for kind, found in evidence.items() for pair in _of(kind, words.EVIDENCE[kind], found)
        ],
        "links": [pair for kind, found in links.items() for pair in _of(kind, words.LINKS[kind], found)],
        "steps": [(it.code, it.title or custody.step(it.code)) for it in names.steps],
    }


def _of(kind: EvidenceKind | LinkKind, word: Promise, found: Named) -> list[Pair]:
    return [(f"{kind}:{code}", f"{word}: {said}") for code, said in found]


def _said(codes: Iterable[str]) -> Named:
    return [(str(code), evidence_name(str(code))) for code in codes]


def _titled(choices: Iterable[Choice]) -> Named:
    return [(it.code, it.title or it.code) for it in choices]
