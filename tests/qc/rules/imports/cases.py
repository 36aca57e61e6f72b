"""Bad files: for each what was done to the example, and every fault that it has to get, at row and field.

All codes but those of the comparison with what is known are met here (`test_words` looks).
"""

from tests.qc.rules.imports.cases_given import HEAD, Case
from tests.qc.rules.imports.cases_of_files import OF_FIELDS, OF_FILES, OF_ROWS
from tests.qc.rules.imports.cases_of_kinds import OF_BOTTLES, OF_LAL, OF_WELLS

__all__ = ["CASES", "HEAD", "Case"]

CASES = (*OF_FILES, *OF_ROWS, *OF_FIELDS, *OF_LAL, *OF_BOTTLES, *OF_WELLS)
