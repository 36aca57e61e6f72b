"""Read-only windows on the tables of `people`; nothing can be added, changed or deleted here."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from people import models


class ReadOnlyAdmin(admin.ModelAdmin):
    """A window: rows can be looked at, and that is all. Other rooms build theirs on it."""

    actions = None

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Every column."""
        return [column.name for column in self.model._meta.fields if column.name not in (self.exclude or ())]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: services write."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: services write."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: nothing is deleted."""
        return False


@admin.register(models.User)
class UserWindow(ReadOnlyAdmin):
    """Users, without the hash of the password."""

    list_display = ("username", "printed_name", "is_active")
    exclude = ("password",)


@admin.register(models.Station)
class StationWindow(ReadOnlyAdmin):
    """Stations; their tokens' hashes have no window."""

    list_display = ("code", "name", "kind", "is_active")


for _model in (
    models.Organisation,
    models.Site,
    models.Place,
    models.Grant,
    models.Badge,
    models.Training,
    models.SiteQualification,
    models.SiteRequirement,
    models.Document,
    models.DocumentVersion,
    models.Signature,
    models.WorkItem,
    models.Notice,
):
    admin.site.register(_model, ReadOnlyAdmin)
