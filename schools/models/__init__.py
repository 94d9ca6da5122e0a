from .appointment import Appointment
from .authority import LocalAuthority
from .calendar import SchoolClosure, SchoolTerm
from .contact import SchoolContact
from .diocese import Diocese
from .district import District, DoubleDistrict
from .establishment_type import EstablishmentType
from .importing import ImportFile, ImportKind, ImportRejection, ImportRun
from .invitation import ServiceInvitation
from .link import SchoolLink
from .partnership import Partnership
from .person import Person
from .record import RecordOfVisit
from .response import RecordVersion, Response
from .school import School
from .visit import Visit

__all__ = [
    "Appointment",
    "Diocese",
    "District",
    "DoubleDistrict",
    "EstablishmentType",
    "ImportFile",
    "ImportKind",
    "ImportRejection",
    "ImportRun",
    "LocalAuthority",
    "Partnership",
    "Person",
    "RecordOfVisit",
    "RecordVersion",
    "Response",
    "School",
    "SchoolClosure",
    "SchoolContact",
    "SchoolLink",
    "SchoolTerm",
    "ServiceInvitation",
    "Visit",
]
