from .appointment import Appointment
from .authority import LocalAuthority
from .calendar import SchoolClosure, SchoolTerm
from .diocese import Diocese
from .district import District, DoubleDistrict
from .invitation import ServiceInvitation
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
    "LocalAuthority",
    "Partnership",
    "Person",
    "RecordOfVisit",
    "RecordVersion",
    "Response",
    "School",
    "SchoolClosure",
    "SchoolTerm",
    "ServiceInvitation",
    "Visit",
]
