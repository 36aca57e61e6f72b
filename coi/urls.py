"""Addresses of the pages of `coi`."""

from django.urls import path

from coi.views import (
    finding,
    identifiers,
    journeys,
    labels,
    orders,
    printing,
    quality,
    reconciliations,
    scanners,
    station,
    stock,
)

app_name = "coi"

urlpatterns = [
    path("", journeys.home, name="home"),
    path("journeys/<str:coi_id>/", journeys.journey, name="journey"),
    path("journeys/<str:coi_id>/identity/", journeys.reveal, name="reveal"),
    path("journeys/<str:coi_id>/identifiers/", identifiers.identifiers, name="identifiers"),
    path(
        "journeys/<str:coi_id>/identifiers/<uuid:alias>/retire/", identifiers.retire, name="retire_identifier"
    ),
    path("journeys/<str:coi_id>/reconcile/", reconciliations.reconcile, name="reconcile"),
    path("find/", finding.find, name="find"),
    path("reconciliations/", reconciliations.reconciliations, name="reconciliations"),
    path("reconciliations/<str:code>/", reconciliations.reconciliation, name="reconciliation"),
    path("reconciliations/<str:code>/show/", reconciliations.show, name="show_reconciliation"),
    path("reconciliations/<str:code>/decide/", reconciliations.decide, name="decide_reconciliation"),
    path("lots/new/", stock.receive_lot, name="receive_lot"),
    path("orders/new/", orders.new_order, name="new_order"),
    path("orders/<str:coi_id>/placed/", orders.order_placed, name="order_placed"),
    path("labels/<str:code>.pdf", labels.label, name="label"),
    path("labels/<str:code>/reprint/", labels.reprint, name="reprint"),
    path("labels/<str:code>/account/", labels.account, name="account_label"),
    path("labels/<str:code>/print/", printing.ask, name="ask_print"),
    path("labels/batches/<str:code>/", labels.reconciliation, name="label_reconciliation"),
    path("journeys/<str:coi_id>/labels/", labels.ledger, name="label_ledger"),
    path("labels/queue/", printing.queue, name="label_queue"),
    path("labels/queue/<uuid:job>/<str:what>/", printing.act, name="print_act"),
    path("printers/new/<str:site>/", printing.new_printer, name="new_printer"),
    path("printers/<str:code>/", printing.printer, name="printer"),
    path("printers/<str:code>/<str:what>/", printing.printer, name="change_printer"),
    path("holds/", quality.holds, name="holds"),
    path("holds/<uuid:id>/release/", quality.release_hold, name="release_hold"),
    path("deviations/", quality.deviations, name="deviations"),
    path("deviations/<str:code>/", quality.deviation, name="deviation"),
    path("deviations/<str:code>/assign/", quality.assign, name="assign_deviation"),
    path("deviations/<str:code>/close/", quality.close, name="close_deviation"),
    path("near-misses/", quality.near_misses, name="near_misses"),
    path("station/", station.station, name="station"),
    path("station/bind/", station.bind_station, name="station_bind"),
    path("station/release/", station.release_station, name="station_release"),
    path("station/state/", station.state, name="station_state"),
    path("station/scan/", station.scan, name="station_scan"),
    path("station/scanner/", scanners.check, name="scanner_check"),
    path("station/scanner/try/", scanners.try_symbol, name="scanner_try"),
    path("station/scanner/record/", scanners.record, name="scanner_record"),
    path("scanners/", scanners.board, name="scanners"),
    path("scanners/card.pdf", scanners.card, name="scanner_card"),
    path("station/stops/<uuid:check>/clear/", station.clear, name="station_clear"),
]
