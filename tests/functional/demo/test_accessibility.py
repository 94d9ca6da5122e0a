"""Every page there is, opened as somebody whose work it is, in full, in error and with nothing found.

axe finds nothing, nothing scrolls sideways on a telephone or at 400%, the Tab key reaches everything and shows it,
errors are told and led to, and nothing needs a script. The accessibility statement says what this measures: with
WRITE_ACCESSIBILITY, as `make accessibility` sets it, what was found is written down for it.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from http import HTTPStatus
from itertools import groupby
from operator import attrgetter
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from playwright.sync_api import Browser, Page

from schoolimprove.accounts.models import Purpose, SecretLink, User
from schoolimprove.accounts.roles import Role
from schoolimprove.demo import signins
from schoolimprove.guides.accessibility import MEASURED, Measured
from schoolimprove.guides.topics import TOPICS
from schoolimprove.lib import clock
from schools.models import ImportRun, RecordOfVisit, Visit
from schools.models.visit import VisitKind
from schools.opening import terms_to_choose
from schools.states import CorrectionStatus, RecordStatus, VisitStatus
from tests.factories.accounts import TOTPDeviceFactory
from tests.factories.schools import VisitFactory, appointed
from tests.functional.browser import AXE_TAGS, DESKTOP, PHONE, SMALLEST, axe, opened, rules_of_axe, scrolls_sideways
from tests.functional.demo import looking, sending
from tests.functional.demo.opening import demonstration  # noqa: F401 (a fixture)
from tests.functional.signing_in import be_signed_in, client_in
from tests.integration.demo import walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
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
    *("schools:record_pdf", "schools:record_document", "schools:attachment", "schools:attachment_remove"),
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
NEVER_REFUSED: set[str] = set()
OF_EACH_STATE = 4


@dataclass(frozen=True)
class Stop:
    """A page, the address it is opened by, and whose work it is."""

    route: str
    address: str
    whose: str
    email: str = ""
    first: str = ""
    """An address to open before."""


WINDOW = attrgetter("whose", "email")


@pytest.fixture
def tested_on() -> date:
    """The real day, before the demonstration's is set."""
    return clock.today()


def test_every_page_has_no_fault(tested_on: date, browser: Browser, demonstration: Any) -> None:  # noqa: F811
    stops = all_stops()
    pages = {stop.route: stop.whose for stop in stops}
    assert every_route() - pages.keys() == NO_PAGES | NOT_OPENED
    found = looked_at(browser, demonstration, stops)
    if os.environ.get("WRITE_ACCESSIBILITY"):
        write(replace(measured(found, browser, tested_on), pages=pages))
    assert (found.faults, found.sideways) == ([], [])
    assert found.posting - found.refused == NEVER_REFUSED
    assert found.lists == found.nothing


def all_stops() -> list[Stop]:
    stops = [*of_the_door(), *of_states(), *of_each_status()]
    stops += [Stop("help_topic", reverse("help_topic", args=[topic.slug]), NOBODY) for topic in TOPICS]
    return [*stops, *of_roles(every_route() - NO_PAGES - {each.route for each in stops})]


def every_route() -> set[str]:
    """But for Django's own administration: of that, tests of their own look at the pages that are ours."""
    return {name for name in PARAMETERS if not name.startswith("admin:")}


def of_the_door() -> Iterator[Stop]:
    """What is for people who are not in yet."""
    invited = User.objects.create_user("invited@invented.example", name="Wren Invited")
    known = User.objects.get(email=signins.address(Role.FINANCE))
    for name, purpose, user in (
        ("invitation", Purpose.INVITATION, invited),
        ("password_reset", Purpose.PASSWORD_RESET, known),
    ):
        token = SecretLink.objects.issue(purpose, user, email="another@invented.example")
        yield Stop(f"accounts:{name}", reverse(f"accounts:{name}", args=[token]), NOBODY)
    token = SecretLink.objects.issue(Purpose.ADDRESS_CHANGE, known, email="another@invented.example")
    link, accept = reverse("accounts:address_confirm", args=[token]), reverse("accounts:address_accept")
    yield Stop("accounts:address_accept", accept, signins.listed()[known.email], known.email, first=link)
    for name in ("sign_in", "password_forgotten", "password_forgotten_sent"):
        yield Stop(f"accounts:{name}", reverse(f"accounts:{name}"), NOBODY)
    for name in ("verify", "recovery", "second_factor"):
        yield Stop(f"accounts:{name}", reverse(f"accounts:{name}"), HALF, known.email)


def of_states() -> Iterator[Stop]:
    """What is there in one state only, for those who work with it."""
    sip, dsim = (User.objects.get(email=signins.address(role)) for role in (Role.SIP, Role.DSIM))
    TOTPDeviceFactory(user=dsim)
    yield stop("accounts:recovery_codes", dsim)
    term = terms_to_choose(on=clock.today())[0]
    yield stop("schools:term_opened", dsim, query=f"?term={term.key}")
    records = RecordOfVisit.objects.visible_to(sip).filter(author=sip).order_by("pk")
    submitted = next(each for each in records.filter(status=RecordStatus.SUBMITTED) if each.is_approved_by(dsim))
    yield stop("schools:record_approve", dsim, submitted, query=f"?seen_version={submitted.version}")
    manager = User.objects.get(email=signins.COVERING)
    unseen, presented = closable_but_for_governors(manager)[:2]
    yield stop("schools:record_close_unpresented", manager, unseen)
    clerk = appointed(Role.CLERK, school=presented.school)
    presented.present(by=clerk, on=clock.today(), held_on=clock.today(), seen_version=presented.version)
    yield stop("schools:record_close", manager, presented)
    yield stop("schools:record_version", sip, records.filter(shared_version=2)[0], version=1)
    proposed = records.filter(corrections__status=CorrectionStatus.PROPOSED)[0]
    version = proposed.corrections.get(status=CorrectionStatus.PROPOSED).version
    yield stop("schools:correction_issue", dsim, proposed, query=f"?seen_version={version}")
    yield stop("schools:correction_return", dsim, proposed)
    performance = {"kind": VisitKind.PERFORMANCE_MANAGEMENT, "school": proposed.school, "author": sip}
    planned = VisitFactory(**performance, held_on=None, planned_on=clock.today(), status=VisitStatus.AGREED)
    yield stop("schools:performance_hold", sip, planned)
    yield stop("schools:performance_void", sip, VisitFactory(**performance, held_on=clock.today()))


def of_each_status() -> Iterator[Stop]:
    """The page of a record and that of a visit in each state that one is in, for their author where there is one."""
    sip = User.objects.get(email=signins.address(Role.SIP))
    for of, route, statuses in (
        (RecordOfVisit, "schools:record", RecordStatus),
        (Visit, "schools:visit", VisitStatus),
    ):
        for status in statuses:
            known = of.objects.visible_to(sip).filter(status=status).order_by("pk")
            if found := known.filter(author=sip).last() or known.last():
                yield stop(route, sip, found)


def closable_but_for_governors(manager: User) -> list[RecordOfVisit]:
    """Those the governors have not seen in their time, which is all that keeps them open."""
    on = clock.today()
    shared = RecordOfVisit.objects.visible_to(manager).filter(status=RecordStatus.SHARED).order_by("pk")
    late = [each for each in shared if not each.blockers_to("close unpresented", on=on)]
    return [each for each in late if each.is_approved_by(manager) and len(each.blockers_to("close", on=on)) == 1]


def stop(route: str, user: User, of: Any = None, query: str = "", **known: int) -> Stop:
    if of is not None:
        known |= {"urn": of.school.urn, "visit": of.pk}
    filled = {**known, "reference": getattr(of, "reference", "")}
    address = reverse(route, args=[filled[part] for part in PARAMETERS[route]])
    return Stop(route, f"{address}{query}", signins.listed()[user.email], user.email)


def of_roles(wanted: set[str]) -> Iterator[Stop]:
    """What is for people who are in, each as the first of these roles whose page it is."""
    for role in WHOSE:
        user = User.objects.get(email=signins.address(role))
        client, known = walk.client_of(user), list(candidates(user))
        shown = [stop for name in sorted(wanted) if (stop := page_of(name, user, client, known))]
        wanted -= {stop.route for stop in shown}
        yield from shown


def candidates(user: User) -> Iterator[walk.Values]:
    """What addresses are filled with: as in the walk, then by records in each state, their own before others'."""
    yield from walk.values(user)
    waiting = ImportRun.objects.filter(status="checked").first()
    for status in RecordStatus:
        records = RecordOfVisit.objects.visible_to(user).filter(status=status).select_related("visit__school")
        for record in sorted(records, key=lambda each: (each.author_id != user.pk, -each.pk))[:OF_EACH_STATE]:
            yield walk.values_of(record, waiting, user)


def page_of(name: str, user: User, client: Client, known: list[walk.Values]) -> Stop | None:
    """The first address of the route that answers this person with a page."""
    wanted = [[each[part] for part in PARAMETERS[name]] for each in known]
    for address in dict.fromkeys(reverse(name, args=each) for each in wanted):
        response = client.get(address)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return None
        if response.status_code == HTTPStatus.OK and response.headers["Content-Type"].startswith("text/html"):
            return Stop(name, address, signins.listed()[user.email], user.email)
    return None


@dataclass
class Found:
    """What was found, and on the pages of which routes there was something to send or to filter."""

    faults: list[str] = field(default_factory=list)
    sideways: list[str] = field(default_factory=list)
    posting: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)
    nothing: set[str] = field(default_factory=set)
    axe: tuple[str, int] = ("", 0)

    def add(self, route: str, state: str, faults: Iterable[str]) -> None:
        self.faults += [f"{route}{state}: {fault}" for fault in faults]


def looked_at(browser: Browser, site: Any, stops: list[Stop]) -> Found:
    """Each page in two windows of its own person: one with scripts, one without."""
    found = Found()
    for (whose, email), group in groupby(sorted(stops, key=WINDOW), key=WINDOW):
        with opened(browser) as page, opened(browser, script=False) as plain:
            come_in(page, site, whose, email)
            for stop in group:
                in_full(page, plain, site, stop, found)
                for form in sending.forms(plain):
                    sent_wrongly(page, site, stop, form, found)
                    if form.filters:
                        emptied(page, site, stop, form, found)
            found.axe = rules_of_axe(page)
    return found


def in_full(page: Page, plain: Page, site: Any, stop: Stop, found: Found) -> None:
    """The page as it is asked for."""
    if stop.first:
        page.goto(f"{site.url}{stop.first}")
    response = page.goto(f"{site.url}{stop.address}")
    assert response is not None
    assert (response.status, response.url) == (HTTPStatus.OK, f"{site.url}{stop.address}")
    whole = sending.Sent(stop.address, response.status, response.headers, response.body())
    looking.unfold(page)
    found.add(stop.route, "", [*axe(page), *looking.faults_of_focus(page)])
    heading, offered = looking.heading_of(page), looking.offered(page)
    found.sideways += sideways(page, stop.route, PHONE, SMALLEST)
    looking.show(plain, site, whole)
    looking.unfold(plain)
    found.add(stop.route, " without scripts", looking.faults_without_script(plain, heading, offered))


def sent_wrongly(page: Page, site: Any, stop: Stop, form: sending.Form, found: Found) -> None:
    refusal = sending.refusal(client_in(page), stop.address, form)
    if form.method == "post":
        found.posting.add(stop.route)
    if refusal:
        found.refused.add(stop.route)
        looking.show(page, site, refusal)
        found.add(stop.route, " in error", [*looking.faults_of_errors(page), *axe(page)])
        found.sideways += sideways(page, stop.route, SMALLEST)


def emptied(page: Page, site: Any, stop: Stop, filters: sending.Form, found: Found) -> None:
    found.lists.add(stop.route)
    answer = sending.nothing_found(client_in(page), stop.address, filters)
    if answer:
        found.nothing.add(stop.route)
        looking.show(page, site, answer)
        found.add(stop.route, " with nothing found", [*looking.faults_of_nothing(page), *axe(page)])
        found.sideways += sideways(page, stop.route, SMALLEST)


def sideways(page: Page, route: str, *widths: int) -> list[str]:
    """The route, where its page is wider than a window of one of these widths."""
    found = False
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        found = found or scrolls_sideways(page)
    page.set_viewport_size({"width": DESKTOP, "height": 900})
    return [route] * found


def come_in(page: Page, site: Any, whose: str, email: str) -> None:
    if email:
        be_signed_in(page, site, User.objects.get(email=email), verified=whose != HALF)


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
        pages={},
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
