"""The register's settings in the admin. Records of Visit are not here."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

import schools.register.converters  # noqa: F401 (registers them)
from schoolimprove.accounts.actions.person import sync_staff
from schoolimprove.accounts.models import User
from schoolimprove.calendar.admin import CalendarAdmin
from schoolimprove.records.actor import SYSTEM
from schoolimprove.records.admin import GuardedAdmin, KeptAdmin, KeptForm, KeptHistoryAdmin
from schoolimprove.records.changes import TASKS, changed
from schoolimprove.records.transition import Blocked
from schools.imports import pages as imports
from schools.imports.models import ImportRun
from schools.register.models.appointment import Appointment
from schools.register.models.person import Person
from schools.register.models.places import Diocese, District, DoubleDistrict, LocalAuthority, Partnership
from schools.register.models.school import School
from schools.register.models.school_days import SchoolClosure, SchoolTerm
from schools.register.models.service_invitation import ServiceInvitation
from schools.register.people.appointing import (
    EDITED,
    blockers_to_appointing,
    blockers_to_linking,
    link_account,
    lock_person,
    save_appointment,
)


class FollowedAdmin(KeptAdmin):
    """Settings from which tasks follow: an authority without schools, a school or a year without core visits."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        changed(TASKS)


@admin.register(LocalAuthority)
class LocalAuthorityAdmin(FollowedAdmin):
    list_display = ["code", "name", "own"]


@admin.register(DoubleDistrict, Partnership, Diocese)
class NamedAdmin(KeptAdmin):
    search_fields = ["name"]


@admin.register(District)
class DistrictAdmin(KeptAdmin):
    list_display = ["name", "authority", "double_district"]
    list_filter = ["double_district"]
    search_fields = ["name"]
    list_select_related = ["authority", "double_district"]


@admin.register(School)
class SchoolAdmin(KeptHistoryAdmin, FollowedAdmin):
    """Schools come in with GIAS; here they are placed in districts, partnerships and dioceses."""

    list_display = ["name", "urn", "phase", "establishment", "district"]
    list_filter = ["phase", "establishment", "district"]
    list_select_related = ["district"]
    search_fields = ["search_key"]
    autocomplete_fields = ["district", "partnership", "diocese"]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), **imports.way_to_import(request, "gias")})

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return (queryset.matching(search_term) if search_term.strip() else queryset), False


class ByActorForm(KeptForm):
    """A form that says what the verb would refuse this actor; the page that makes the form sets `actor`."""

    actor = SYSTEM


class ByActorAdmin(KeptAdmin):
    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.actor = self.actor(request, "change" if change else "add")
        return form


class PersonForm(ByActorForm):
    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            for reason in blockers_to_linking(self.instance, by=self.actor):
                self.add_error("user", reason)


@admin.register(Person)
class PersonAdmin(ByActorAdmin):
    form = PersonForm
    list_display = ["name", "email", "user"]
    list_select_related = ["user"]
    search_fields = ["name", "email"]
    raw_id_fields = ["user"]

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:
        """Appointments are held through the link, so whoever gains or loses it enters the admin, or no longer does."""
        actor = self.actor(request, "change" if change else "add")
        with transaction.atomic():
            if change:
                lock_person(Person.objects.get(pk=obj.pk))
            if reasons := blockers_to_linking(obj, by=actor):
                raise Blocked(reasons)
            super().save_model(request, obj, form, change)
            if "user" in form.changed_data:
                for user in User.objects.filter(pk=form.initial.get("user")):
                    sync_staff(user)
                link_account(obj, by=actor)


class AppointmentForm(ByActorForm):
    """Says on the form what the verb would refuse."""

    class Meta:
        model = Appointment
        fields = EDITED

    def _post_clean(self) -> None:
        """The form's own appointment is asked: one put together from the fields would be taken for a new one."""
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            for field, reasons in blockers_to_appointing(self.instance, by=self.actor).items():
                name = self.instance.scope_kind if field == "scope" else field
                for reason in reasons:
                    self.add_error(name if name in self.fields else None, reason)


@admin.register(Appointment)
class AppointmentAdmin(KeptHistoryAdmin, ByActorAdmin):
    """Who holds which role, over what, from when to when. The last day ends an appointment; nothing is deleted."""

    form = AppointmentForm
    list_display = ["person", "role", "scope_name", "starts_on", "ends_on"]
    list_filter = ["role"]
    search_fields = ["person__name"]
    autocomplete_fields = ["person", "school", "district", "partnership", "cover_for", "diocese", "double_district"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return Appointment.objects.with_scope().order_by(*self.get_ordering(request) or ["role", "person__name"])

    def save_model(self, request: HttpRequest, obj: Appointment, form: Any, change: bool) -> None:
        save_appointment(obj, by=self.actor(request, "change" if change else "add"))


@admin.register(ServiceInvitation)
class ServiceInvitationAdmin(FollowedAdmin):
    list_display = ["school", "academic_year", "sent_on", "accepted_on"]
    list_filter = ["academic_year"]
    autocomplete_fields = ["school"]
    list_select_related = ["school"]


@admin.register(SchoolTerm)
class SchoolTermAdmin(CalendarAdmin):
    """Terms that one school keeps on dates of its own."""

    list_display = ["school", "__str__", "starts_on", "half_term_starts_on", "half_term_ends_on", "ends_on"]
    list_filter = ["academic_year"]
    autocomplete_fields = ["school"]
    list_select_related = ["school"]


@admin.register(SchoolClosure)
class SchoolClosureAdmin(CalendarAdmin):
    """Days on which one school alone is closed."""

    list_display = ["school", "day", "reason", "withdrawn_because"]
    date_hierarchy = "day"
    autocomplete_fields = ["school"]
    list_select_related = ["school"]


@admin.register(ImportRun)
class ImportRunAdmin(GuardedAdmin):
    """Files imported, previewed, confirmed, applied and undone: pages of our own behind the admin's door."""

    def get_urls(self) -> list[URLPattern]:
        own: list[tuple[str, Any, str]] = [
            ("template/<slug:kind>.csv", imports.import_template, "template"),
            ("<int:number>/progress/", imports.import_progress, "progress"),
            ("<int:number>/confirm/", imports.import_confirm, "confirm"),
            ("<int:number>/abandon/", imports.import_abandon, "abandon"),
            ("<int:number>/undo/", imports.import_undo, "undo"),
            ("<int:number>/changes.csv", imports.import_account, "account"),
            ("<int:number>/not-taken.<export_kind:kind>", imports.import_rejections, "rejections"),
            ("<int:number>/not-in-the-files.<export_kind:kind>", imports.import_vanished, "vanished"),
            ("export.<export_kind:kind>", imports.import_export, "export"),
            ("<int:number>/files/<int:position>/", imports.import_file, "file"),
        ]
        wrap = self.admin_site.admin_view
        routes = [path(route, wrap(view), name=f"schools_importrun_{name}") for route, view, name in own]
        return [*routes, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return imports.import_list(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return imports.ImportAdd.as_view()(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return imports.import_detail(request, int(object_id) if object_id.isdecimal() else 0)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self.change_view(request, object_id)
