"""What is going on around today: for everybody who can be asked something, something is asked; some of it is late.

Visits are held on school days, officers act on working days and schools answer on school days, all counted back from
today, so that the same things are going on in the middle of a term and in the middle of a holiday.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

from schoolimprove.accounts.roles import Role
from schoolimprove.lib.clock import TermName
from schools.models.visit import VisitKind

from . import places
from .days import Days
from .terms import terms_of
from .texts import Written, comment_of_chair, comment_of_head, comments_on_return, inaccuracy, written
from .visits import Answer, Course

EARLIEST = 20
"""School days ago on which the earliest of these visits was held."""
PRIORY, PELLOWDENE = "Priory Lane Primary School", "Pellowdene Primary School"
ST_AIDAN, OUR_LADY = "St Aidan’s Church of England Primary School", "Our Lady of the Fens Catholic Primary School"
HIGH, COMMUNITY = "Aldermarch High School", "Bramblecote Community School"
CORVINGHAM, LARCHES = "Corvingham Church of England Primary School", "The Larches School"
TESSINGFORD, FENWARDINE, DUNFALLOW = "Tessingford Primary School", "Fenwardine Primary School", "Dunfallow School"


class Now:
    def __init__(self, days: Days, luck: Random) -> None:
        self._days, self._luck = days, luck
        self._phases = {place.name: place.phase for place in places.SCHOOLS}
        self._officers, self._schools = days.working_days_ago, days.school_days_ago

    def courses(self) -> Iterator[Course]:
        yield from self._being_written()
        yield from self._awaiting_approval()
        yield from self._awaiting_the_school()
        yield from self._answered()

    def _being_written(self) -> Iterator[Course]:
        """One begun yesterday, one late, one sent back; and those of the others who write."""
        yield self._draft(PRIORY, 1, begun=True)
        yield self._draft(PELLOWDENE, 10)
        yield self._draft(places.SIP_THERE, 2)
        yield self._draft(CORVINGHAM, 3, author=Role.DSIM, kind=VisitKind.MONITORING)
        yield self._draft(HIGH, 4, author=Role.HEAD_OF_SERVICE, kind=VisitKind.SENIOR_APPOINTMENT)
        yield self._course(ST_AIDAN, 9, submitted_on=self._officers(6), returned_on=self._officers(2))

    def _draft(self, school: str, held: int, *, begun: bool = False, **course: object) -> Course:
        """`begun`: the findings are still to be written, so that it cannot be submitted yet."""
        draft = self._course(school, held, **course)
        return _without_findings(draft) if begun else draft

    def _awaiting_approval(self) -> Iterator[Course]:
        """In time and late, for the DSIM, for the one who is covered, for the Head and for the Director."""
        yield self._course(HIGH, 7, submitted_on=self._officers(2))
        yield self._course(COMMUNITY, 13, submitted_on=self._officers(9))
        yield self._course(TESSINGFORD, 6, submitted_on=self._officers(3))
        yield self._course(FENWARDINE, 8, submitted_on=self._officers(7))
        yield self._course(PRIORY, 5, submitted_on=self._officers(2), author=Role.DSIM, kind=VisitKind.REVIEW)
        yield self._course(LARCHES, 12, submitted_on=self._officers(8), author=Role.DSIM, kind=VisitKind.MONITORING)
        yield self._course(
            DUNFALLOW, 8, submitted_on=self._officers(3), author=Role.HEAD_OF_SERVICE, kind=VisitKind.NEW_HEAD
        )

    def _awaiting_the_school(self) -> Iterator[Course]:
        """At the listed school one to answer in time and one late; one to the head who is also a SIP."""
        yield self._shared(places.LISTED, 11, self._officers(3), kind=VisitKind.ADDITIONAL)
        yield self._shared(places.LISTED, 19, self._schools(14))
        yield self._shared(places.HEAD_HERE, 14, self._officers(4))
        yield self._shared(places.WITHOUT_CHAIR, 17, self._officers(5))

    def _answered(self) -> Iterator[Course]:
        """By the head alone; and by both, of whom one corrects a fact."""
        yield self._shared(PRIORY, 15, self._schools(9), head=self._head(4))
        corrected = self._head(8, on_accuracy=inaccuracy(self._luck))
        yield self._shared(OUR_LADY, EARLIEST, self._schools(14), head=corrected, chair=self._chair(6))

    def _shared(self, school: str, held: int, approved_on: date, **course: object) -> Course:
        """Submitted on the school day after the visit."""
        return self._course(school, held, submitted_on=self._schools(held - 1), approved_on=approved_on, **course)

    def _course(self, school: str, held: int, **course: object) -> Course:
        """Of a visit held that many school days ago."""
        held_on = self._schools(held)
        kind = course.get("kind", VisitKind.CORE)
        core = kind == VisitKind.CORE
        given = {
            "school": school,
            "held_on": held_on,
            "text": self._text(school, held_on, core=core),
            "started_on": held_on,
            "return_reason": comments_on_return(self._luck),
            "days": Decimal("1.0") if core else Decimal("0.5"),
        }
        return Course(**(given | course))  # type: ignore[arg-type]

    def _text(self, school: str, held_on: date, *, core: bool) -> Written:
        return written(self._luck, self._phases[school], self._term(held_on), core=core, secure_share=0.6)

    def _term(self, day: date) -> TermName:
        terms = [term for year in self._days.years for term in terms_of(year)]
        return next(term.name for term in terms if day <= term.end)

    def _head(self, days_ago: int, on_accuracy: str = "") -> Answer:
        return Answer(self._schools(days_ago), on_accuracy, comment_of_head(self._luck))

    def _chair(self, days_ago: int) -> Answer:
        return Answer(self._schools(days_ago), on_content=comment_of_chair(self._luck))


def _without_findings(course: Course) -> Course:
    return replace(course, text=replace(course.text, findings="", judgements="", strengths=""))
