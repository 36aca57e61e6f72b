"""The peer's only view, written as Django REST framework's own documents would."""

from django.db import transaction
from django.shortcuts import get_object_or_404
from rest_framework.authentication import TokenAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.peer.models import Note, Slot


class NoteView(APIView):
    """One locked SELECT and one INSERT in one transaction, for whoever holds a token."""

    authentication_classes = [TokenAuthentication]

    def post(self, request: Request) -> Response:
        """Write a note in a slot."""
        with transaction.atomic():
            slot = get_object_or_404(Slot.objects.select_for_update(), name=request.data["slot"])
            note = Note.objects.create(slot=slot, text=request.data["text"])
        return Response({"id": note.pk})
