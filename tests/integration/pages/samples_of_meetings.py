"""Samples of the lists and forms of meetings, their items, and referrals to groups."""

from datetime import timedelta
from itertools import count
from typing import Any

from django.urls import reverse

from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools.meetings import actions
from schools.models import Meeting, MeetingItem, Referral
from schools.referrals.actions import add_to_agenda
from tests.factories.county import TUESDAY, County
from tests.factories.groups import GroupFactory, MembershipFactory
from tests.factories.meetings import MeetingFactory, MeetingItemFactory, ReferralFactory
from tests.factories.schools import SchoolFactory, appointed
from tests.integration.pages.sampling import NEXT_WEEK, ListSample, VerbSample, again, day


def list_samples(county: County) -> dict[str, ListSample]:
    group = GroupFactory.create(authority=None, district=county.school.district)

    def meetings(number: int, text: str) -> None:
        first = TUESDAY + timedelta(days=Meeting.objects.count())
        for days in range(number):
            MeetingFactory.create(group=group, held_on=first + timedelta(days=days), place=text)

    def referrals(number: int, text: str) -> None:
        for _ in range(number):
            school = SchoolFactory.create(district=county.school.district, name=text)
            ReferralFactory.create(group=group, school=school)

    return {
        "meetings:list": ListSample(county.head, county.headteacher, meetings, "q=nowhere+at+all"),
        "referrals:list": ListSample(county.head, county.headteacher, referrals, "q=nowhere+at+all"),
    }


def verb_samples(county: County) -> dict[str, VerbSample]:
    """Meetings of a group that the DSIM chairs, with the Head as a member and an EIP as adviser."""
    group = GroupFactory.create(authority=None, district=county.school.district)
    adviser = appointed(Role.EIP, district=county.school.district)
    for user, capacity in {county.dsim: "chair", county.head: "member", adviser: "adviser"}.items():
        MembershipFactory.create(group=group, person=user.person, capacity=capacity)
    ago = count()

    def meeting(status: str) -> Meeting:
        called = None if status == "planned" else clock.now()
        held_on = TUESDAY - timedelta(days=next(ago))
        fields = {"status": status, "called_at": called, "chair": county.dsim.person, "held_on": held_on}
        made: Meeting = MeetingFactory.create(group=group, **fields)
        return made

    def item(status: str = "held") -> MeetingItem:
        made: MeetingItem = MeetingItemFactory.create(meeting=meeting(status))
        return made

    colleague: dict[str, Any] = {"by": county.head, "on": TUESDAY, "seen_version": 1}
    return {
        **meeting_samples(county, adviser, meeting, colleague),
        **item_samples(county, adviser, item, colleague),
        **referral_samples(county, meeting("called"), colleague),
    }


def meeting_samples(county: County, adviser: Any, meeting: Any, colleague: dict[str, Any]) -> dict[str, VerbSample]:
    keeper, director = county.dsim, county.director
    planned, changed, starting, cancelled, growing = meeting("planned"), *(meeting("called") for _ in range(4))
    attended, ending, minuted, ordered, read_out = (meeting("held") for _ in range(5))
    group = planned.group
    unversioned = {name: value for name, value in colleague.items() if name != "on"}
    actions.record_attendance(ending, by=county.head, seen_version=1, present=[county.head.person.pk])
    actions.write_minutes(minuted, by=county.head, seen_version=1, text="All were present")
    first, last = (MeetingItemFactory.create(meeting=ordered) for _ in range(2))
    together = MeetingItemFactory.create(meeting=read_out)

    def at(name: str, *args: Any) -> str:
        return reverse(f"meetings:{name}", args=args)

    def cancel(thing: Meeting) -> Any:
        return lambda: actions.cancel_meeting(again(thing), **colleague, reason="The hall is closed")

    def change() -> None:
        fields: dict[str, Any] = {"held_on": NEXT_WEEK, "starts_at": None, "chair": None}
        actions.change_meeting(again(changed), **colleague, place="Elsewhere", **fields)

    def correct() -> None:
        actions.write_minutes(
            again(minuted), by=county.head, seen_version=2, text="Most were present", reason="Two left"
        )

    return {
        "meetings:plan": VerbSample(
            at("plan"),
            keeper,
            director,
            {"group": str(group.pk), **day("held_on", NEXT_WEEK), "place": "The library"},
            "The library",
            counted=lambda: Meeting.objects.filter(place="The library").count(),
        ),
        "meetings:meeting_call": VerbSample(
            at("meeting_call", planned.pk),
            keeper,
            director,
            {},
            "Call the meeting",
            finish=lambda: actions.call_meeting(again(planned), **colleague),
            # Who does not keep the group does not see a meeting before it is called.
            refused=404,
        ),
        "meetings:meeting_hold": VerbSample(
            at("meeting_hold", starting.pk),
            keeper,
            adviser,
            {},
            "Start the meeting",
            finish=lambda: actions.hold_meeting(again(starting), **colleague),
        ),
        "meetings:meeting_cancel": VerbSample(
            at("meeting_cancel", cancelled.pk),
            keeper,
            adviser,
            {"reason": "Too few can come"},
            "Too few can come",
            finish=cancel(cancelled),
        ),
        "meetings:meeting_confirm": VerbSample(
            at("meeting_confirm", ending.pk),
            keeper,
            adviser,
            {},
            "Confirm the decisions",
            finish=lambda: actions.confirm_meeting(again(ending), **{**colleague, "seen_version": 2}),
        ),
        "meetings:change": VerbSample(
            at("change", changed.pk),
            keeper,
            adviser,
            {**day("held_on", NEXT_WEEK), "place": "The library"},
            "The library",
            finish=change,
            closes=False,
        ),
        "meetings:item_add": VerbSample(
            at("item_add", growing.pk),
            keeper,
            adviser,
            {"title": "Report on attendance"},
            "Report on attendance",
            finish=cancel(growing),
            counted=lambda: growing.items.filter(title="Report on attendance").count(),
        ),
        "meetings:order": VerbSample(
            at("order", ordered.pk),
            keeper,
            adviser,
            {f"item_{first.pk}": "9", f"item_{last.pk}": "8"},
            'value="9"',
            finish=lambda: actions.reorder_items(again(ordered), order=[last.pk, first.pk], **unversioned),
            closes=False,
        ),
        "meetings:attendance": VerbSample(
            at("attendance", attended.pk),
            keeper,
            adviser,
            {"present": [str(county.head.person.pk)], "also_present": "A visitor"},
            "A visitor",
            finish=lambda: actions.record_attendance(again(attended), present=[], **unversioned),
            closes=False,
        ),
        "meetings:together": VerbSample(
            at("together", read_out.pk),
            keeper,
            adviser,
            {"rows": [f"{together.pk}.1"]},
            "Items that were read out",
            finish=lambda: actions.decide_item(again(together), answers={"words": "Received."}, **colleague),
        ),
        "meetings:minutes_write": VerbSample(
            at("minutes_write", minuted.pk),
            keeper,
            adviser,
            {"text": "Everyone was present", "reason": "One came late"},
            "Everyone was present",
            finish=correct,
            closes=False,
        ),
    }


def item_samples(county: County, adviser: Any, item: Any, colleague: dict[str, Any]) -> dict[str, VerbSample]:
    to_decide, to_defer, to_withdraw = item(), item(), item("called")
    reason = {"reason": "The report is not ready"}

    def at(name: str, thing: MeetingItem) -> str:
        return reverse(f"meetings:{name}", args=[thing.meeting_id, thing.pk])

    def defer(thing: MeetingItem) -> Any:
        return lambda: actions.defer_item(again(thing), **colleague, reason="Too late in the day")

    def withdraw() -> None:
        actions.withdraw_item(again(to_withdraw), by=county.head, seen_version=1, reason="Added twice")

    return {
        "meetings:decide": VerbSample(
            at("decide", to_decide),
            county.dsim,
            adviser,
            {"words": "Visit in spring"},
            "Visit in spring",
            finish=defer(to_decide),
            closes=False,
        ),
        "meetings:defer": VerbSample(
            at("defer", to_defer), county.dsim, adviser, reason, reason["reason"], finish=defer(to_defer)
        ),
        "meetings:withdraw": VerbSample(
            at("withdraw", to_withdraw), county.dsim, adviser, reason, reason["reason"], finish=withdraw
        ),
    }


def referral_samples(county: County, meeting: Meeting, colleague: dict[str, Any]) -> dict[str, VerbSample]:
    referral = ReferralFactory.create(group=meeting.group, school=county.school)
    other = GroupFactory.create(authority=None, district=county.school.district)
    return {
        "referrals:refer": VerbSample(
            reverse("referrals:refer", args=[county.school.urn]),
            county.sip,
            county.headteacher,
            {"group": str(other.pk), "ask": "discuss", "evidence": "Reading fell twice", "urgent": "no"},
            "Reading fell twice",
            counted=lambda: Referral.objects.filter(group=other).count(),
        ),
        "referrals:referral_add_to_agenda": VerbSample(
            reverse("referrals:referral_add_to_agenda", args=[referral.pk]),
            county.dsim,
            county.sip,
            {"meeting": str(meeting.pk)},
            "Put on an agenda",
            finish=lambda: add_to_agenda(again(referral), **colleague, meeting=again(meeting)),
        ),
    }
