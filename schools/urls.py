"""Addresses of schools and of what is written about them."""

from django.urls import path

import schools.register.converters  # noqa: F401 (registers them)
from schools.home import school_overview, watchlist
from schools.home.chronology import pages as chronology
from schools.inspections import pages as inspections
from schools.letters import pages as letters
from schools.oversight.my_term import pages as my_term
from schools.oversight.pages import core_visits, deadlines_board, last_visit, week_grid, workload
from schools.records.agreed_actions import pages as agreed_actions
from schools.records.assurance import pages as assurance
from schools.records.attachments import pages as attachments
from schools.records.corrections import pages as corrections
from schools.records.governors import pages as governors
from schools.records.reading import pages as reading
from schools.records.reading import presenting, school_visits
from schools.records.writing import pages as writing
from schools.register.allocation import pages as allocation
from schools.register.contacts import pages as contacts
from schools.register.interests import pages as interests
from schools.register.people import pages as people
from schools.register.schools import days as school_days
from schools.register.schools import history
from schools.register.schools import list as school_list
from schools.visits import pages as visits
from schools.visits.contact_notes import pages as contact_notes
from schools.visits.entitlement import pages as entitlement
from schools.visits.opening import pages as opening
from schools.visits.programme import pages as programme

app_name = "schools"
RECORD = "<int:urn>/visits/<record_reference:reference>/"
urlpatterns = [
    path("", school_list.SchoolList.as_view(), name="list"),
    path("export.<export_kind:kind>", school_list.export_schools, name="export"),
    path("allocation/", allocation.AllocationBoard.as_view(), name="allocation"),
    path("allocation/export.<export_kind:kind>", allocation.export_allocation, name="allocation_export"),
    path("allocation/loads/export.<export_kind:kind>", allocation.export_loads, name="loads_export"),
    path("allocation/hand-over/<int:person>/", allocation.HandOver.as_view(), name="hand_over"),
    path("assurance/", assurance.AssuranceQueue.as_view(), name="assurance"),
    path("assurance/export.<export_kind:kind>", assurance.export_assurance, name="assurance_export"),
    path("programme/", programme.Programme.as_view(), name="programme"),
    path("programme/export.<export_kind:kind>", programme.export_programme, name="programme_export"),
    path("programme/write/", programme.EditionWrite.as_view(), name="programme_write"),
    path("programme/<int:edition>/", programme.EditionDetail.as_view(), name="programme_edition"),
    path("programme/<int:edition>/edit/", programme.EditionEdit.as_view(), name="programme_edit"),
    path("programme/<int:edition>/publish/", programme.EditionPublish.as_view(), name="programme_publish"),
    path("programme/<int:edition>/abandon/", programme.EditionAbandon.as_view(), name="programme_abandon"),
    path("terms/open/", opening.TermOpen.as_view(), name="term_open"),
    path("terms/open/export.<export_kind:kind>", opening.export_opening, name="term_open_export"),
    path("terms/opened/", opening.TermOpened.as_view(), name="term_opened"),
    path("coverage/", core_visits.Coverage.as_view(), name="coverage"),
    path("coverage/export.<export_kind:kind>", core_visits.export_coverage, name="coverage_export"),
    path("coverage/weeks/", week_grid.CoverageWeeks.as_view(), name="coverage_weeks"),
    path("coverage/not-seen/", last_visit.CoverageNotSeen.as_view(), name="coverage_not_seen"),
    path(
        "coverage/not-seen/export.<export_kind:kind>",
        last_visit.export_not_seen,
        name="coverage_not_seen_export",
    ),
    path("coverage/load/", workload.CoverageLoad.as_view(), name="coverage_load"),
    path("coverage/load/export.<export_kind:kind>", workload.export_load, name="coverage_load_export"),
    path("coverage/list/", core_visits.CoverageList.as_view(), name="coverage_list"),
    path("coverage/list/export.<export_kind:kind>", core_visits.export_coverage_list, name="coverage_list_export"),
    path("deadlines/", deadlines_board.DueBoard.as_view(), name="due"),
    path("deadlines/export.<export_kind:kind>", deadlines_board.export_due, name="due_export"),
    path("my-term/", my_term.MyTerm.as_view(), name="my_term"),
    path("my-term/calendar.ics", my_term.term_calendar, name="my_term_calendar"),
    path("my-term/export.<export_kind:kind>", my_term.export_my_term, name="my_term_export"),
    *contact_notes.paths(),
    *letters.paths(),
    *interests.paths(),
    path("<int:urn>/", school_overview.SchoolOverview.as_view(), name="school"),
    path("<int:urn>/watch/", watchlist.watch_school, name="watch"),
    path("<int:urn>/stop-watching/", watchlist.stop_watching_school, name="stop_watching"),
    path("<int:urn>/visits/", school_visits.SchoolVisits.as_view(), name="visits"),
    path("<int:urn>/visits/export.<export_kind:kind>", school_visits.export_visits, name="visits_export"),
    path("<int:urn>/visits/plan/", visits.VisitPlan.as_view(), name="visit_plan"),
    path("<int:urn>/visits/commission/", visits.ReviewCommission.as_view(), name="review_commission"),
    path("<int:urn>/visits/performance-management/", visits.PerformanceRecord.as_view(), name="performance_record"),
    path("<int:urn>/visits/<int:visit>/", visits.VisitDetail.as_view(), name="visit"),
    path("<int:urn>/visits/<int:visit>/calendar.ics", visits.visit_calendar, name="visit_calendar"),
    path("<int:urn>/visits/<int:visit>/propose/", visits.VisitPropose.as_view(), name="visit_propose"),
    path("<int:urn>/visits/<int:visit>/agree/", visits.agree_visit, name="visit_agree"),
    path(
        "<int:urn>/visits/<int:visit>/note-agreement/", visits.VisitNoteAgreement.as_view(), name="visit_note_agreement"
    ),
    path("<int:urn>/visits/<int:visit>/another-date/", visits.VisitAnotherDate.as_view(), name="visit_another_date"),
    path("<int:urn>/visits/<int:visit>/reschedule/", visits.VisitReschedule.as_view(), name="visit_reschedule"),
    path("<int:urn>/visits/<int:visit>/cancel/", visits.VisitCancel.as_view(), name="visit_cancel"),
    path("<int:urn>/visits/<int:visit>/change/", visits.VisitChange.as_view(), name="visit_change"),
    path("<int:urn>/visits/<int:visit>/held/", visits.PerformanceHold.as_view(), name="performance_hold"),
    path("<int:urn>/visits/<int:visit>/take-back/", visits.PerformanceVoid.as_view(), name="performance_void"),
    path("<int:urn>/visits/<int:visit>/agenda/add/", visits.AgendaAdd.as_view(), name="agenda_add"),
    path("<int:urn>/visits/<int:visit>/agenda/<int:item>/take-away/", visits.take_from_agenda, name="agenda_take_away"),
    path("<int:urn>/people/", people.SchoolPeople.as_view(), name="people"),
    path("<int:urn>/people/export.<export_kind:kind>", people.export_people, name="people_export"),
    path("<int:urn>/people/contacts/export.<export_kind:kind>", people.export_contacts, name="contacts_export"),
    path("<int:urn>/people/<int:appointment>/end/", people.AppointmentEnd.as_view(), name="appointment_end"),
    *contacts.paths(),
    path("<int:urn>/days/", school_days.SchoolDays.as_view(), name="days"),
    path("<int:urn>/days/export.<export_kind:kind>", school_days.export_days, name="days_export"),
    path("<int:urn>/entitlement/", entitlement.EntitlementSet.as_view(), name="entitlement"),
    path("<int:urn>/entitlement/<int:year>/", entitlement.EntitlementSet.as_view(), name="entitlement_year"),
    path("<int:urn>/chronology/", chronology.SchoolChronology.as_view(), name="chronology"),
    path(
        "<int:urn>/chronology/export.<export_kind:kind>",
        chronology.export_chronology,
        name="chronology_export",
    ),
    path("<int:urn>/history/", history.SchoolHistory.as_view(), name="history"),
    path("<int:urn>/history/export.<export_kind:kind>", history.export_history, name="history_export"),
    path("<int:urn>/visits/write/", writing.RecordWrite.as_view(), name="record_write"),
    path("<int:urn>/visits/<int:visit>/write/", writing.RecordWrite.as_view(), name="visit_write"),
    path(f"{RECORD}", reading.RecordDetail.as_view(), name="record"),
    path(f"{RECORD}edit/", writing.RecordEdit.as_view(), name="record_edit"),
    path(f"{RECORD}submit/", writing.submit_record, name="record_submit"),
    path(f"{RECORD}preview/", writing.RecordPreview.as_view(), name="record_preview"),
    path(f"{RECORD}recall/", writing.recall_record, name="record_recall"),
    path(f"{RECORD}abandon/", writing.RecordAbandon.as_view(), name="record_abandon"),
    path(f"{RECORD}return/", assurance.RecordReturn.as_view(), name="record_return"),
    path(
        f"{RECORD}approve/",
        assurance.RecordApprove.as_view(),
        name="record_approve",
    ),
    path(f"{RECORD}respond/", reading.RecordRespond.as_view(), name="record_respond"),
    path(f"{RECORD}pdf/", attachments.record_pdf, name="record_pdf"),
    path(
        f"{RECORD}documents/<int:document>/",
        attachments.record_document,
        name="record_document",
    ),
    path(
        f"{RECORD}attachments/add/",
        attachments.AttachmentAdd.as_view(),
        name="attachment_add",
    ),
    path(
        f"{RECORD}attachments/<int:attachment>/",
        attachments.attachment,
        name="attachment",
    ),
    path(
        f"{RECORD}attachments/<int:attachment>/remove/",
        attachments.attachment_remove,
        name="attachment_remove",
    ),
    # What follows from a shared record.
    path("<int:urn>/actions/", agreed_actions.SchoolActions.as_view(), name="actions"),
    path("<int:urn>/actions/export.<export_kind:kind>", agreed_actions.export_actions, name="actions_export"),
    path("<int:urn>/actions/<int:action>/", agreed_actions.ActionUpdate.as_view(), name="action"),
    *governors.paths(),
    *inspections.paths(),
    path(
        f"{RECORD}versions/<int:version>/",
        presenting.VersionDetail.as_view(),
        name="record_version",
    ),
    path(
        f"{RECORD}present/",
        presenting.RecordPresent.as_view(),
        name="record_present",
    ),
    path(
        f"{RECORD}undo-presentation/",
        presenting.RecordUndoPresentation.as_view(),
        name="record_undo_presentation",
    ),
    path(f"{RECORD}close/", presenting.RecordClose.as_view(), name="record_close"),
    path(
        f"{RECORD}close-unpresented/",
        presenting.RecordCloseUnpresented.as_view(),
        name="record_close_unpresented",
    ),
    path(
        f"{RECORD}correct/",
        corrections.RecordCorrect.as_view(),
        name="record_correct",
    ),
    path(
        f"{RECORD}correction/",
        corrections.CorrectionDetail.as_view(),
        name="record_correction",
    ),
    path(
        f"{RECORD}correction/issue/",
        corrections.CorrectionIssue.as_view(),
        name="correction_issue",
    ),
    path(
        f"{RECORD}correction/return/",
        corrections.CorrectionReturn.as_view(),
        name="correction_return",
    ),
    path(
        f"{RECORD}correction/withdraw/",
        corrections.CorrectionWithdraw.as_view(),
        name="correction_withdraw",
    ),
    path(
        f"{RECORD}strengths/<int:strength>/consent/",
        presenting.consent_to_strength,
        name="strength_consent",
    ),
    path(
        f"{RECORD}strengths/<int:strength>/decline/",
        presenting.decline_strength,
        name="strength_decline",
    ),
]
