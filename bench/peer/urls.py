"""The house's own addresses with the peer's beside them, so that one server serves both."""

from django.urls import path

from bench.peer.views import NoteView
from config.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [*urlpatterns, path("peer/notes/", NoteView.as_view())]
