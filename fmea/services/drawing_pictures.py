"""The pictures of a printed worksheet: where its rows lie, and what actions made of them."""

from cpv.rules.pictures.parts import Look, Titles
from fmea.rules import pictures, printed_words
from fmea.rules.actions import all_before_after
from fmea.rules.pictures import ActedWords, MatrixWords, When
from fmea.rules.report import Picture
from fmea.rules.worksheet import Worksheet
from qc.rules.charts import Spec
from qc.services.charts import draw_chart

_SQUARE, _WIDE = Look(560, 420), Look(1020, 280)


def pictures_of(worksheet: Worksheet) -> tuple[Picture, ...]:
    """The matrix before and after actions, and each row before and after; none where nothing is rated."""
    lines = all_before_after(worksheet)
    acted = pictures.acted_rows(lines)
    if not acted:
        return ()
    words = printed_words.PICTURES
    of_matrix = MatrixWords("", words["severity"], words["occurrence"], "", "")
    titles = Titles("", words["severity"], words["occurrence"], "")
    squares = [
        Picture(
            words[when],
            _drawn(
                pictures.matrix_picture(
                    pictures.matrix_cells(lines, worksheet.priorities, when), titles, of_matrix, look=_SQUARE
                )
            ),
        )
        for when in When
    ]
    left_out = len(acted) - pictures.MOST_LANES
    more = words["more"].format(count=left_out) if left_out > 0 else ""
    of_acted = ActedWords("", words[When.BEFORE], words[When.AFTER], words["lowered"], more)
    lanes = pictures.acted_picture(acted, Titles("", "", words["number"], ""), of_acted, look=_WIDE)
    return (*squares, Picture(words["acted"], _drawn(lanes), is_wide=True))


def _drawn(spec: Spec) -> str:
    return draw_chart(spec).decode()
