"""A record with everything in it that a record can hold, brought to be shared by the verbs themselves."""

from datetime import date
from typing import Any

from schools.models import RecordOfVisit
from schools.records import actions as record_actions
from schools.records.content import ActionLine, CarriedLine, Content, GradeLine, StrengthLine
from tests.factories.county import TUESDAY, County
from tests.factories.visits import AgendaItemFactory, ProgrammeEditionFactory, RecordActionFactory

KINDS_OF_TEXT = (
    "Ünïcödé – “quotes” & <b>no markup</b>",
    "W" * 400,
    "שלום עולם, مرحبا بالعالم",
    "A line 🎉 with a picture",
    "Pasted\tfrom\x0belsewhere\x0cwith\x1bwhat is not seen\u2028and a line",
    "{{ no template }} {% nor a tag %}",
)


def written_record(county: County, **texts: Any) -> RecordOfVisit:
    """A draft with an agenda, grades, strengths, actions and an earlier action; `texts` replace its own."""
    earlier = county.record(held_on=date(2026, 10, 6))
    action = RecordActionFactory.create(record=earlier, school=county.school, what="Moderate writing in year 4")
    record = county.start(county.sip, kind="additional")
    record.visit.edition = ProgrammeEditionFactory.create()
    record.visit.save()
    AgendaItemFactory.create(visit=record.visit, heading="The new reading scheme")
    agenda = record.visit.agenda()
    content = Content(
        findings={line.key: f"Found on {line.heading}." for line in agenda},
        grades=(
            GradeLine("Achievement", "Strong standard", "Expected standard"),
            GradeLine("Teaching", "Exceptional", ""),
        ),
        strengths=(StrengthLine("s1", "Reading in the early years", "Reading and writing"),),
        actions=(
            ActionLine("a1", "Observe year 6 mathematics", "school", "The deputy headteacher", date(2026, 12, 1)),
            ActionLine("a2", "Find a school to visit", "authority", "The SIP", date(2027, 1, 29)),
        ),
        carried=(CarriedLine(action.pk, "open", "Begun in year 3."),),
    )
    record_actions.revise(record, by=county.sip, seen_version=record.version, content=content, **texts)
    return record


def shared_record(county: County, draft: RecordOfVisit | None = None, **texts: Any) -> RecordOfVisit:
    record = draft or written_record(county, **texts)
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    return record
