"""Addresses of schools and of what is written about them."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from schools.views import chronology, listing, record, school


class ReferenceConverter(StringConverter):
    regex = r"RV-\d{4}-\d{5,}"


class ExportConverter(StringConverter):
    regex = "csv|xlsx|json"


register_converter(ReferenceConverter, "record_reference")
register_converter(ExportConverter, "export_kind")

app_name = "schools"
urlpatterns = [
    path("", listing.SchoolList.as_view(), name="list"),
    path("export.<export_kind:kind>", listing.export_schools, name="export"),
    path("<int:urn>/", school.SchoolOverview.as_view(), name="school"),
    path("<int:urn>/visits/", school.SchoolVisits.as_view(), name="visits"),
    path("<int:urn>/people/", school.SchoolPeople.as_view(), name="people"),
    path("<int:urn>/chronology/", chronology.SchoolChronology.as_view(), name="chronology"),
    path(
        "<int:urn>/chronology/export.<export_kind:kind>",
        chronology.export_chronology,
        name="chronology_export",
    ),
    path("<int:urn>/history/", school.SchoolHistory.as_view(), name="history"),
    path("<int:urn>/visits/write/", record.RecordWrite.as_view(), name="record_write"),
    path("<int:urn>/visits/<record_reference:reference>/", record.RecordDetail.as_view(), name="record"),
    path("<int:urn>/visits/<record_reference:reference>/edit/", record.RecordEdit.as_view(), name="record_edit"),
    path("<int:urn>/visits/<record_reference:reference>/submit/", record.submit_record, name="record_submit"),
    path("<int:urn>/visits/<record_reference:reference>/return/", record.RecordReturn.as_view(), name="record_return"),
    path(
        "<int:urn>/visits/<record_reference:reference>/approve/", record.RecordApprove.as_view(), name="record_approve"
    ),
    path(
        "<int:urn>/visits/<record_reference:reference>/respond/", record.RecordRespond.as_view(), name="record_respond"
    ),
]
