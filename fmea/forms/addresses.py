"""Addresses that a page leads to by the hundred: looked up once, with {} in the place of what differs."""

from dataclasses import dataclass
from urllib.parse import quote

from django.urls import NoReverseMatch, reverse

from fmea.rules.cells import Cell, Table
from fmea.rules.pictures import Addresses

# What stands in the place of a row's code while an address is looked up: no code begins like that.
_ROW = "_"


@dataclass(frozen=True)
class Places:
    """Where rows, cells and actions of one worksheet are; empty where there is no such page for the reader."""

    row: str
    sheet: str
    actions: str

    @classmethod
    def of(cls, code: str, *, may_edit: bool) -> "Places":
        """Of a worksheet; whoever does not write it is led to what is for reading."""
        row = reverse("fmea:row", args=[code, _ROW])
        sheet = address("fmea:sheet", code) if may_edit else ""
        return cls(row.replace(f"/{_ROW}/", "/{}/"), sheet, address("fmea:actions", code))

    def of_row(self, row: str) -> str:
        """The page of a row."""
        return self.row.format(quote(row))

    def of_cell(self, cell: Cell) -> str:
        """Where a cell is written: on the sheet, or where that part of the worksheet has its own page."""
        if cell.table is Table.ACTIONS:
            return f"{self.actions}#action-{quote(cell.item)}" if self.actions else ""
        if cell.table is Table.ROWS and (cell.column.startswith("residual") or not self.sheet):
            return self.of_row(cell.item)
        return f"{self.sheet}#{cell.table}/{quote(cell.item)}/{cell.column}" if self.sheet else ""


def address(name: str, *args: str) -> str:
    """The address of a page; empty where there is none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def picture_addresses(code: str) -> Addresses:
    """Where a click in a picture of a worksheet leads: to the row; of a cell with several rows to all rows."""
    row = reverse("fmea:row", args=[code, _ROW]).replace(f"/{_ROW}/", "/{}/")
    return Addresses(row=row, cell=f"{reverse('fmea:worksheet', args=[code])}#ranked")
