"""A shared record with something of everything that is followed, and what becomes of it."""

from datetime import date
from typing import Any

from schools.models import Correction, RecordOfVisit
from schools.records import actions as record_actions
from schools.records.content import ActionLine, Content, GradeLine, Owner, StrengthLine
from schools.records.corrections import actions as correction_actions
from schools.records.corrections.actions import propose_correction
from tests.factories.county import TUESDAY, County
from tests.factories.schools import TEXTS

CONTENT = Content(
    grades=(GradeLine("Curriculum and teaching", school="Strong standard", sip="Expected standard"),),
    strengths=(StrengthLine("s1", "Reading in the early years", "Reading and writing"),),
    actions=(
        ActionLine("x1", "Moderate writing in year 4", Owner.SCHOOL, "Deputy head", date(2026, 11, 30)),
        ActionLine("x2", "Find a partner school for mathematics", Owner.AUTHORITY, "The SIP", date(2027, 1, 29)),
    ),
)
CORRECTED = TEXTS | {"findings": "Pupils are taught well and remember most of what they learn."}


def shared(county: County, **other: Any) -> RecordOfVisit:
    """Written by the SIP, approved by the DSIM, on the county's Tuesday."""
    record = county.submitted(county.sip, **{"content": CONTENT, **other})
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    return record


def visit_facts(record: RecordOfVisit) -> dict[str, Any]:
    visit = record.visit
    return {"kind": visit.kind, "held_on": visit.held_on, "days": visit.days}


def propose(record: RecordOfVisit, **other: Any) -> Correction:
    """By its author, of the newest version, with one sentence put right."""
    usual: dict[str, Any] = {
        "by": record.author,
        "reason": "One sentence said too much.",
        "seen": record.shared_version,
        "texts": CORRECTED,
        "content": record.written,
        "visit": visit_facts(record),
    }
    return propose_correction(record, **{**usual, **other})


def issue(correction: Correction, county: County, *, on: date = TUESDAY) -> RecordOfVisit:
    correction_actions.issue(correction, by=county.dsim, on=on, seen_version=correction.version)
    return correction.record


def respond(record: RecordOfVisit, by: Any, *, version: int | None = None, on: date = TUESDAY, **other: Any) -> Any:
    said = {"accurate": True, "on_accuracy": "", "on_content": "We agree.", **other}
    return record_actions.respond(record, by=by, on=on, version=version or record.shared_version or 0, **said)
