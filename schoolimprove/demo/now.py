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
from schools.visits.models.visit import VisitKind

from . import places
from .arranging import Arrangement
from .days import Days
from .texts import Written, comment_of_chair, comment_of_head, comments_on_return, written
from .visits import Answer, Correcting, Course
from .words import words

EARLIEST = 20
"""School days ago on which the earliest of these visits was held."""
PRIORY, PELLOWDENE = "Priory Lane Primary School", "Pellowdene Primary School"
ST_AIDAN, OUR_LADY = "St Aidan’s Church of England Primary School", "Our Lady of the Fens Catholic Primary School"
HIGH, COMMUNITY = "Aldermarch High School", "Bramblecote Community School"
CORVINGHAM, LARCHES = "Corvingham Church of England Primary School", "The Larches School"
NURSERY, CASTLE_MEAD = "Aldermarch Nursery School", "Castle Mead Academy"
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
        yield from self._given_up()
        yield from self._corrections()
        yield self._review()

    def _being_written(self) -> Iterator[Course]:
        """One begun yesterday, one late, one sent back; and those of the others who write."""
        yield self._draft(PRIORY, 1, begun=True, kind=VisitKind.ADDITIONAL)
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
        yield self._shared(places.LISTED, 19, self._schools(14), file="Reading corner.png")
        yield self._shared(places.HEAD_HERE, 14, self._officers(4))
        yield self._shared(places.WITHOUT_CHAIR, 17, self._officers(5))

    def _answered(self) -> Iterator[Course]:
        """By the head alone, and seen by the governors; and by both, of whom one names an error of fact."""
        seen = self._schools(5), self._schools(2)
        yield self._shared(PRIORY, 15, self._schools(9), head=self._head(4), presented=seen)
        corrected = self._head(8, on_accuracy=words()["inaccuracies"][0])
        yield self._shared(
            OUR_LADY,
            EARLIEST,
            self._schools(14),
            text=self._text(OUR_LADY, self._schools(EARLIEST), core=True, secure_share=1.0),
            head=corrected,
            chair=self._chair(7),
            correction=Correcting(
                self._schools(6), *_why("not_accurate_any_more"), takes_out=True, issued_on=self._schools(4)
            ),
            chair_again=self._chair(2, version=2, on_content=words()["heads_after_correction"]),
        )

    def _given_up(self) -> Iterator[Course]:
        """One taken back before it was approved, and one that was begun by mistake."""
        yield self._course(
            CASTLE_MEAD,
            6,
            submitted_on=self._officers(4),
            recalled_on=self._officers(2),
            kind=VisitKind.ADDITIONAL,
        )
        yield self._course(NURSERY, 8, abandoned_on=self._officers(3), kind=VisitKind.FAMILIARISATION)

    def _corrections(self) -> Iterator[Course]:
        """One that waits for the line manager, one that came back to the author, one that was withdrawn."""
        waits = Correcting(self._officers(2), *_why("correction_waits"))
        yield self._shared(PELLOWDENE, 18, self._schools(12), kind=VisitKind.MONITORING, correction=waits)
        back = Correcting(self._officers(4), *_why("correction_waits"), returned_on=self._officers(2))
        yield self._shared(ST_AIDAN, 16, self._schools(11), kind=VisitKind.ADDITIONAL, correction=back)
        gone = Correcting(self._officers(5), *_why("correction_waits"), withdrawn_on=self._officers(3))
        yield self._shared(NURSERY, 17, self._schools(12), kind=VisitKind.MONITORING, correction=gone)

    def _review(self) -> Course:
        """An LA review that the DSIM commissioned, led by the SIP and shared like any record."""
        said = words()["review"]
        commissioned = Arrangement(
            self._days.working_days_before(self._schools(14), 9),
            self._schools(14),
            self._days.working_days_before(self._schools(14), 6),
            kind=VisitKind.LA_REVIEW,
            purpose=said["purpose"],
            team=said["team"],
        )
        return self._shared(
            CORVINGHAM, 14, self._officers(5), kind=VisitKind.LA_REVIEW, days=Decimal("2.0"), arrangement=commissioned
        )

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

    def _text(self, school: str, held_on: date, *, core: bool, secure_share: float = 0.6) -> Written:
        term = self._days.term_of(held_on).name
        return written(self._luck, self._phases[school], term, core=core, secure_share=secure_share)

    def _head(self, days_ago: int, on_accuracy: str = "") -> Answer:
        return Answer(self._schools(days_ago), on_accuracy, comment_of_head(self._luck))

    def _chair(self, days_ago: int, *, version: int = 1, on_content: str = "") -> Answer:
        said = on_content or comment_of_chair(self._luck)
        return Answer(self._schools(days_ago), on_content=said, version=version)


def _without_findings(course: Course) -> Course:
    return replace(course, text=replace(course.text, findings="", judgements="", strengths=(), actions=()))


def _why(of: str) -> tuple[str, str]:
    """The reason of a correction, and the sentence that puts it right."""
    reason, evidence = words()[of]
    return reason, evidence
