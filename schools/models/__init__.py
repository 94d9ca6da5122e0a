from .appointment import Appointment
from .attachment import RecordAttachment, RecordDocument
from .authority import LocalAuthority
from .calendar import SchoolClosure, SchoolTerm
from .comment import AssuranceComment
from .contact import SchoolContact
from .contact_note import ContactNote
from .correction import Correction
from .diocese import Diocese
from .district import District, DoubleDistrict
from .entitlement import Entitlement
from .establishment_type import EstablishmentType
from .following import RecordAction, Strength
from .importing import ImportFile, ImportKind, ImportRejection, ImportRun
from .invitation import ServiceInvitation
from .link import SchoolLink
from .meeting import GovernorsMeeting
from .opening import TermOpening
from .partnership import Partnership
from .person import Person
from .programme import ProgrammeEdition
from .record import RecordOfVisit
from .response import RecordVersion, Response, Silence
from .school import School
from .visit import AgendaItem, Visit
from .watch import Watch

__all__ = [
    "AgendaItem",
    "Appointment",
    "AssuranceComment",
    "ContactNote",
    "Correction",
    "Diocese",
    "District",
    "DoubleDistrict",
    "Entitlement",
    "EstablishmentType",
    "GovernorsMeeting",
    "ImportFile",
    "ImportKind",
    "ImportRejection",
    "ImportRun",
    "LocalAuthority",
    "Partnership",
    "Person",
    "ProgrammeEdition",
    "RecordAction",
    "RecordAttachment",
    "RecordDocument",
    "RecordOfVisit",
    "RecordVersion",
    "Response",
    "School",
    "SchoolClosure",
    "SchoolContact",
    "SchoolLink",
    "SchoolTerm",
    "ServiceInvitation",
    "Silence",
    "Strength",
    "TermOpening",
    "Visit",
    "Watch",
]
