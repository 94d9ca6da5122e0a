"""Addresses of schools and of what is written about them."""

from django.urls import path

import schools.converters  # noqa: F401 (registers them)
from schools.views import allocation, chronology, contact, days, listing, people, record, school

app_name = "schools"
urlpatterns = [
    path("", listing.SchoolList.as_view(), name="list"),
    path("export.<export_kind:kind>", listing.export_schools, name="export"),
    path("allocation/", allocation.AllocationBoard.as_view(), name="allocation"),
    path("allocation/export.<export_kind:kind>", allocation.export_allocation, name="allocation_export"),
    path("allocation/hand-over/<int:person>/", allocation.HandOver.as_view(), name="hand_over"),
    path("<int:urn>/", school.SchoolOverview.as_view(), name="school"),
    path("<int:urn>/visits/", school.SchoolVisits.as_view(), name="visits"),
    path("<int:urn>/people/", people.SchoolPeople.as_view(), name="people"),
    path("<int:urn>/people/<int:appointment>/end/", people.AppointmentEnd.as_view(), name="appointment_end"),
    path("<int:urn>/people/contacts/add/", contact.ContactAdd.as_view(), name="contact_add"),
    path("<int:urn>/people/contacts/<int:contact>/", contact.ContactChange.as_view(), name="contact_change"),
    path("<int:urn>/people/contacts/<int:contact>/end/", contact.ContactEnd.as_view(), name="contact_end"),
    path("<int:urn>/days/", days.SchoolDays.as_view(), name="days"),
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
