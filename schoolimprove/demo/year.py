"""The ordinary course of the last twelve months: visits to every school that is served, most of them answered."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from schoolimprove.accounts.roles import Role
from schoolimprove.lib.clock import Term
from schools.visits.models.visit import VisitKind

from . import opening, places, staffing
from .arranging import Arrangement
from .days import Days
from .meetings import next_meeting
from .now import EARLIEST
from .places import Place
from .terms import terms_of
from .texts import comment_of_chair, comment_of_head, comments_on_return, inaccuracy, written
from .visits import Answer, Course

VISITED_IN_A_TERM = 0.05
"""Of the schools, in a term that was not opened yet; those whose head and chair always sign in are visited in each."""
HELD, BESIDES = 0.94, 0.06
"""Of the core visits of a term that was opened; and of other visits in it."""
PLANNED = 0.15
"""Of the visits held: those whose date was agreed beforehand."""
_LONGEST = timedelta(days=45)
"""More than a record takes from the visit to its approval."""
_OTHER_KINDS = (
    VisitKind.ADDITIONAL,
    VisitKind.MONITORING,
    VisitKind.FAMILIARISATION,
    VisitKind.REVIEW,
    VisitKind.SENIOR_APPOINTMENT,
    VisitKind.NEW_HEAD,
    VisitKind.NEW_TEACHER,
)


class OrdinaryYear:
    """`taken` are the schools whose core visit of a term is another's to tell."""

    def __init__(
        self, days: Days, luck: Random, visited: list[Place], taken: frozenset[tuple[str, Term]], seed: int
    ) -> None:
        self._days, self._luck, self._visited, self._taken, self._seed = days, luck, visited, taken, seed
        self._first = days.today - timedelta(days=365)
        self._last = min(days.school_days_ago(EARLIEST + 1), days.working_days_ago(EARLIEST + 1))
        self._health = {place.name: luck.uniform(0.35, 0.95) for place in visited}
        self._busy: set[tuple[str, date]] = set()
        self.coming: list[tuple[str, Arrangement]] = []
        """What is planned for the days to come; known once all courses are told."""

    def courses(self) -> Iterator[Course]:
        opened = self._days.opened()
        for term in self._days.terms():
            for place in self._visited:
                if term in opened:
                    yield from self._of_opened(place, term)
                elif self._luck.random() < VISITED_IN_A_TERM or place.name in staffing.ANSWERS:
                    yield from self._visit(place, term, core=self._luck.random() < 0.7)

    def _of_opened(self, place: Place, term: Term) -> Iterator[Course]:
        """Its core visit, held or still to come; and sometimes another."""
        left = place.name == opening.CANCELLED and term == self._days.last_begun()
        if (place.name, term) not in self._taken and not left and self._luck.random() < HELD:
            days = self._days.school_days_between(term.start, term.end)[3:-6]
            day = days[int(self._luck.random() * len(days))]
            if day > self._last and (to_come := [each for each in days if each > self._days.today]):
                self._plan(place, term, to_come)
            else:
                yield from self._visit(place, term, core=True)
        if self._luck.random() < BESIDES:
            yield from self._visit(place, term, core=False)

    def _plan(self, place: Place, term: Term, days: list[date]) -> None:
        """Of the visits to come some are agreed, some proposed, and some have no date yet."""
        luck, free = self._luck, [day for day in days if self._is_free(place, day)]
        if not free:
            return
        chance, day, ago = luck.random(), luck.choice(free), luck.randint(3, 14)
        self._busy.add((place.district, day))
        proposed = self._days.working_days_ago(ago)
        if chance < 0.75 and proposed > self._days.opened_on(term):
            agreed = self._days.working_days_after(proposed, 2) if chance < 0.45 else None
            self.coming.append((place.name, Arrangement(proposed, day, agreed)))

    def _visit(self, place: Place, term: Term, *, core: bool) -> Iterator[Course]:
        """On a day of the term on which the SIP of the district is free; none where there is no such day."""
        possible = self._days.school_days_between(max(self._first, term.start), min(self._last, term.end))
        free = [day for day in possible if self._is_free(place, day)]
        if free:
            day = self._luck.choice(free)
            self._busy.add((place.district, day))
            yield self._course(place, term, day, core=core)

    def _is_free(self, place: Place, day: date) -> bool:
        """Neither at another school, nor so near a change of hands that the record would be caught by it."""
        return (place.district, day) not in self._busy and not self._is_caught(place, day)

    def _is_caught(self, place: Place, day: date) -> bool:
        new_year = date(self._days.year, 1, 1)
        if place.name == places.CONVERTED:
            return day + _LONGEST >= new_year
        if place.name == places.CONVERTER:
            return day < new_year + timedelta(days=14)
        leaves = terms_of(self._days.year - 1)[0].end
        return place.district == staffing.LEAVER_DISTRICT and day <= leaves < day + _LONGEST

    def _course(self, place: Place, term: Term, held_on: date, *, core: bool) -> Course:
        after, chance, luck = self._days.working_days_after, self._luck.random, self._luck
        submitted = after(held_on, luck.randint(1, 5 if chance() < 0.9 else 8))
        came_back = after(submitted, luck.randint(1, 4)) if chance() < 0.15 else None
        again = after(came_back, luck.randint(1, 3)) if came_back else None
        approved = after(again or submitted, luck.randint(1, 4 if chance() < 0.9 else 7))
        return Course(
            school=place.name,
            held_on=held_on,
            text=written(luck, place.phase, term.name, core=core, secure_share=self._health[place.name]),
            started_on=after(held_on, 1),
            submitted_on=max(submitted, after(held_on, 1)),
            returned_on=came_back,
            return_reason=comments_on_return(luck),
            submitted_again_on=again,
            approved_on=approved,
            head=self._head(place, approved),
            chair=self._chair(place, approved),
            author=Role.DSIM if chance() < 0.08 else Role.SIP,
            kind=VisitKind.CORE if core else luck.choice(_OTHER_KINDS),
            days=Decimal("1.0") if core else luck.choice([Decimal("0.5"), Decimal("1.0"), Decimal("1.5")]),
            arrangement=self._arrangement(term, held_on) if core else None,
            file="Plan of the library.png" if chance() < 0.05 else "",
            presented=self._presented(place, approved) if core and chance() < 0.85 else None,
            decided_on=self._days.school_days_after(approved, luck.randint(3, 15))
            if chance() < 0.55 or place.name in staffing.ANSWERS
            else None,
            worked_on=self._days.school_days_after(approved, luck.randint(12, 30)) if chance() < 0.55 else None,
            luck=str(self._seed),
        )

    def _arrangement(self, term: Term, held_on: date) -> Arrangement | None:
        """Proposed some weeks before, where the term had been opened by then."""
        proposed = self._days.working_days_before(held_on, self._luck.randint(8, 20))
        if self._luck.random() > PLANNED or term not in self._days.opened() or proposed <= self._days.opened_on(term):
            return None
        return Arrangement(proposed, held_on, self._days.working_days_after(proposed, self._luck.randint(1, 4)))

    def _presented(self, place: Place, approved: date) -> tuple[date, date]:
        """At the governors' next meeting; the clerk says so some days later."""
        meeting = next_meeting(self._days, place.name, approved)
        return meeting, self._days.working_days_after(meeting, self._luck.randint(1, 5))

    def _head(self, place: Place, approved: date) -> Answer | None:
        """Nearly always an answer, and now and then one that corrects a fact."""
        luck = self._luck
        answer = Answer(
            on=self._days.school_days_after(approved, luck.randint(2, 10)),
            on_accuracy=inaccuracy(luck) if luck.random() < 0.15 else "",
            on_content=comment_of_head(luck),
        )
        return answer if luck.random() < 0.92 or place.name in staffing.ANSWERS else None

    def _chair(self, place: Place, approved: date) -> Answer | None:
        """Some chairs leave it to the head."""
        luck = self._luck
        answer = Answer(
            on=self._days.school_days_after(approved, luck.randint(3, 14)), on_content=comment_of_chair(luck)
        )
        return answer if luck.random() < 0.7 or place.name in staffing.ANSWERS else None
