"""Addresses of the pages of `people`."""

from django.urls import path

from people import views

app_name = "people"

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("activate/", views.activate, name="activate"),
    path("documents/", views.documents, name="documents"),
    path("documents/<uuid:id>/", views.document, name="document"),
    path("work/", views.work, name="work"),
    path("work/done/", views.work_done, name="work_done"),
    path("entries/", views.entries, name="entries"),
]
