"""Addresses of the pages of `people`."""

from django.urls import path

from people import views
from people.views import document_writing, documents

app_name = "people"

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("activate/", views.activate, name="activate"),
    path("documents/", documents.documents, name="documents"),
    path("documents/new/", document_writing.choose, name="document_choose"),
    path("documents/new/<str:kind>/", document_writing.write, name="document_new"),
    path("documents/<uuid:id>/", documents.document, name="document"),
    path("documents/<uuid:id>/preview.png", documents.preview, name="document_preview"),
    path("documents/<uuid:id>/edit/", document_writing.edit, name="document_edit"),
    path("documents/<uuid:id>/next/", document_writing.write_next, name="document_next"),
    *(
        path(f"documents/<uuid:id>/{what}/", documents.act, {"what": what}, name=f"document_{what}")
        for what in documents.STEPS
    ),
    path("work/", views.work, name="work"),
    path("work/done/", views.work_done, name="work_done"),
    path("entries/", views.entries, name="entries"),
]
