"""Every route × every role × {own and shared, own and not shared, out of scope, anonymous}.

The expected statuses are written by hand; a route that is missing from the table fails the test. 404: it does not
exist for this person. 403: they may know of it, and may not do this. Posts carry a version nobody has seen, so that
whoever may act is told of a conflict (302) and nothing moves.

`make test` asks each route in each case as one role for each status that is expected there, `make prove` as every role.
"""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from post_office.models import STATUS, Email

from categorisation.models import Recommendation, Round, SchemeEdition
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.lib.years import academic_year
from schoolimprove.pages.lists import ListPage
from schoolimprove.pages.nouns import NounPage
from schoolimprove.pages.verbs import VerbPage
from schoolimprove.reminders.models import Reminder
from schools.models import (
    FrameworkEdition,
    Group,
    Inspection,
    Interest,
    Letter,
    Meeting,
    MeetingItem,
    Membership,
    ProgrammeEdition,
    RecordDocument,
    RecordOfVisit,
    School,
)
from schools.records.states import RecordStatus
from schools.visits.states import VisitStatus
from tests.factories.categorisation import CategoryMismatchFactory, RecommendationFactory, SchemeEditionFactory
from tests.factories.groups import GroupFactory, MembershipFactory
from tests.factories.imports import SchoolContactFactory
from tests.factories.inspections import FrameworkEditionFactory, InspectionFactory, shipped_framework
from tests.factories.letters import LetterDeliveryFactory, LetterFactory
from tests.factories.meetings import MeetingFactory, MeetingItemFactory, MinutesFactory, ReferralFactory
from tests.factories.reminders import ReminderFactory
from tests.factories.schools import (
    DioceseFactory,
    DistrictFactory,
    DoubleDistrictFactory,
    InterestFactory,
    LocalAuthorityFactory,
    PartnershipFactory,
    RecordVersionFactory,
    SchoolFactory,
    VisitFactory,
    appointed,
    record_at,
)
from tests.factories.visits import (
    AgendaItemFactory,
    ContactNoteFactory,
    GovernorsMeetingFactory,
    ProgrammeEditionFactory,
    RecordActionFactory,
    RecordAttachmentFactory,
    RecordDocumentFactory,
    StrengthFactory,
)
from tests.integration.accounts.conftest import signed_in

ALL = frozenset(Role)
SIP, EIP, DSIM = Role.SIP, Role.EIP, Role.DSIM
ADMINISTRATOR, HEAD, DEPUTY = Role.DISTRICT_ADMINISTRATOR, Role.HEAD_OF_SERVICE, Role.DEPUTY_HEAD
DIRECTOR, DEPUTY_DIRECTOR = Role.CORPORATE_DIRECTOR, Role.DEPUTY_DIRECTOR
HT, CHAIR, CLERK, LINK = Role.HEADTEACHER, Role.CHAIR, Role.CLERK, Role.SCHOOL_LINK
SYSTEM = Role.SYSTEM_ADMINISTRATOR

SEES_NO_SCHOOL = frozenset({Role.LEAD_MEMBER, Role.PANEL_MEMBER, Role.PROVIDER, Role.DATA_PROTECTION_OFFICER})
SEES_SCHOOLS = ALL - SEES_NO_SCHOOL
READS_UNSHARED = frozenset({SIP, DSIM, HEAD, DEPUTY, DIRECTOR, DEPUTY_DIRECTOR})  # The SIP here is the author.
READS_SHARED = READS_UNSHARED | {EIP, ADMINISTRATOR, HT, CHAIR, CLERK}
READS_HISTORY = frozenset(
    {SIP, EIP, DSIM, ADMINISTRATOR, HEAD, DEPUTY, DIRECTOR, DEPUTY_DIRECTOR}
    | {Role.ERA, Role.FINANCE, Role.BEHAVIOUR_OFFICER, SYSTEM}
)
OWES_SECOND_FACTOR = frozenset(
    {HEAD, DEPUTY, DIRECTOR, DEPUTY_DIRECTOR, SYSTEM, Role.ERA, Role.FINANCE, Role.LEAD_MEMBER}
    | {Role.DATA_PROTECTION_OFFICER, Role.BEHAVIOUR_OFFICER, Role.CENTRE_COORDINATOR, Role.BASE_LEAD}
    | {Role.PANEL_MEMBER, Role.PROVIDER}
)
STEERS = frozenset({DSIM, HEAD})
SEES_COVERAGE = frozenset({DSIM, ADMINISTRATOR, HEAD, DEPUTY, DIRECTOR, DEPUTY_DIRECTOR})
PLANS = frozenset({SIP, DSIM, ADMINISTRATOR})
ARRANGES = frozenset({HT, CHAIR})
KEEPS_PERFORMANCE = frozenset({SIP, DSIM})
WRITES_NOTES = frozenset({SIP, EIP, DSIM, ADMINISTRATOR, HEAD, DEPUTY})
KEEPS_CONTACTS = frozenset({SIP, DSIM, ADMINISTRATOR, HT, CLERK, SYSTEM})
READS_DRAFT_LETTERS = frozenset({SIP, EIP, DSIM, ADMINISTRATOR, HEAD, DEPUTY, DIRECTOR, DEPUTY_DIRECTOR})
READS_LETTERS = READS_DRAFT_LETTERS | {HT, CHAIR}
WRITES_LETTERS = frozenset({DSIM, ADMINISTRATOR, HEAD, DEPUTY})
EXPORTS = READS_HISTORY | {HT, CHAIR, CLERK, Role.DIOCESAN_OFFICER}

READS_RECOMMENDATIONS = READS_UNSHARED | {EIP}
READS_STANDING = READS_RECOMMENDATIONS | {ADMINISTRATOR, Role.ERA}
SEES_GROUPS = frozenset({DSIM, ADMINISTRATOR, HEAD, DEPUTY, DIRECTOR, DEPUTY_DIRECTOR})
KEEPS_GROUPS = frozenset({DSIM, ADMINISTRATOR, HEAD})
READS_MEETING = KEEPS_GROUPS | {Role.PROVIDER}
REFERS = frozenset({SIP, DSIM, HEAD})
OFFICERS = ALL - {HT, CHAIR, CLERK, LINK}

READS_CATEGORIES = READS_DRAFT_LETTERS | {Role.ERA}
DRAFT = "An edition being written"

Statuses = Mapping[Role, int]


def statuses(
    granted: frozenset[Role] = frozenset(), *, refused: frozenset[Role] = frozenset(), ok: int = 200
) -> Statuses:
    """`ok` for those granted, 403 for the rest of `refused`, 404 for everybody else."""
    return {role: ok if role in granted else 403 if role in refused else 404 for role in ALL}


NOBODY = statuses()


@dataclass(frozen=True)
class Route:
    """What each role gets. A route about no school has one answer, given as `shared`."""

    shared: Statuses
    unshared: Statuses | None = None
    anonymous: int = 302
    method: str = "get"


def everybody(status: int = 200, *, anonymous: int = 302, method: str = "get") -> Route:
    return Route(dict.fromkeys(ALL, status), anonymous=anonymous, method=method)


def only(granted: set[Role] | frozenset[Role], *, method: str = "get", ok: int = 200) -> Route:
    """Granted to these; the others know that the page is there."""
    return Route(statuses(frozenset(granted), refused=ALL, ok=ok), method=method)


def of_school(granted: frozenset[Role]) -> Route:
    return Route(statuses(granted, refused=SEES_SCHOOLS), statuses(granted, refused=SEES_SCHOOLS))


def of_record(
    shared: frozenset[Role], unshared: frozenset[Role], *, method: str = "get", moved: frozenset[Role] = frozenset()
) -> Route:
    """`moved` are those sent back to the record because it is in another state."""
    when_shared = dict(statuses(shared, refused=READS_SHARED))
    when_unshared = dict(statuses(unshared, refused=READS_UNSHARED))
    for role in moved:
        when_shared[role] = 302
        when_unshared[role] = 302 if role not in unshared else when_unshared[role]
    return Route(when_shared, when_unshared, method=method)


def of_visit(
    granted: frozenset[Role], *, method: str = "get", ok: int = 200, moved: frozenset[Role] = frozenset()
) -> Route:
    """A visit is known to whoever reads shared records. `moved` are sent back because it is in another state."""
    answers = dict(statuses(granted, refused=READS_SHARED, ok=ok)) | dict.fromkeys(moved, 302)
    return Route(answers, answers, method=method)


def of_recommendation(
    shared: frozenset[Role] = frozenset(),
    submitted: frozenset[Role] = frozenset(),
    *,
    moved: frozenset[Role] = frozenset(),
) -> Route:
    """The SIP's, shared with the school or submitted; `moved` are sent back because it is in another state."""
    when_shared = dict(statuses(shared, refused=READS_RECOMMENDATIONS | {HT, CHAIR}))
    when_submitted = dict(statuses(submitted, refused=READS_UNSHARED))
    for answers, granted in ((when_shared, shared), (when_submitted, submitted)):
        answers.update(dict.fromkeys(moved - granted, 302))
    return Route(when_shared, when_submitted)


def of_mismatch(granted: frozenset[Role], *, moved: frozenset[Role] = frozenset()) -> Route:
    """The school's is found, and no response is written; `moved` are sent back because it is in another state."""
    answers = dict(statuses(granted, refused=READS_STANDING)) | dict.fromkeys(moved, 302)
    return Route(answers, answers)


def of_letter(issued: frozenset[Role], draft: frozenset[Role], *, moved: frozenset[Role] = frozenset()) -> Route:
    """The letter of the shared record's case is issued, that of the other a draft; `moved` come too early or late."""
    when_issued = dict(statuses(issued, refused=READS_LETTERS)) | dict.fromkeys(moved - issued, 302)
    return Route(when_issued, dict(statuses(draft, refused=READS_DRAFT_LETTERS)) | dict.fromkeys(moved - draft, 302))


def of_meeting(
    held: frozenset[Role] = frozenset(), planned: frozenset[Role] = frozenset(), *, moved: frozenset[Role] = frozenset()
) -> Route:
    """A meeting that is being held, chaired by the Head, or a planned one; `moved` come too early or late."""
    when_held = dict(statuses(held, refused=KEEPS_GROUPS)) | dict.fromkeys(moved - held, 302)
    return Route(when_held, dict(statuses(planned, refused=KEEPS_GROUPS)) | dict.fromkeys(moved - planned, 302))


NONE: frozenset[Role] = frozenset()
KEEPS_GROUPS = frozenset({DSIM, ADMINISTRATOR, HEAD})
REFERS = frozenset({SIP, DSIM, HEAD})
KEEPS_MEETINGS = frozenset({HT, CHAIR, CLERK, SIP, DSIM, ADMINISTRATOR})
INSPECTIONS = frozenset({DSIM, ADMINISTRATOR, Role.ERA})
ROUTES: dict[str, Route] = {
    "healthz": everybody(anonymous=200),
    "readyz": everybody(anonymous=200),
    "home": everybody(),
    "authority_css": everybody(anonymous=200),
    "accessibility": everybody(anonymous=200),
    "privacy": everybody(anonymous=200),
    "cookies": everybody(anonymous=200),
    "retention": everybody(anonymous=200),
    "help": everybody(anonymous=200),
    "help_topic": everybody(anonymous=200),
    "glossary": everybody(anonymous=200),
    "schools:list": everybody(),
    "schools:export": only(EXPORTS),
    "schools:allocation": only({DSIM, ADMINISTRATOR, HEAD, DEPUTY, SYSTEM}),
    "schools:allocation_export": only({DSIM, ADMINISTRATOR, HEAD, DEPUTY, SYSTEM}),
    "schools:loads_export": only({DSIM, ADMINISTRATOR, HEAD, DEPUTY, SYSTEM}),
    "schools:hand_over": only({DSIM, SYSTEM}),
    "schools:programme": only(SEES_SCHOOLS),
    "schools:programme_export": only(EXPORTS),
    "schools:programme_write": only(STEERS),
    **{f"schools:programme_{name}": Route(statuses(STEERS)) for name in ("edition", "edit", "publish", "abandon")},
    # The provider is a member of a group.
    "meetings:list": only(SEES_COVERAGE | {Role.PROVIDER}),
    "meetings:list_export": only(SEES_COVERAGE),
    "meetings:plan": only(KEEPS_GROUPS),
    **{f"meetings:{name}": of_meeting(KEEPS_GROUPS, KEEPS_GROUPS) for name in ("meeting", "item", "pdf")},
    **{f"meetings:{name}": of_meeting(KEEPS_GROUPS, KEEPS_GROUPS) for name in ("item_add", "order", "withdraw")},
    **{
        f"meetings:{name}": of_meeting(NONE, KEEPS_GROUPS, moved=KEEPS_GROUPS)
        for name in ("change", "meeting_call", "meeting_cancel")
    },
    "meetings:meeting_hold": of_meeting(moved=KEEPS_GROUPS),
    **{
        f"meetings:{name}": of_meeting(KEEPS_GROUPS, moved=KEEPS_GROUPS)
        for name in ("attendance", "minutes_write", "defer")
    },
    "meetings:minutes": Route(statuses(KEEPS_GROUPS), NOBODY),
    # Attendance is not recorded.
    "meetings:meeting_confirm": of_meeting(moved=frozenset({HEAD})),
    **{f"meetings:{name}": of_meeting(frozenset({HEAD}), moved=frozenset({HEAD})) for name in ("decide", "together")},
    **{f"referrals:list{name}": only(REFERS | KEEPS_GROUPS) for name in ("", "_export")},
    "referrals:referral": Route(statuses(REFERS | KEEPS_GROUPS), statuses(REFERS | KEEPS_GROUPS)),
    "referrals:referral_add_to_agenda": Route(
        statuses(KEEPS_GROUPS, refused=REFERS), statuses(KEEPS_GROUPS, refused=REFERS)
    ),
    "referrals:refer": of_school(REFERS),
    "categorisation:recommendations": only(READS_RECOMMENDATIONS),
    "categorisation:recommendations_export": only(READS_RECOMMENDATIONS),
    # There is no review here.
    "categorisation:recommendations_no_change": only({DSIM}, ok=302),
    "categorisation:recommendation_no_change": Route(NOBODY, NOBODY),
    "categorisation:recommendation": of_recommendation(READS_RECOMMENDATIONS | {HT, CHAIR}, READS_UNSHARED),
    "categorisation:recommendation_write": of_recommendation(moved=frozenset({SIP, DSIM})),
    "categorisation:recommendation_submit": of_recommendation(moved=frozenset({SIP})),
    "categorisation:recommendation_answer": of_recommendation(frozenset({HT, CHAIR})),
    **{
        f"categorisation:recommendation_{name}": of_recommendation(NONE, frozenset({DSIM}), moved=frozenset({DSIM}))
        for name in ("return", "share")
    },
    "categorisation:recommendation_give": of_recommendation(moved=frozenset({DSIM})),
    "categorisation:recommendation_withdraw": of_recommendation(frozenset({HEAD, DSIM}), frozenset({HEAD, DSIM})),
    "categorisation:categories": only(READS_CATEGORIES),
    "categorisation:categories_export": only(READS_CATEGORIES),
    "categorisation:movement": only(READS_CATEGORIES),
    "categorisation:moderation_changes": only({DSIM, HEAD, DEPUTY, DIRECTOR, DEPUTY_DIRECTOR}),
    "categorisation:category_of_school": of_school(READS_CATEGORIES | {HT, CHAIR}),
    "categorisation:category_letter_again": of_school(frozenset({HEAD})),
    "categorisation:rounds": only(READS_RECOMMENDATIONS),
    "categorisation:rounds_export": only(READS_RECOMMENDATIONS),
    "categorisation:round": Route(statuses(READS_RECOMMENDATIONS)),
    # It has schools to decide, and there are no term dates to open another one in.
    "categorisation:round_close": Route({**statuses(refused=READS_RECOMMENDATIONS), HEAD: 302}),
    "categorisation:round_agenda": Route(statuses(frozenset({DSIM, HEAD}), refused=READS_RECOMMENDATIONS)),
    "categorisation:round_open": only({HEAD}, ok=302),
    "categorisation:mismatches": only(READS_STANDING),
    "categorisation:mismatches_export": only(READS_STANDING),
    "categorisation:mismatch": of_mismatch(READS_STANDING),
    "categorisation:mismatch_draft": of_mismatch(frozenset({DSIM})),
    **{f"categorisation:mismatch_{name}": of_mismatch(NONE, moved=frozenset({HEAD})) for name in ("sign", "return")},
    "categorisation:schemes": only(SEES_SCHOOLS),
    "categorisation:schemes_export": only(EXPORTS),
    "categorisation:scheme_write": only({SYSTEM}),
    # A draft: the Head may publish it, and not write it.
    **{f"categorisation:scheme{name}": Route(statuses(frozenset({SYSTEM, HEAD}))) for name in ("", "_publish")},
    **{
        f"categorisation:scheme_{name}": Route(statuses(frozenset({SYSTEM}), refused=frozenset({HEAD})))
        for name in ("begin", "edit", "abandon")
    },
    "schools:frameworks": only(SEES_SCHOOLS),
    "schools:frameworks_export": only(EXPORTS),
    "schools:framework_write": only({SYSTEM}),
    **{f"schools:framework{name}": Route(statuses(frozenset({SYSTEM, HEAD}))) for name in ("", "_publish")},
    **{
        f"schools:framework_{name}": Route(statuses(frozenset({SYSTEM}), refused=frozenset({HEAD})))
        for name in ("begin", "edit", "abandon")
    },
    "schools:term_open": only(STEERS),
    # Without a term in its address, of which there are none here.
    "schools:term_open_export": only(STEERS, ok=404),
    "schools:term_opened": only(STEERS, ok=302),
    **{f"schools:coverage{name}": only(SEES_COVERAGE) for name in ("", "_export", "_list", "_list_export", "_weeks")},
    **{f"schools:coverage_not_seen{name}": only(SEES_COVERAGE) for name in ("", "_export")},
    **{f"schools:coverage_load{name}": only(SEES_COVERAGE) for name in ("", "_export")},
    **{f"schools:due{name}": only(SEES_COVERAGE) for name in ("", "_export")},
    "schools:entitlement": of_school(STEERS),
    "schools:entitlement_year": of_school(STEERS),
    "schools:my_term": only({SIP, DSIM, ADMINISTRATOR, HEAD}),
    # Of their own these two have no visit with a date, and are sent back to the list.
    "schools:my_term_calendar": Route({**only({SIP, ADMINISTRATOR}).shared, DSIM: 302, HEAD: 302}),
    "schools:my_term_export": only({SIP, DSIM, ADMINISTRATOR, HEAD}),
    "schools:contact_notes": only(WRITES_NOTES | {DIRECTOR, DEPUTY_DIRECTOR}),
    "schools:contact_notes_export": only(WRITES_NOTES | {DIRECTOR, DEPUTY_DIRECTOR}),
    "schools:letters": only(READS_LETTERS),
    "schools:letters_export": only(READS_LETTERS),
    "schools:letters_issue": only({HEAD}),
    "schools:letters_of_school": of_school(READS_LETTERS),
    "schools:letter": of_letter(READS_LETTERS, READS_DRAFT_LETTERS),
    "schools:letter_issue": of_letter(NONE, frozenset({HEAD}), moved=frozenset({HEAD})),
    "schools:letter_approve": of_letter(NONE, frozenset({DSIM, HEAD}), moved=frozenset({DSIM, HEAD})),
    "schools:letter_discard": of_letter(NONE, WRITES_LETTERS, moved=WRITES_LETTERS),
    "schools:letter_withdraw": of_letter(frozenset({HEAD}), NONE, moved=frozenset({HEAD})),
    "schools:letter_edit": of_letter(NONE, WRITES_LETTERS, moved=WRITES_LETTERS),
    # The PDF of the issued letter is not made yet.
    "schools:letter_pdf": Route(statuses(READS_LETTERS, ok=302), statuses(READS_DRAFT_LETTERS)),
    "schools:letter_service": Route(statuses(WRITES_LETTERS, refused=READS_LETTERS), NOBODY),
    "schools:visit_plan": of_school(PLANS),
    "schools:review_commission": of_school(frozenset({DSIM})),
    "schools:performance_record": of_school(KEEPS_PERFORMANCE),
    "schools:contact_note_add": of_school(WRITES_NOTES),
    "schools:contact_note_take_back": of_school(frozenset({SIP})),
    # The visit is proposed, and of no kind that is kept from anybody.
    "schools:visit": of_visit(READS_SHARED),
    "schools:visit_calendar": of_visit(READS_SHARED),
    "schools:visit_propose": of_visit(NONE, moved=PLANS),
    "schools:visit_agree": of_visit(ARRANGES, method="post", ok=302),
    "schools:visit_note_agreement": of_visit(PLANS),
    "schools:visit_another_date": of_visit(ARRANGES),
    "schools:visit_reschedule": of_visit(PLANS),
    "schools:visit_cancel": of_visit(PLANS),
    "schools:visit_change": of_visit(PLANS),
    "schools:performance_hold": of_visit(NONE),
    "schools:performance_void": of_visit(NONE),
    "schools:agenda_add": of_visit(PLANS | ARRANGES),
    "schools:agenda_take_away": of_visit(ARRANGES, method="post", ok=302),
    "schools:school": of_school(SEES_SCHOOLS),
    "schools:visits": of_school(READS_SHARED),
    "schools:visits_export": of_school(READS_SHARED),
    "schools:people": of_school(SEES_SCHOOLS),
    "schools:people_export": of_school(EXPORTS),
    "schools:contacts_export": of_school(READS_HISTORY | {HT, CHAIR, CLERK}),
    "schools:days": of_school(SEES_SCHOOLS),
    "schools:watch": Route(
        statuses(READS_HISTORY, refused=SEES_SCHOOLS, ok=302),
        statuses(READS_HISTORY, refused=SEES_SCHOOLS, ok=302),
        method="post",
    ),
    "schools:stop_watching": Route(statuses(SEES_SCHOOLS, ok=302), statuses(SEES_SCHOOLS, ok=302), method="post"),
    "schools:days_export": of_school(EXPORTS),
    "schools:appointment_end": of_school(frozenset({DSIM, SYSTEM})),
    "schools:contact_add": of_school(KEEPS_CONTACTS),
    "schools:contact_change": of_school(KEEPS_CONTACTS),
    "schools:contact_end": of_school(KEEPS_CONTACTS),
    "schools:chronology": of_school(SEES_SCHOOLS),
    "schools:chronology_export": of_school(EXPORTS),
    "schools:history": of_school(READS_HISTORY),
    "schools:history_export": of_school(READS_HISTORY),
    "schools:record_write": of_school(frozenset({SIP, DSIM, HEAD})),
    "schools:visit_write": of_school(frozenset({SIP, DSIM, HEAD})),
    "schools:record": of_record(READS_SHARED, READS_UNSHARED),
    "schools:record_edit": of_record(NONE, NONE, moved=frozenset({SIP})),
    "schools:record_submit": of_record(NONE, NONE, moved=frozenset({SIP}), method="post"),
    "schools:assurance": only({DSIM, HEAD, DEPUTY, DIRECTOR}),
    "schools:assurance_export": only({DSIM, HEAD, DEPUTY, DIRECTOR}),
    "schools:record_preview": of_record(NONE, READS_UNSHARED),
    "schools:record_recall": of_record(NONE, NONE, moved=frozenset({SIP}), method="post"),
    "schools:record_abandon": of_record(NONE, NONE, moved=frozenset({SIP, DSIM})),
    "schools:record_return": of_record(NONE, frozenset({DSIM}), moved=frozenset({DSIM})),
    "schools:record_approve": of_record(NONE, frozenset({DSIM}), moved=frozenset({DSIM})),
    # The files of this world are rows alone: whoever may have one is sent back with a sentence.
    "schools:record_pdf": Route(statuses(READS_SHARED, ok=302), statuses(READS_UNSHARED)),
    "schools:record_document": Route(statuses(READS_SHARED, ok=302), NOBODY),
    "schools:attachment": Route(statuses(READS_SHARED, ok=302), statuses(READS_UNSHARED, ok=302)),
    "schools:attachment_add": of_record(NONE, NONE, moved=frozenset({SIP})),
    "schools:attachment_remove": of_record(NONE, NONE, moved=frozenset({SIP}), method="post"),
    "schools:record_respond": Route(
        statuses(frozenset({HT, CHAIR}), refused=READS_SHARED), statuses(refused=READS_UNSHARED)
    ),
    # What follows from a shared record. The one here is of a core visit, is not answered, and no correction waits.
    "schools:actions": of_school(READS_SHARED),
    "schools:actions_export": of_school(READS_SHARED),
    "schools:action": of_school(frozenset({HT, CHAIR})),
    "schools:governors": of_school(READS_SHARED),
    "schools:meetings_export": of_school(READS_SHARED),
    "schools:waiting_export": of_school(READS_SHARED),
    "schools:meetings_add": of_school(KEEPS_MEETINGS),
    "schools:meeting_cancel": of_school(KEEPS_MEETINGS),
    "schools:meetings_cancel": of_school(KEEPS_MEETINGS),
    # What inspectors found is public.
    "schools:inspections": of_school(SEES_SCHOOLS),
    "schools:inspections_export": of_school(EXPORTS),
    "schools:inspection": of_school(SEES_SCHOOLS),
    **{
        f"schools:inspection_{name}": of_school(INSPECTIONS) for name in ("enter", "enter_under", "correct", "withdraw")
    },
    "schools:record_version": Route(statuses(READS_SHARED, ok=302), statuses(refused=READS_UNSHARED)),
    "schools:record_present": Route(
        statuses(frozenset({HT, CHAIR, CLERK}), refused=READS_SHARED), statuses(refused=READS_UNSHARED)
    ),
    "schools:record_undo_presentation": Route(
        statuses(frozenset({HT, CHAIR, CLERK}), refused=READS_SHARED, ok=302), statuses(refused=READS_UNSHARED)
    ),
    "schools:record_close": of_record(NONE, NONE, moved=frozenset({SIP, DSIM})),
    "schools:record_close_unpresented": of_record(NONE, NONE, moved=frozenset({DSIM})),
    "schools:record_correct": Route(
        statuses(frozenset({SIP}), refused=READS_SHARED), {**statuses(refused=READS_UNSHARED), SIP: 302}
    ),
    "schools:record_correction": of_record(NONE, NONE, moved=READS_UNSHARED),
    "schools:correction_issue": of_record(NONE, NONE, moved=frozenset({DSIM})),
    "schools:correction_return": of_record(NONE, NONE, moved=frozenset({DSIM})),
    "schools:correction_withdraw": of_record(NONE, NONE, moved=frozenset({SIP, DSIM})),
    "schools:strength_consent": Route(statuses(frozenset({HT}), refused=READS_SHARED, ok=302), NOBODY, method="post"),
    "schools:strength_decline": Route(statuses(frozenset({HT}), refused=READS_SHARED, ok=302), NOBODY, method="post"),
}
# The group covers the district; the provider is a member, and sees it for that reason alone.
ROUTES |= {
    "groups:list": only(OFFICERS),
    "groups:list_export": only(READS_HISTORY | {Role.DIOCESAN_OFFICER}),
    "groups:form": only(KEEPS_GROUPS),
    "groups:group": Route(statuses(SEES_GROUPS | {Role.PROVIDER})),
    "groups:members_export": Route(statuses(SEES_GROUPS, refused=frozenset({Role.PROVIDER}))),
    **{
        f"groups:{name}": Route(statuses(KEEPS_GROUPS, refused=SEES_GROUPS | {Role.PROVIDER}))
        for name in ("group_end", "change", "member_add", "member_end")
    },
    "schools:interests": only(OFFICERS),
    "schools:interests_export": only(READS_HISTORY | {Role.DIOCESAN_OFFICER}),
    "schools:interest_declare": only(OFFICERS),
    # That of a person who has no account.
    "schools:interest_end": Route(statuses(KEEPS_GROUPS | {SYSTEM}, refused=SEES_GROUPS)),
}
ROUTES |= {
    "calendar_feed:own": everybody(),
    "calendar_feed:make": everybody(),
    "calendar_feed:stop": everybody(),
    # Whoever asks, signed in or not: there is none at this address.
    "calendar_feed:calendar": everybody(404, anonymous=404),
}
ROUTES |= {
    f"accounts:{name}": route
    for name, route in {
        "sign_in": everybody(302, anonymous=200),
        "verify": everybody(302),
        "recovery": everybody(302),
        "password_forgotten": everybody(anonymous=200),
        "password_forgotten_sent": everybody(anonymous=200),
        "password_reset": everybody(410, anonymous=410),
        "invitation": everybody(410, anonymous=410),
        "address_confirm": everybody(410, anonymous=410),
        "sign_out": everybody(302, method="post"),
        "extend": everybody(method="post"),
        "draft_save": everybody(403, method="post"),
        "draft_discard": everybody(302, method="post"),
        "account": everybody(),
        "kept_text": everybody(),
        "name_change": everybody(),
        "password_change": everybody(),
        "address_change": everybody(),
        "address_withdraw": everybody(302, method="post"),
        # No link was opened in this browser.
        "address_accept": everybody(410),
        # The password first.
        "second_factor": everybody(302),
        "second_factor_change": everybody(),
        "second_factor_remove": Route({role: 302 if role in OWES_SECOND_FACTOR else 200 for role in ALL}),
        "recovery_codes": everybody(302),
        "sign_out_elsewhere": everybody(302, method="post"),
        "people": only({SYSTEM}),
        "people_export": only({SYSTEM}),
        "invite": only({SYSTEM}),
        "person": only({SYSTEM}),
        "person_name": only({SYSTEM}),
        "person_invite_again": only({SYSTEM}),
        "person_reset_second_factor": only({SYSTEM}),
        "person_deactivate": only({SYSTEM}),
        "person_reactivate": only({SYSTEM}),
        "person_take_superuser": only({SYSTEM}),
    }.items()
}
ROUTES |= {
    f"reminders:{name}": route
    for name, route in {
        "inbox": everybody(),
        "inbox_export": everybody(),
        "read_all": everybody(302, method="post"),
        "choices": everybody(),
        # One's own alone; that of the table is the partner's, of a date that does not stand.
        "reminder": Route(statuses(frozenset({SIP}))),
        "done": Route(statuses(frozenset({SIP}), ok=302), method="post"),
        "late": Route(statuses(frozenset({SIP}), ok=302)),
        "termly": only(STEERS),
        "termly_again": only(STEERS, method="post", ok=302),
        "failed_mail": only({SYSTEM}),
        "failed_mail_export": only({SYSTEM}),
        "send_again": only({SYSTEM}, method="post", ok=302),
        "mail_seen": only({SYSTEM}, method="post", ok=302),
    }.items()
}
SCOPES: dict[Role, str] = {
    **dict.fromkeys([SIP, HT, CHAIR, CLERK, LINK, Role.BASE_LEAD], "school"),
    **dict.fromkeys([EIP, ADMINISTRATOR], "district"),
    DSIM: "double_district",
    DEPUTY: "phase",
    Role.DIOCESAN_OFFICER: "diocese",
    **dict.fromkeys([Role.CENTRE_COORDINATOR, Role.PANEL_MEMBER], "partnership"),
    **dict.fromkeys([HEAD, DIRECTOR, DEPUTY_DIRECTOR, Role.ERA, Role.FINANCE, Role.LEAD_MEMBER], "authority"),
    **dict.fromkeys([Role.BEHAVIOUR_OFFICER, Role.PROVIDER, Role.DATA_PROTECTION_OFFICER, SYSTEM], "authority"),
}


@dataclass
class World:
    """One school with a person in every role over it, and one that lies in nobody's scope."""

    users: dict[Role, User]
    sessions: dict[Role, str]
    shared: RecordOfVisit
    unshared: RecordOfVisit
    elsewhere: RecordOfVisit


def scope_of(role: Role, school: School) -> dict[str, Any]:
    kind = SCOPES[role]
    if kind == "school":
        return {"school": school}
    if kind == "double_district":
        assert school.district is not None
        return {"double_district": school.district.double_district}
    return {kind: getattr(school, kind)}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Built once: no test of this module moves anything, and each runs in a savepoint of its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield made_world()
        transaction.set_rollback(True)


def made_world() -> World:
    here: School = SchoolFactory(partnership=PartnershipFactory(), diocese=DioceseFactory())
    neighbour = LocalAuthorityFactory(code="998", name="Neighbouring County", own=False)
    district = DistrictFactory(
        authority=neighbour, name="Beyond", double_district=DoubleDistrictFactory(name="Beyond and Further")
    )
    there: School = SchoolFactory(
        authority=neighbour,
        district=district,
        phase="secondary",
        partnership=PartnershipFactory(name="Another partnership"),
        diocese=DioceseFactory(name="Another diocese"),
    )
    # A draft: those who publish have it, and for everybody else it does not exist.
    ProgrammeEditionFactory.create(title=DRAFT)
    SchemeEditionFactory.create(title=DRAFT)
    FrameworkEditionFactory.create(title=DRAFT)
    users = {role: appointed(role, **scope_of(role, here)) for role in Role}
    for school in (here, there):
        SchoolContactFactory.create(school=school)
        CategoryMismatchFactory.create(school=school, inspection=InspectionFactory.create(school=school))
        tomorrow = clock.today() + timedelta(days=1)
        planned = VisitFactory.create(school=school, status=VisitStatus.PROPOSED, planned_on=tomorrow, held_on=None)
        AgendaItemFactory.create(visit=planned)
        ContactNoteFactory.create(school=school, author=users[SIP])
        LetterFactory.create(school=school)
        ReferralFactory.create(school=school, group=GroupFactory.create(district=school.district, authority=None))
        stamp = {"status": "issued", "issued_on": clock.today(), "issued_by": users[HEAD]}
        LetterDeliveryFactory.create(letter=LetterFactory.create(school=school, subject_id=-school.pk, **stamp))
    group = GroupFactory.create(authority=None, district=here.district)
    MembershipFactory.create(group=group, person=users[Role.PROVIDER].person)
    InterestFactory.create(school=here)
    give_meetings(here.referrals.get().group, chair=users[HEAD])
    moderating = GroupFactory.create(kind="dirg", authority=None, district=here.district)
    MeetingFactory.create(group=moderating, held_on=clock.today() + timedelta(days=7))
    sip, dsim = appointed(SIP, school=there), appointed(DSIM, district=district)
    yesterday = clock.today() - timedelta(days=1)
    shared = record_at(RecordStatus.SHARED, school=here, author=users[SIP], manager=users[DSIM])
    elsewhere = record_at(RecordStatus.SHARED, school=there, author=sip, manager=dsim)
    for record in (shared, elsewhere):
        GovernorsMeetingFactory.create(school=record.school)
        RecordActionFactory.create(record=record, school=record.school)
        StrengthFactory.create(record=record, school=record.school)
    world = World(
        users,
        {role: session_of(user) for role, user in users.items()},
        shared,
        record_at(RecordStatus.SUBMITTED, school=here, author=users[SIP], manager=users[DSIM], held_on=yesterday),
        elsewhere,
    )
    for record in (world.shared, world.unshared, world.elsewhere):
        give_files(record)
        recommend(record)
    Email.objects.create(to=["nobody@school.invalid"], from_email="office@authority.invalid", status=STATUS.failed)
    ReminderFactory.create(user=users[SIP], subject_id=world.shared.pk, school_id=here.pk)
    return world


def give_meetings(group: Group, *, chair: User) -> None:
    """One meeting that is being held, with minutes, and a planned one, each with an item."""
    MembershipFactory.create(group=group, person=chair.person, capacity="chair")
    held = MeetingFactory.create(group=group, status="held", called_at=clock.now(), chair=chair.person)
    planned = MeetingFactory.create(group=group, held_on=clock.today() + timedelta(days=7))
    for meeting in (held, planned):
        MeetingItemFactory.create(meeting=meeting)
    MinutesFactory.create(meeting=held, by=chair)


def meeting_of(record: RecordOfVisit) -> Any:
    """Return the meeting that is being held for a shared record of the school, the planned one for another."""
    status = "held" if record.shared_version else "planned"
    return Meeting.objects.filter(group__referrals__school=record.school_id, status=status).first()


def recommend(record: RecordOfVisit) -> None:
    """A recommendation by the author of the record, which is as far as the record: shared or submitted."""
    is_shared = record.status == RecordStatus.SHARED
    shared = {"shared_at": clock.now(), "shared_by": record.author} if is_shared else {}
    RecommendationFactory.create(
        school=record.school,
        round__term="autumn" if is_shared else "spring",
        status="shared" if is_shared else "submitted",
        author=record.author,
        author_role=SIP,
        **shared,
    )


def give_files(record: RecordOfVisit) -> None:
    """An attachment, named by a version where the record is shared, and that version as PDF."""
    attachment = RecordAttachmentFactory.create(record=record)
    if record.shared_version:
        version = RecordVersionFactory.create(record=record, number=2, texts={"attachments": [attachment.as_line()]})
        RecordDocumentFactory.create(version=version)


def routes(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[tuple[str, list[str]]]:
    """(name, names of its parameters) of every route but Django's admin, which has tests of its own."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"a route without a name: {pattern}"
            yield f"{namespace}{pattern.name}", list(pattern.pattern.converters)
        elif pattern.namespace != "admin":
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern.url_patterns, inner)


PARAMETERS = dict(routes(get_resolver().url_patterns))


def session_of(user: User) -> str:
    """The key of a whole session, second factor and all, as the sign-in page would leave it."""
    return signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value


def client_of(key: str | None) -> Client:
    """A browser with this session, or with none."""
    client = Client(raise_request_exception=False)
    if key is not None:
        client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def letter_of(record: RecordOfVisit) -> Letter:
    """Return the issued letter of the school for a shared record, and the draft for another."""
    return Letter.objects.get(school=record.school_id, status="issued" if record.shared_version else "draft")


def recommendation_of(record: RecordOfVisit) -> Recommendation:
    """Return the recommendation that is as far as the record."""
    return Recommendation.objects.get(
        school=record.school_id, status="shared" if record.status == RecordStatus.SHARED else "submitted"
    )


def address(name: str, record: RecordOfVisit, someone: User) -> str:
    """The address of a route for this record, its school and this person; only what it names is looked up."""
    school = record.school
    values: dict[str, Callable[[], Any]] = {
        "urn": lambda: school.urn,
        "reference": lambda: record.reference,
        "kind": lambda: "csv",
        "topic": lambda: "partners",
        "pk": lambda: someone.pk,
        "person": lambda: record.author.person.pk,
        "appointment": lambda: school.appointments.get(role=SIP).pk,
        "contact": lambda: school.contacts.get().pk,
        "note": lambda: school.contact_notes.get().pk,
        "letter": lambda: letter_of(record).pk,
        "delivery": lambda: getattr(letter_of(record).deliveries.first(), "pk", 0),
        "group_meeting": lambda: getattr(meeting_of(record), "pk", 0),
        "meeting_item": lambda: getattr(MeetingItem.objects.filter(meeting=meeting_of(record)).first(), "pk", 0),
        "referral": lambda: school.referrals.get().pk,
        "visit": lambda: school.visits.get(status=VisitStatus.PROPOSED).pk,
        "item": lambda: school.visits.get(status=VisitStatus.PROPOSED).agenda_items.get().pk,
        "version": lambda: 1,
        "meeting": lambda: school.governors_meetings.get().pk,
        "action": lambda: school.actions_of_records.get().pk,
        "inspection": lambda: Inspection.objects.get(school=school).pk,
        "framework": lambda: shipped_framework("2012").pk,
        "strength": lambda: school.strengths.get().pk,
        "token": lambda: "0" * 32,
        "edition": lambda: ProgrammeEdition.objects.get(title=DRAFT).pk,
        "recommendation": lambda: recommendation_of(record).pk,
        "mismatch": lambda: school.mismatches.get().pk,
        "round": lambda: Round.objects.get(term="autumn").pk,
        "framework_edition": lambda: FrameworkEdition.objects.get(title=DRAFT).pk,
        "scheme": lambda: SchemeEdition.objects.get(title=DRAFT).pk,
        "year": lambda: academic_year(clock.today()),
        "attachment": lambda: record.attachments.get().pk,
        "document": lambda: getattr(RecordDocument.objects.filter(version__record=record).first(), "pk", 0),
        "job": lambda: "core-visits",
        "turn": lambda: "2026-autumn",
        "reminder": lambda: Reminder.objects.get(step="coming").pk,
        "group": lambda: Group.objects.get(memberships__capacity="member", referrals=None).pk,
        "member": lambda: Membership.objects.get(capacity="member").pk,
        "interest": lambda: Interest.objects.get().pk,
        "email": lambda: Email.objects.latest("pk").pk,
    }
    return reverse(name, kwargs={parameter: values[parameter]() for parameter in PARAMETERS[name]})


def asked(name: str, route: Route, client: Client, record: RecordOfVisit, someone: User) -> int:
    path = address(name, record, someone)
    if route.method == "post":
        return client.post(path).status_code
    return client.get(path, {"seen_version": record.version}).status_code


def test_every_route_is_in_the_table() -> None:
    assert set(PARAMETERS) == set(ROUTES)


def cases_of(route: Route) -> dict[str, Statuses]:
    """The status each role gets, by what it asks about."""
    if route.unshared is None:
        return {"shared": route.shared}
    return {"shared": route.shared, "unshared": route.unshared, "elsewhere": NOBODY}


def wrong_answers(name: str, world: World, roles: Mapping[str, Iterable[Role]]) -> list[str]:
    """Return what differs from the table when these roles, by case, request a route over HTTP."""
    route, wrong = ROUTES[name], []
    for case, expected in cases_of(route).items():
        for role in roles[case]:
            got = asked(name, route, client_of(world.sessions[role]), getattr(world, case), world.users[LINK])
            if got != expected[role]:
                wrong.append(f"{role}, {case}: {got} instead of {expected[role]}")
    return wrong


def one_for_each_status(name: str) -> dict[str, list[Role]]:
    """Return by case one role for each expected status: always the same ones, which differ from route to route."""
    chosen = {}
    for case, expected in cases_of(ROUTES[name]).items():
        turn = zlib.crc32(f"{name} {case}".encode())
        groups = [[role for role in Role if expected[role] == status] for status in sorted(set(expected.values()))]
        chosen[case] = [group[turn % len(group)] for group in groups]
    return chosen


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_a_route_answers_one_role_for_each_status_as_written(db: None, name: str, world: World) -> None:
    assert wrong_answers(name, world, one_for_each_status(name)) == []


def test_every_role_and_every_status_of_the_table_is_among_those_asked() -> None:
    in_table, chosen, roles_asked = set(), set(), set()
    for name, route in ROUTES.items():
        for case, expected in cases_of(route).items():
            roles = one_for_each_status(name)[case]
            in_table |= {(name, case, status) for status in expected.values()}
            chosen |= {(name, case, expected[role]) for role in roles}
            roles_asked |= set(roles)
    assert chosen == in_table
    assert roles_asked == ALL


def page_class(name: str, world: World) -> Any:
    return getattr(resolve(address(name, world.shared, world.users[LINK])).func, "view_class", None)


def answer_of_class(path: str, user: User) -> int:
    """Return the status that a page on the toolkit would answer with; it is asked, and draws nothing."""
    found = resolve(path)
    page = found.func.view_class()  # type: ignore[attr-defined]
    request = RequestFactory().get(path)
    request.user = user
    try:
        page.setup(request, *found.args, **found.kwargs)
        if isinstance(page, VerbPage):
            page.find()
            if not page.may(user):
                return 403
            return 302 if page.closed() else 200
        if isinstance(page, NounPage):
            return 200 if page.visible(user).filter(**page.lookup(**found.kwargs)).exists() else 404
    except Http404:
        return 404
    except PermissionDenied:
        return 403
    return 200


def test_pages_on_the_toolkit_answer_every_role_as_written(db: None, world: World) -> None:
    """By class, so that a new noun costs a line of the table and next to no time; the proofs ask them over HTTP."""
    toolkit = (ListPage, NounPage, VerbPage)
    names = [name for name in sorted(ROUTES) if ROUTES[name].method == "get"]
    names = [name for name in names if issubclass(page_class(name, world) or type(None), toolkit)]
    assert {"schools:contact_notes", "schools:contact_add", "schools:meeting_cancel"} <= set(names)
    wrong = []
    for name in names:
        for case, expected in cases_of(ROUTES[name]).items():
            path = address(name, getattr(world, case), world.users[LINK])
            got = {role: answer_of_class(path, fresh(world.users[role])) for role in Role}
            wrong += [f"{name}, {role}, {case}: {got[role]}" for role in Role if got[role] != expected[role]]
    assert wrong == []


def fresh(user: User) -> User:
    """The user as a request has them, with nothing kept on the object."""
    return User.objects.get(pk=user.pk)


@pytest.mark.prove
@pytest.mark.parametrize("name", sorted(ROUTES))
def test_a_route_answers_each_role_as_written(db: None, name: str, world: World) -> None:
    assert wrong_answers(name, world, dict.fromkeys(cases_of(ROUTES[name]), Role)) == []


def test_every_route_answers_strangers_as_written(db: None, world: World) -> None:
    here, someone = world.shared, world.users[LINK]
    answers = {name: asked(name, route, client_of(None), here, someone) for name, route in ROUTES.items()}
    assert answers == {name: route.anonymous for name, route in ROUTES.items()}


def test_a_stranger_learns_nothing_of_what_exists(db: None, world: World) -> None:
    """The answer for a school that exists and for one that does not is the same page."""
    client = client_of(world.sessions[HT])
    there = client.get(reverse("schools:school", args=[world.elsewhere.school.urn]))
    nowhere = client.get(reverse("schools:school", args=[123_456]))
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert without_tokens(there.content) == without_tokens(nowhere.content)


def without_tokens(page: bytes) -> bytes:
    """The page without what differs at every request."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", page)
