"""Every page there is, opened as somebody whose work it is, in full, in error and with nothing found.

axe finds nothing, nothing scrolls sideways on a telephone or at 400%, the Tab key reaches everything and shows it,
errors are told and led to, and nothing needs a script. The accessibility statement says what this measures: with
WRITE_ACCESSIBILITY, as `make accessibility` sets it, what was found is written down for it.

Each page is a test of its own, so that both cores share them. It is asked for in a transaction that is rolled back, and
shown in the browser as if its address had just answered so.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from schoolimprove.accounts.actions.person import sync_staff
from schoolimprove.accounts.models import Purpose, SecretLink, User
from schoolimprove.accounts.rights import appointments_of
from schoolimprove.accounts.roles import ROLE_LABELS, Role
from schoolimprove.demo import signins
from schoolimprove.guides.accessibility import MEASURED, Measured
from schoolimprove.guides.topics import TOPICS
from schoolimprove.lib import clock
from schools.models import ImportRun, RecordOfVisit, School, Visit
from schools.records import actions as record_actions
from schools.records import guards
from schools.records.states import CorrectionStatus, RecordStatus
from schools.visits.models.visit import VisitKind
from schools.visits.opening.actions import terms_to_choose
from schools.visits.states import VisitStatus
from tests.factories.accounts import TOTPDeviceFactory
from tests.factories.categorisation import CategoryMismatchFactory
from tests.factories.county import County
from tests.factories.groups import GroupFactory
from tests.factories.meetings import ReferralFactory
from tests.factories.schools import VisitFactory, appointed
from tests.functional import sending
from tests.functional.browser import AXE_TAGS, DESKTOP, PHONE, SMALLEST, rules_of_axe
from tests.functional.looking import Windows
from tests.functional.signing_in import signed_in
from tests.integration.demo import walk
from tests.integration.pages.samples import verb_sample
from tests.integration.pages.sampling import verbs

pytestmark = pytest.mark.browser
WHOSE = (Role.DSIM, Role.SIP, Role.HEADTEACHER, Role.CLERK, Role.HEAD_OF_SERVICE, Role.SYSTEM_ADMINISTRATOR)
NOBODY, HALF = "Nobody signed in", "Somebody who owes a code"
PARAMETERS = dict(walk.routes(get_resolver().url_patterns))
OF_THE_DOOR = {
    f"accounts:{name}"
    for name in (
        *("invitation", "password_reset", "sign_in", "password_forgotten"),
        *("password_forgotten_sent", "verify", "recovery", "second_factor"),
    )
}
# What answers with a file, a script or a move elsewhere, or is only posted.
NO_PAGES = {
    *("healthz", "readyz", "authority_css"),
    *(name for name in PARAMETERS if name.endswith("export") and not name.startswith("admin:")),
    "accounts:address_confirm",
    *(
        f"accounts:{name}"
        for name in ("address_withdraw", "draft_discard", "draft_save", "extend", "sign_out", "sign_out_elsewhere")
    ),
    *(
        "meetings:pdf",
        "schools:letter_pdf",
        "schools:record_pdf",
        "schools:record_document",
        "schools:attachment",
        "schools:attachment_remove",
    ),
    *("schools:agenda_take_away", "schools:visit_agree", "schools:record_recall", "schools:record_submit"),
    *("schools:strength_consent", "schools:strength_decline", "schools:visit_calendar"),
    "schools:my_term_calendar",
    *("schools:watch", "schools:stop_watching"),
    "calendar_feed:calendar",
    *(f"reminders:{name}" for name in ("read_all", "done", "termly_again", "send_again", "mail_seen")),
}
# Pages that nothing opens; the statement says how many they are.
NOT_OPENED: set[str] = set()
# Pages whose form may be sent empty and filled with anything.
NEVER_REFUSED = {"categorisation:recommendation_write", "meetings:attendance"}
OF_EACH_STATE = 4


@dataclass(frozen=True)
class Stop:
    """A page, its address, whose work it is, and the client of one of those users."""

    route: str
    address: str
    whose: str
    client: Client


@dataclass
class Found:
    """The faults found, and the routes whose pages have a form to send or to filter by."""

    pages: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    sideways: list[str] = field(default_factory=list)
    posting: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)
    nothing: set[str] = field(default_factory=set)
    axe: tuple[str, int] = ("", 0)

    def add(self, route: str, state: str, faults: Iterable[str]) -> None:
        self.faults += [f"{route}{state}: {fault}" for fault in faults]

    def take(self, other: "Found") -> None:
        """Add what was found on another page."""
        self.pages |= other.pages
        self.faults += other.faults
        self.sideways += other.sideways
        self.refused |= other.refused
        self.nothing |= other.nothing
        self.axe = other.axe


def every_route() -> set[str]:
    """Return every route except Django's admin: other tests check the admin pages that are ours."""
    return {name for name in PARAMETERS if not name.startswith("admin:")}


@pytest.fixture(scope="module")
def all_found(browser: Browser) -> Iterator[Found]:
    """The faults found on all pages, written to a file at the end if that is wanted."""
    found, tested_on = Found(), clock.today()
    yield found
    if os.environ.get("WRITE_ACCESSIBILITY"):
        write(measured(found, browser, tested_on))


@pytest.fixture(autouse=True)
def undone(demonstration: LiveServer) -> Iterator[None]:
    """Roll back every test, so that the demonstration stays as it is."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_every_page_is_visited_or_is_none() -> None:
    assert every_route() >= NO_PAGES | NOT_OPENED


@pytest.mark.parametrize("route", sorted(every_route() - NO_PAGES - NOT_OPENED))
def test_a_page_has_no_fault(route: str, all_found: Found, windows: Windows, demonstration: LiveServer) -> None:
    found = Found()
    for stop in stops_of(route):
        found.pages.setdefault(stop.route, stop.whose)
        look_at(stop, windows, demonstration, found)
    found.axe = rules_of_axe(windows.page)
    all_found.take(found)
    assert found.pages.keys() == {route}, "nobody opens it"
    assert (found.faults, found.sideways) == ([], [])
    assert found.posting - found.refused == NEVER_REFUSED & {route}
    assert found.lists == found.nothing


@pytest.mark.parametrize("status", ["checked", "applied", "undone"])
def test_an_import_in_the_admin_has_no_fault(status: str, windows: Windows, demonstration: LiveServer) -> None:
    """It opens the last import of each kind."""
    administrator = in_role(Role.SYSTEM_ADMINISTRATOR)
    sync_staff(administrator)
    client, runs = signed_in(administrator), ImportRun.objects.filter(status=status).order_by("pk")
    newest = {run.kind: run for run in runs}
    assert newest
    for run in newest.values():
        whole = sending.asked(client, run.get_absolute_url())
        assert whole.status == HTTPStatus.OK
        assert windows.faults_of(demonstration, whole) == [], run.kind
        assert not windows.scrolls_sideways(PHONE, SMALLEST), run.kind


def stops_of(route: str) -> Iterator[Stop]:
    """Yield the stops for a page: in one state, in each of its states, or as a user who has the page."""
    if route in OF_THE_DOOR:
        yield of_the_door(route)
    elif route == "help_topic":
        yield from (Stop(route, reverse(route, args=[topic.slug]), NOBODY, Client()) for topic in TOPICS)
    elif route == "home":
        yield from (stop(route, User.objects.get(email=email)) for email in signins.listed())
    elif route in EACH_STATUS:
        yield from of_each_status(route)
    elif route in ONE_STATE:
        yield ONE_STATE[route]()
    else:
        yield from list(of_somebody(route)) or of_a_sample(route)


def of_a_sample(route: str) -> Iterator[Stop]:
    """Yield the page of a form about something that the demonstration has not, as the tests of forms make it."""
    if route in verbs():
        sample = verb_sample(route, County())
        # A list leads there with the keys of its ticked rows; the form sends their versions too.
        ticked = [row.partition(".")[0] for row in sample.typed.get("rows", [])]
        rows = urlencode({"rows": ticked}, doseq=True)
        role = ROLE_LABELS[appointments_of(sample.user)[0].role]
        yield Stop(route, f"{sample.path}?{rows}" if rows else sample.path, role, signed_in(sample.user))


def of_the_door(route: str) -> Stop:
    """Return the page for people who have not signed in yet."""
    known = in_role(Role.FINANCE)
    if route in LINKS:
        user = User.objects.create_user("invited@invented.example", name="Wren Invited") if "inv" in route else known
        token = SecretLink.objects.issue(LINKS[route], user, email="another@invented.example")
        return Stop(route, reverse(route, args=[token]), NOBODY, Client())
    if route in HALF_WAY:
        return Stop(route, reverse(route), HALF, signed_in(known, verified=False))
    return Stop(route, reverse(route), NOBODY, Client())


def in_role(role: Role) -> User:
    """Return the user who signs in to the demonstration with this role."""
    return User.objects.get(email=signins.address(role))


def recovery_codes() -> Stop:
    dsim = in_role(Role.DSIM)
    TOTPDeviceFactory(user=dsim)
    return stop("accounts:recovery_codes", dsim)


def accepting_an_address() -> Stop:
    """The page behind the link that was sent to the new address, for its owner, who is signed in."""
    known = in_role(Role.FINANCE)
    token = SecretLink.objects.issue(Purpose.ADDRESS_CHANGE, known, email="another@invented.example")
    client = signed_in(known)
    client.get(reverse("accounts:address_confirm", args=[token]))
    return Stop("accounts:address_accept", reverse("accounts:address_accept"), signins.listed()[known.email], client)


def inviting_again() -> Stop:
    """Return the page of a user who has already signed in, so that no invitation can be sent again."""
    address = reverse("accounts:person_invite_again", args=[in_role(Role.FINANCE).pk])
    administrator = in_role(Role.SYSTEM_ADMINISTRATOR)
    whose = signins.listed()[administrator.email]
    return Stop("accounts:person_invite_again", address, whose, signed_in(administrator))


def made(route: str, factory: Any) -> Stop:
    """Return the page of something at a school of the demonstration that has none."""
    dsim = in_role(Role.DSIM)
    school = School.objects.visible_to(dsim).filter(district__isnull=False).order_by("urn")[0]
    return Stop(route, factory(school).get_absolute_url(), signins.listed()[dsim.email], signed_in(dsim))


def a_referral(school: School) -> Any:
    return ReferralFactory.create(school=school, group=GroupFactory.create(authority=None, district=school.district))


def term_opened() -> Stop:
    term = terms_to_choose(on=clock.today())[0]
    return stop("schools:term_opened", in_role(Role.DSIM), query=f"?term={term.key}")


def of_their_own() -> Any:
    """The records of the demonstration's SIP."""
    sip = in_role(Role.SIP)
    return RecordOfVisit.objects.visible_to(sip).filter(author=sip).order_by("pk")


def approving() -> Stop:
    dsim = in_role(Role.DSIM)
    submitted = of_their_own().filter(status=RecordStatus.SUBMITTED)
    record = next(each for each in submitted if each.is_approved_by(dsim))
    return stop("schools:record_approve", dsim, record, query=f"?seen_version={record.version}")


def closing() -> Stop:
    manager = User.objects.get(email=signins.COVERING)
    record = closable_but_for_governors(manager)[0]
    clerk = appointed(Role.CLERK, school=record.school)
    record_actions.present(record, by=clerk, on=clock.today(), held_on=clock.today(), seen_version=record.version)
    return stop("schools:record_close", manager, record)


def closing_unpresented() -> Stop:
    manager = User.objects.get(email=signins.COVERING)
    return stop("schools:record_close_unpresented", manager, closable_but_for_governors(manager)[0])


def earlier_version() -> Stop:
    return stop("schools:record_version", in_role(Role.SIP), of_their_own().filter(shared_version=2)[0], version=1)


def proposed() -> RecordOfVisit:
    """A record with a correction that waits for the line manager."""
    record: RecordOfVisit = of_their_own().filter(corrections__status=CorrectionStatus.PROPOSED)[0]
    return record


def issuing() -> Stop:
    record = proposed()
    version = record.corrections.get(status=CorrectionStatus.PROPOSED).version
    return stop("schools:correction_issue", in_role(Role.DSIM), record, query=f"?seen_version={version}")


def returning() -> Stop:
    return stop("schools:correction_return", in_role(Role.DSIM), proposed())


def performance_management(route: str) -> Stop:
    sip, school = in_role(Role.SIP), proposed().school
    agreed = {"held_on": None, "planned_on": clock.today(), "status": VisitStatus.AGREED}
    days = agreed if route == "schools:performance_hold" else {"held_on": clock.today()}
    return stop(route, sip, VisitFactory(kind=VisitKind.PERFORMANCE_MANAGEMENT, school=school, author=sip, **days))


def of_each_status(route: str) -> Iterator[Stop]:
    """The page of a record or of a visit in each state that one is in, for those who work with it."""
    of, statuses = EACH_STATUS[route]
    for role in OF_THEIRS:
        user = in_role(role)
        for status in statuses:
            known = of.objects.visible_to(user).filter(status=status).order_by("pk")
            if found := known.filter(author=user).last() or known.last():
                yield stop(route, user, found)


def closable_but_for_governors(manager: User) -> list[RecordOfVisit]:
    """Those the governors have not seen in their time, which is all that keeps them open."""
    on = clock.today()
    shared = RecordOfVisit.objects.visible_to(manager).filter(status=RecordStatus.SHARED).order_by("pk")
    late = [each for each in shared if not guards.blockers(each, "close unpresented", on=on)]
    return [each for each in late if each.is_approved_by(manager) and len(guards.blockers(each, "close", on=on)) == 1]


def stop(route: str, user: User, of: Any = None, query: str = "", **known: int) -> Stop:
    if of is not None:
        known |= {"urn": of.school.urn, "visit": of.pk}
    filled = {**known, "reference": getattr(of, "reference", "")}
    address = reverse(route, args=[filled[part] for part in PARAMETERS[route]])
    return Stop(route, f"{address}{query}", signins.listed()[user.email], signed_in(user))


def of_somebody(route: str) -> Iterator[Stop]:
    """Yield the page for people who have signed in, as the first of these roles that has it."""
    for role in WHOSE:
        user = in_role(role)
        if found := page_of(route, user, signed_in(user)):
            yield found
            return


def candidates(user: User) -> Iterator[walk.Values]:
    """What addresses are filled with: as in the walk, then by records in each state, their own before others'."""
    yield from walk.values(user)
    waiting = ImportRun.objects.filter(status="checked").first()
    for status in RecordStatus:
        records = RecordOfVisit.objects.visible_to(user).filter(status=status).select_related("visit__school")
        for record in sorted(records, key=lambda each: (each.author_id != user.pk, -each.pk))[:OF_EACH_STATE]:
            yield walk.values_of(record, waiting, user)


def page_of(name: str, user: User, client: Client) -> Stop | None:
    """The first address of the route that answers this person with a page."""
    tried: set[str] = set()
    for known in candidates(user) if PARAMETERS[name] else [{}]:
        address = reverse(name, args=[known[part] for part in PARAMETERS[name]])
        if address in tried:
            continue
        tried.add(address)
        response = client.get(address)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return None
        if response.status_code == HTTPStatus.OK and response.headers["Content-Type"].startswith("text/html"):
            return Stop(name, address, signins.listed()[user.email], client)
    return None


def look_at(stop: Stop, windows: Windows, site: LiveServer, found: Found) -> None:
    whole = sending.asked(stop.client, stop.address)
    assert whole.status == HTTPStatus.OK, stop.address
    found.add(stop.route, "", windows.faults_of(site, whole))
    found.sideways += [stop.route] * windows.scrolls_sideways(PHONE, SMALLEST)
    for form in sending.forms(windows.plain):
        refusal = sending.refusal(stop.client, stop.address, form)
        if form.method == "post":
            found.posting.add(stop.route)
        if refusal:
            found.refused.add(stop.route)
            found.add(stop.route, " in error", windows.faults_of_errors(site, refusal))
            found.sideways += [stop.route] * windows.scrolls_sideways(PHONE, SMALLEST)
        if form.filters:
            found.lists.add(stop.route)
            if answer := sending.nothing_found(stop.client, stop.address, form):
                found.nothing.add(stop.route)
                found.add(stop.route, " with nothing found", windows.faults_of_nothing(site, answer))
                found.sideways += [stop.route] * windows.scrolls_sideways(PHONE, SMALLEST)


LINKS = {
    "accounts:invitation": Purpose.INVITATION,
    "accounts:password_reset": Purpose.PASSWORD_RESET,
}
HALF_WAY = {f"accounts:{name}" for name in ("verify", "recovery", "second_factor")}
EACH_STATUS: dict[str, tuple[Any, Any]] = {
    "schools:record": (RecordOfVisit, RecordStatus),
    "schools:visit": (Visit, VisitStatus),
}
OF_THEIRS = (Role.SIP, Role.DSIM, Role.HEADTEACHER, Role.CLERK)
ONE_STATE: dict[str, Callable[[], Stop]] = {
    "accounts:address_accept": accepting_an_address,
    "accounts:recovery_codes": recovery_codes,
    "accounts:person_invite_again": inviting_again,
    "schools:term_opened": term_opened,
    "schools:record_approve": approving,
    "schools:record_close": closing,
    "schools:record_close_unpresented": closing_unpresented,
    "schools:record_version": earlier_version,
    "schools:correction_issue": issuing,
    "schools:correction_return": returning,
    "categorisation:mismatch": lambda: made(
        "categorisation:mismatch", lambda school: CategoryMismatchFactory.create(school=school)
    ),
    "referrals:referral": lambda: made("referrals:referral", a_referral),
    **{
        f"schools:performance_{name}": partial(performance_management, f"schools:performance_{name}")
        for name in ("hold", "void")
    },
}


def measured(found: Found, browser: Browser, tested_on: date) -> Measured:
    version, rules = found.axe
    return Measured(
        tested_on=tested_on,
        axe=version,
        browser=browser.version,
        tags=AXE_TAGS,
        rules=rules,
        width=DESKTOP,
        narrow=PHONE,
        smallest=SMALLEST,
        pages=found.pages,
        in_error=sorted(found.refused),
        nothing_found=sorted(found.nothing),
        not_opened=sorted(NOT_OPENED),
        others=sorted(NO_PAGES),
        findings=found.faults,
        sideways=found.sideways,
    )


def write(found: Measured) -> None:
    told = {**asdict(found), "tested_on": found.tested_on.isoformat(), "pages": dict(sorted(found.pages.items()))}
    MEASURED.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
