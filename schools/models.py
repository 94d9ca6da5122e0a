"""The models of all packages, for Django and for the rest of the code."""

from schools.groups.models import Group, Membership
from schools.imports.models import ImportFile, ImportKind, ImportRejection, ImportRun
from schools.inspections.models import FrameworkEdition, Inspection
from schools.letters.models import Letter, LetterDelivery, LetterDocument, LetterTemplate
from schools.meetings.models import Attendance, Meeting, MeetingItem, Minutes
from schools.records.models.action import RecordAction
from schools.records.models.attachment import RecordAttachment, RecordDocument
from schools.records.models.comment import AssuranceComment
from schools.records.models.correction import Correction
from schools.records.models.meeting import GovernorsMeeting
from schools.records.models.record import RecordOfVisit
from schools.records.models.response import Response, Silence
from schools.records.models.strength import Strength
from schools.records.models.version import RecordVersion
from schools.referrals.models import Referral
from schools.register.models.appointment import Appointment
from schools.register.models.contact import SchoolContact
from schools.register.models.interest import Interest
from schools.register.models.link import SchoolLink
from schools.register.models.person import Person
from schools.register.models.places import (
    Diocese,
    District,
    DoubleDistrict,
    EstablishmentType,
    LocalAuthority,
    Partnership,
)
from schools.register.models.school import School
from schools.register.models.school_days import SchoolClosure, SchoolTerm
from schools.register.models.service_invitation import ServiceInvitation
from schools.register.models.standing import Standing
from schools.register.models.watch import Watch
from schools.visits.models.agenda_item import AgendaItem
from schools.visits.models.contact_note import ContactNote
from schools.visits.models.entitlement import Entitlement
from schools.visits.models.programme import ProgrammeEdition
from schools.visits.models.term_opening import TermOpening
from schools.visits.models.visit import Visit

__all__ = [
    "AgendaItem",
    "Appointment",
    "AssuranceComment",
    "Attendance",
    "ContactNote",
    "Correction",
    "Diocese",
    "District",
    "DoubleDistrict",
    "Entitlement",
    "EstablishmentType",
    "FrameworkEdition",
    "GovernorsMeeting",
    "Group",
    "ImportFile",
    "ImportKind",
    "ImportRejection",
    "ImportRun",
    "Inspection",
    "Interest",
    "Letter",
    "LetterDelivery",
    "LetterDocument",
    "LetterTemplate",
    "LocalAuthority",
    "Meeting",
    "MeetingItem",
    "Membership",
    "Minutes",
    "Partnership",
    "Person",
    "ProgrammeEdition",
    "RecordAction",
    "RecordAttachment",
    "RecordDocument",
    "RecordOfVisit",
    "RecordVersion",
    "Referral",
    "Response",
    "School",
    "SchoolClosure",
    "SchoolContact",
    "SchoolLink",
    "SchoolTerm",
    "ServiceInvitation",
    "Silence",
    "Standing",
    "Strength",
    "TermOpening",
    "Visit",
    "Watch",
]
