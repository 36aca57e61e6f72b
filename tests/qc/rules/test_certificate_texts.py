"""What a site says on certificates: read whole, or refused with every fault."""

import pytest

from qc.rules.certificate_texts import MOST, CertificateTexts, parse, problems


@pytest.mark.parametrize("key", ["storage", "handling", "statement"])
def test_one_text_is_enough(key):
    assert parse({key: "x" * MOST}) == (CertificateTexts(**{key: "x" * MOST}), ())


@pytest.mark.parametrize(
    ("content", "path", "code"),
    [
        ({}, "storage", "nothing_said"),
        ({"storage": " "}, "storage", "nothing_said"),
        ({"storage": "x" * (MOST + 1)}, "storage", "too_long"),
        ({"handling": 5}, "handling", "wrong_type"),
        ({"storage": "x", "statment": "y"}, "statment", "unknown_field"),
        ([], "", "not_an_object"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(content, path, code):
    assert (path, code) in [(problem.path, problem.code) for problem in problems(content)]
