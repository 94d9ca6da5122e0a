"""The head of service publishes a programme and opens the terms; and what is planned in them besides core visits."""

from decimal import Decimal

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.lib.clock import Term
from schools.models import School
from schools.register.models.school import Phase
from schools.visits import actions as visit_actions
from schools.visits.contact_notes.actions import note_contact
from schools.visits.entitlement.actions import set_entitlement
from schools.visits.models.visit import VisitKind
from schools.visits.opening.actions import open_term
from schools.visits.programme.actions import Wanted, abandon_edition, agenda_of, publish_edition, write_edition

from . import places, signins
from .arranging import Arrangement, arranged, fresh, head_of, owed_to, sip_of
from .days import Days
from .stories import Story
from .words import words

OUR_LADY = "Our Lady of the Fens Catholic Primary School"
MANAGED = (places.LISTED, "Priory Lane Primary School", "Pellowdene Primary School")
"""Schools whose head's performance management was held."""
MORE_DAYS = "Pellowdene Primary School"
CANCELLED = "Castle Mead Academy"


class Opening:
    def __init__(self, days: Days) -> None:
        self._days = days

    def stories(self) -> list[Story]:
        return [
            self._programme(self._days.last_begun()),
            *(self._open(term) for term in self._days.opened()),
            self._cancelled(),
            self._school_is_asked(),
            self._school_asks_for_another_date(),
            *(self._performance_management(name, 16 + 7 * n) for n, name in enumerate(MANAGED)),
            *(self._note(number, said) for number, said in enumerate(words()["notes"])),
            self._more_days(),
        ]

    def _programme(self, term: Term) -> Story:
        """One edition is written and published for secondary schools; another is given up."""
        yield self._days.working_days_before(self._days.opened_on(term), 3)
        by, said = _head_of_service(), words()["edition"]
        topics = agenda_of([Wanted(*each) for each in said["topics"]], closing="")
        common: dict[str, str] = {"phase": Phase.SECONDARY, "term": term.name.value}
        given_up = write_edition(by=by, title=said["abandoned"], topics=topics[:1], **common)
        edition = write_edition(by=by, title=said["title"], topics=topics, **common)
        yield self._days.working_days_before(self._days.opened_on(term), 2)
        why, today = said["abandoned_because"], clock.today()
        abandon_edition(given_up, by=by, on=today, reason=why, seen_version=given_up.version)
        publish_edition(edition, by=by, on=today, published_from=term.start, seen_version=edition.version)

    def _open(self, term: Term) -> Story:
        yield self._days.opened_on(term)
        open_term(term.year, term.name.value, by=_head_of_service(), on=clock.today())

    def _cancelled(self) -> Story:
        """A core visit that had a date; it is owed again and waits for another."""
        yield self._days.school_days_ago(18)
        if (visit := owed_to(CANCELLED, clock.today())) is None:
            return
        by, day = sip_of(visit.school), self._days.school_days_after(clock.today(), 8)
        visit_actions.propose(visit, by=by, on=clock.today(), seen_version=visit.version, day=day)
        yield self._days.school_days_ago(14)
        visit = fresh(visit)
        visit_actions.cancel(visit, by=by, on=clock.today(), seen_version=visit.version, reason=words()["cancelled"])

    def _school_is_asked(self) -> Story:
        """The listed school has put something on the agenda, and not agreed the date yet."""
        arrangement = Arrangement(
            self._days.working_days_ago(4), self._days.school_days_after(self._days.today, 9), kind=VisitKind.ADDITIONAL
        )
        visit = yield from arranged(places.LISTED, arrangement)
        yield self._days.working_days_ago(2)
        if visit is not None and (head := head_of(visit.school)):
            heading, detail = words()["items"]["additional"]
            visit_actions.add_to_agenda(fresh(visit), by=head, heading=heading, detail=detail)

    def _school_asks_for_another_date(self) -> Story:
        day = self._days.school_days_after(self._days.today, 6)
        visit = yield from arranged(
            OUR_LADY, Arrangement(self._days.working_days_ago(6), day, kind=VisitKind.MONITORING)
        )
        yield self._days.working_days_ago(1)
        if visit is not None and (head := head_of(visit.school)):
            heading, detail = words()["items"]["monitoring"]
            visit_actions.add_to_agenda(fresh(visit), by=head, heading=heading, detail=detail)
            visit_actions.ask_for_another_date(
                fresh(visit),
                by=head,
                on=clock.today(),
                seen_version=fresh(visit).version,
                suggested_on=self._days.school_days_after(day, 3),
                reason=words()["another_date"],
            )

    def _performance_management(self, name: str, ago: int) -> Story:
        yield self._days.working_days_ago(ago - 2)
        school = _school(name)
        visit_actions.record_performance_management(
            school,
            by=sip_of(school),
            on=clock.today(),
            held_on=self._days.school_day_by(self._days.working_days_ago(ago)),
            days=Decimal("0.5"),
            team="The chair and two governors",
        )

    def _note(self, number: int, said: dict[str, str]) -> Story:
        yield self._days.working_days_ago(3 + 4 * number)
        school = _school(said["school"])
        told = {name: said[name] for name in ("kind", "with_whom", "note")}
        note_contact(
            school, by=sip_of(school), on=clock.today(), happened_on=self._days.working_days_ago(4 + 4 * number), **told
        )

    def _more_days(self) -> Story:
        yield self._days.working_days_ago(9)
        set_entitlement(
            _school(MORE_DAYS),
            self._days.year,
            days=Decimal(8),
            reason=words()["entitled"],
            by=_head_of_service(),
            seen_version=0,
        )


def _school(name: str) -> School:
    return School.objects.select_related("district__double_district", "authority").get(name=name)


def _head_of_service() -> User:
    return User.objects.get(email=signins.address(Role.HEAD_OF_SERVICE))
