"""An answer of `coi.services` as JSON for people and programs: its codes with their words beside them."""

from collections.abc import Mapping, Sequence
from typing import Any

from coi.forms import texts, words
from coi.forms.instructions import instruction_for
from coi.rules.outcome import NEAR_MISSES, RefusalCode

Json = dict[str, Any]
# Parameters that name what was expected and what was found: the STOP shows both, large.
_SHOWN = ("expected", "found", "label")


def render_answer(answer: Mapping[str, Any], zone: str = "UTC") -> Json:
    """The answer with a message and a remedy for each refusal and an instruction for what is next."""
    told = {name: value for name, value in answer.items() if name != "titles"}
    return {
        **told,
        "refusals": render_refusals(answer["refusals"], zone, answer.get("titles", {})),
        "next": _next(answer["next"]),
        "made": [{**made, "name": words.thing(made["kind"])} for made in answer.get("made", ())],
    }


def render_refusals(
    refusals: Sequence[Mapping[str, Any]], zone: str, titles: Mapping[str, str]
) -> list[Json]:
    """Refusals as stored, with their words; most severe first, as they were decided."""
    return [_refusal(refusal, zone, titles) for refusal in refusals]


def _refusal(refusal: Mapping[str, Any], zone: str, titles: Mapping[str, str]) -> Json:
    code, params = str(refusal["code"]), refusal["params"]
    message, remedy = texts.refusal_text(code, params, zone, titles)
    return {
        "code": code,
        "kind": refusal["kind"],
        "name": words.refusal(code),
        "message": message,
        "remedy": remedy,
        "is_near_miss": RefusalCode(code) in NEAR_MISSES,
        "params": dict(params),
        **{name: params[name] for name in _SHOWN if name in params},
    }


def _next(after: Mapping[str, Any]) -> Json:
    instruction = instruction_for(after)
    return {
        **after,
        "instruction": instruction.text,
        "hint": instruction.hint,
        "picture": instruction.picture,
        "cautions": [
            {"code": code, "title": words.caution_title(code), "text": words.caution(code)}
            for code in after.get("cautions", ())  # an answer recorded of old has none
        ],
        "values": [
            {
                **field,
                "unit_name": words.unit(field["unit"]),
                "choices": [{"code": c, "title": words.step(c)} for c in field["choices"]],
            }
            for field in after["values"]
        ],
    }
