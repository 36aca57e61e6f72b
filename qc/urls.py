"""Addresses of the pages of `qc`."""

from django.urls import path

from qc.views import (
    batches,
    documents,
    exceptional,
    imports,
    investigations,
    laboratory,
    materials,
    plates,
    releases,
    results,
    runs,
    specification_editor,
    specifications,
    studies,
    trends,
    validations,
)

app_name = "qc"

urlpatterns = [
    path("batches/", batches.board, name="home"),
    path("batches/<str:code>/", batches.batch, name="batch"),
    path("batches/<str:code>/record.json", batches.record, name="record"),
    *(
        path(f"batches/<str:code>/{what}/", batches.decide, {"what": what}, name=what)
        for what in ("submit", "review", "release", "conditional", "complete", "reject")
    ),
    path("batches/<str:code>/trail/", releases.trail, name="trail"),
    path("batches/<str:code>/duties/<uuid:failure>/<str:duty>/", releases.duty, name="duty"),
    path("results/<uuid:id>/review/", results.review, name="review_result"),
    path("results/<str:kind>/<str:code>/", results.subject, name="subject"),
    path("results/<str:kind>/<str:code>/<str:criterion>/", results.result, name="result"),
    path("batches/<str:code>/documents/", documents.documents, name="documents"),
    path("batches/<str:code>/documents/<str:kind>/issue/", documents.issue, name="issue_document"),
    path("batches/<str:code>/documents/<str:kind>/preview.pdf", documents.preview, name="preview_document"),
    path("batches/<str:code>/documents/<str:kind>/<int:version>/", documents.document, name="document"),
    path(
        "batches/<str:code>/documents/<str:kind>/<int:version>/file.<str:form>",
        documents.file,
        name="document_file",
    ),
    path("dossiers/<str:dossier>/", exceptional.by_code, name="dossier_by_code"),
    path("batches/<str:code>/exceptional/", exceptional.dossier, name="dossier"),
    path(
        "batches/<str:code>/exceptional/release/", batches.decide, {"what": "exceptional"}, name="exceptional"
    ),
    path("batches/<str:code>/exceptional/open/", exceptional.open_dossier, name="open_dossier"),
    path("batches/<str:code>/exceptional/<str:dossier>/", exceptional.dossier, name="one_dossier"),
    path(
        "batches/<str:code>/exceptional/<str:dossier>/<str:part>.pdf", exceptional.file, name="dossier_file"
    ),
    *(
        path(
            f"batches/<str:code>/exceptional/<str:dossier>/{what}/",
            exceptional.write,
            {"what": what},
            name=f"dossier_{what}",
        )
        for what in exceptional.WRITES
    ),
    path("materials/<str:code>/decide/", materials.decide, name="decide_material"),
    path("laboratory/", laboratory.worklist, name="worklist"),
    path("laboratory/results/<uuid:id>/review/", laboratory.review, name="review_from_list"),
    path("trends/", trends.trends, name="trends"),
    path("trends/<str:document>/<str:criterion>/", trends.trend, name="trend"),
    path("trends/<str:document>/<str:criterion>/chart.svg", trends.chart, name="trend_chart"),
    path("specifications/", specifications.specifications, name="specifications"),
    path("specifications/new/", specification_editor.write, name="new_specification"),
    path("specifications/<uuid:id>/edit/", specification_editor.edit, name="edit_specification"),
    path("specifications/<uuid:id>/next/", specification_editor.write_next, name="next_specification"),
    path("specifications/<uuid:id>/", specifications.specification, name="specification"),
    path("specifications/examples/<str:name>/", specifications.example_page, name="specification_example"),
    path("files/", imports.imports, name="imports"),
    path("files/template.csv", imports.blank, name="import_template"),
    path("files/new/<str:site>/", imports.hand_in, name="hand_in"),
    path("files/<uuid:id>/", imports.one, name="import"),
    *(
        path(f"files/<uuid:id>/{what}/", imports.act, {"what": what}, name=f"{what}_import")
        for what in ("record", "discard")
    ),
    path("studies/", studies.studies, name="studies"),
    path("studies/new/", studies.begin, name="begin_study"),
    path("studies/<str:code>/", studies.study, name="study"),
    path("studies/<str:code>/pull/", studies.pull, name="record_pull"),
    path("studies/<str:code>/conclude/", studies.conclude, name="conclude_study"),
    path("studies/<str:code>/abandon/", studies.abandon, name="abandon_study"),
    path("studies/<str:code>/measurements/", validations.hand_in, name="hand_in_measurements"),
    path("studies/<str:code>/measurements.csv", validations.template, name="validation_template"),
    path("studies/<str:code>/report.pdf", validations.report, name="validation_report"),
    path("studies/<str:code>/<str:condition>/<str:criterion>.svg", studies.chart, name="study_chart"),
    path("runs/", runs.runs, name="runs"),
    path("runs/new/<str:site>/<str:method>/", runs.new_run, name="new_run"),
    path("runs/<str:code>/", runs.run, name="run"),
    path("runs/<str:code>/controls/", runs.read_controls, name="read_controls"),
    path("runs/<str:code>/void/", runs.void_run, name="void_run"),
    path("runs/<str:code>/potency/", plates.plates, name="plates"),
    path("runs/<str:code>/potency/template.csv", plates.blank, name="plate_template"),
    path("runs/<str:code>/potency/<uuid:id>/", plates.plate, name="plate"),
    path("runs/<str:code>/potency/<uuid:id>/chart.svg", plates.chart, name="plate_chart"),
    path("runs/<str:code>/potency/<uuid:id>/record/", plates.record, name="record_plate"),
    path("runs/<str:code>/potency/<uuid:id>/discard/", plates.discard, name="discard_plate"),
    path("runs/<str:code>/controls/<str:lot>.svg", runs.chart, name="control_chart"),
    path("investigations/", investigations.investigations, name="investigations"),
    path("investigations/of/<uuid:id>/", investigations.investigate, name="investigate"),
    path("investigations/<str:code>/", investigations.investigation, name="investigation"),
    path("investigations/<str:code>/test/<str:kind>/", investigations.planned_test, name="planned_test"),
    path("investigations/<str:code>/<str:what>/", investigations.act, name="act_in_investigation"),
]
