"""The states of what schools keeps, and the legal moves: one literal table for each kind of thing."""

from .following import ACTION, STRENGTH, ActionStatus, StrengthStatus
from .importing import IMPORT_RUN, ImportStatus
from .programme import PROGRAMME_EDITION, EditionStatus
from .record import CORRECTION, RECORD_OF_VISIT, SHARED_STATES, CorrectionStatus, RecordStatus
from .visit import NOT_HELD, VISIT, VisitStatus

__all__ = [
    "ACTION",
    "CORRECTION",
    "IMPORT_RUN",
    "NOT_HELD",
    "PROGRAMME_EDITION",
    "RECORD_OF_VISIT",
    "SHARED_STATES",
    "STRENGTH",
    "VISIT",
    "ActionStatus",
    "CorrectionStatus",
    "EditionStatus",
    "ImportStatus",
    "RecordStatus",
    "StrengthStatus",
    "VisitStatus",
]
