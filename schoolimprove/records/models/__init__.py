from .audit import AuditEvent
from .base import BaseRecord
from .draft import Draft
from .job import Job
from .reference import ReferenceCounter
from .sent_form import SentForm

__all__ = ["AuditEvent", "BaseRecord", "Draft", "Job", "ReferenceCounter", "SentForm"]
