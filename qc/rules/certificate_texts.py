"""What a site adds to the documents of a product in its own words: a controlled document of kind `certificate_texts`.

Its code is that of the product. Storage and handling are for the bedside; the statement is what the site itself says of
its manufacture (conformity with GMP, for one): the software knows nothing of that and says nothing of it by itself.
"""

from dataclasses import dataclass
from typing import Any

from people.rules.documents import Problem
from qc.rules.reading import Reader

KIND = "certificate_texts"
SCHEMA = 1
MOST = 2000


@dataclass(frozen=True)
class CertificateTexts:
    """The words; each may be empty."""

    storage: str = ""
    handling: str = ""
    statement: str = ""


def parse(content: Any) -> tuple[CertificateTexts | None, tuple[Problem, ...]]:
    """Read the document. Answers (texts, ()) or (None, every fault)."""
    faults: list[Problem] = []
    reader = Reader(content, "", faults)
    reader.close({"storage", "handling", "statement"})
    read = {key: reader.text(key, most=MOST) for key in ("storage", "handling", "statement")}
    if not faults and not any(text.strip() for text in read.values()):
        reader.fault("storage", "nothing_said")
    return (None, tuple(faults)) if faults else (CertificateTexts(**read), ())


def problems(content: Any) -> tuple[Problem, ...]:
    """What is wrong with the document; the check that `people` runs before it takes one."""
    return parse(content)[1]
