"""Printing labels: printers are master data, jobs are rows, and sending is an effect: nothing lost, nothing doubled."""

from coi.services.printing.answers import confirm_print, deny_print
from coi.services.printing.handing import LabelFile, hand_out_label
from coi.services.printing.jobs import ask_print, move_print, queue_print
from coi.services.printing.printers import PrinterSetting, Stock, change_printer, load_stock, register_printer
from coi.services.printing.recording import PRINT
from coi.services.printing.sending import print_label

__all__ = [
    "PRINT",
    "LabelFile",
    "PrinterSetting",
    "Stock",
    "ask_print",
    "change_printer",
    "confirm_print",
    "deny_print",
    "hand_out_label",
    "load_stock",
    "move_print",
    "print_label",
    "queue_print",
    "register_printer",
]
