"""Samples of the lists and forms of meetings and referrals."""

from datetime import date
from typing import Any

from django.urls import reverse

from schoolimprove.lib import clock
from schools.meetings import actions
from schools.models import Meeting, MeetingItem, Referral
from schools.referrals.actions import add_to_agenda
from tests.factories.county import TUESDAY, County
from tests.factories.groups import GroupFactory, MembershipFactory
from tests.factories.meetings import AttendanceFactory, MeetingFactory, MeetingItemFactory, ReferralFactory
from tests.factories.schools import SchoolFactory
from tests.integration.pages.sampling import NEXT_WEEK, ListSample, VerbSample, again, day


def list_samples(county: County) -> dict[str, ListSample]:
    def meetings(count: int, text: str) -> None:
        for _number in range(count):
            group = GroupFactory.create(name=f"{text} {Meeting.objects.count()}", authority=county.school.authority)
            MeetingFactory.create(group=group, place=text)

    def referrals(count: int, text: str) -> None:
        group = GroupFactory.create(authority=county.school.authority)
        for _number in range(count):
            ReferralFactory.create(group=group, school=SchoolFactory.create(district=county.school.district, name=text))

    return {
        "meetings:list": ListSample(county.head, county.headteacher, meetings, "q=nowhere+at+all"),
        "referrals:list": ListSample(county.head, county.headteacher, referrals, "q=nowhere+at+all"),
    }


def verb_samples(county: County) -> dict[str, VerbSample]:
    """Of a group that the Head chairs and keeps; the SIP advises, and the Deputy chairs the meetings to come."""
    group = GroupFactory.create(authority=county.school.authority, quorum=1)
    for user, capacity in ((county.head, "chair"), (county.deputy, "member"), (county.sip, "adviser")):
        MembershipFactory.create(group=group, person=user.person, capacity=capacity)
    days = iter(range(1, 30))

    def meeting(status: str, items: int = 0) -> Meeting:
        stamp: dict[str, Any] = {} if status == "planned" else {"called_at": clock.now()}
        held_on, chair = date(2026, 10, next(days)), county.deputy.person
        found = MeetingFactory.create(group=group, status=status, held_on=held_on, chair=chair, **stamp)
        MeetingItemFactory.create_batch(items, meeting=found)
        return found

    def at(name: str, *args: Any) -> str:
        return reverse(f"meetings:{name}", args=args)

    by: dict[str, Any] = {"by": county.head, "seen_version": 1}
    today: dict[str, Any] = {**by, "on": TUESDAY}
    called, cancelled, changed = meeting("planned"), meeting("planned"), meeting("planned")
    held, confirmed, attended = meeting("called"), meeting("held"), meeting("called")
    AttendanceFactory.create(meeting=confirmed, person=county.head.person)
    ordered, minuted, grown = meeting("called", items=2), meeting("held"), meeting("called")
    one, two = ordered.items.all()
    [decided, deferred, withdrawn, grouped] = meeting("held", items=4).items.all()
    when: dict[str, Any] = {"starts_at": None, "place": "Town Hall", "chair": None}
    referral = ReferralFactory.create(group=group, school=county.school)

    def item_at(name: str, item: MeetingItem) -> str:
        return at(name, item.meeting_id, item.pk)

    return {
        "meetings:plan": VerbSample(
            at("plan"),
            county.head,
            county.director,
            {"group": group.pk, **day("held_on", NEXT_WEEK), "starts_at": "9:30am", "place": "County Hall"},
            "County Hall",
            counted=Meeting.objects.filter(held_on=NEXT_WEEK).count,
        ),
        "meetings:meeting_call": VerbSample(
            at("meeting_call", called.pk),
            county.head,
            county.deputy,
            {},
            "Call the meeting",
            finish=lambda: actions.call_meeting(again(called), **today),
        ),
        "meetings:meeting_hold": VerbSample(
            at("meeting_hold", held.pk),
            county.head,
            county.sip,
            {},
            "Start the meeting",
            finish=lambda: actions.hold_meeting(again(held), **today),
        ),
        "meetings:meeting_confirm": VerbSample(
            at("meeting_confirm", confirmed.pk),
            county.head,
            county.sip,
            {},
            "Confirm the decisions",
            finish=lambda: actions.confirm_meeting(again(confirmed), **today),
        ),
        "meetings:meeting_cancel": VerbSample(
            at("meeting_cancel", cancelled.pk),
            county.head,
            county.deputy,
            {"reason": "The hall is flooded"},
            "The hall is flooded",
            finish=lambda: actions.cancel_meeting(again(cancelled), **today, reason="Snow"),
        ),
        "meetings:change": VerbSample(
            at("change", changed.pk),
            county.head,
            county.deputy,
            {**day("held_on", NEXT_WEEK), "starts_at": "14:00", "place": "A school hall", "chair": ""},
            "A school hall",
            finish=lambda: actions.change_meeting(again(changed), **today, held_on=NEXT_WEEK, **when),
            closes=False,
        ),
        "meetings:item_add": VerbSample(
            at("item_add", grown.pk),
            county.head,
            county.sip,
            {"title": "Report on attendance", "paper": "Figures", "url": "https://papers.invalid/1"},
            "Report on attendance",
            counted=grown.items.count,
        ),
        "meetings:order": VerbSample(
            at("order", ordered.pk),
            county.head,
            county.sip,
            {f"item_{one.pk}": "77", f"item_{two.pk}": "1"},
            "77",
            finish=lambda: actions.reorder_items(again(ordered), **by, order=[two.pk, one.pk]),
            closes=False,
        ),
        "meetings:attendance": VerbSample(
            at("attendance", attended.pk),
            county.head,
            county.sip,
            {"present": [str(county.head.person.pk)], "also_present": "A guest of the chair"},
            "A guest of the chair",
            finish=lambda: actions.record_attendance(again(attended), **by, present=[]),
            closes=False,
        ),
        "meetings:minutes_write": VerbSample(
            at("minutes_write", minuted.pk),
            county.head,
            county.sip,
            {"text": "All agreed in one minute", "reason": "A word was wrong"},
            "All agreed in one minute",
            finish=lambda: actions.write_minutes(again(minuted), **by, text="Other"),
            closes=False,
        ),
        "meetings:together": VerbSample(
            at("together", grouped.meeting_id),
            county.head,
            county.sip,
            {"rows": [f"{grouped.pk}.1"]},
            "Items that were read out",
            finish=lambda: actions.decide_item(again(grouped), **today, answers={"words": "Agreed."}),
            closes=False,
        ),
        "meetings:decide": VerbSample(
            item_at("decide", decided),
            county.head,
            county.sip,
            {"words": "Noted with thanks"},
            "Noted with thanks",
            finish=lambda: actions.decide_item(again(decided), **today, answers={"words": "Agreed."}),
            closes=False,
        ),
        "meetings:defer": VerbSample(
            item_at("defer", deferred),
            county.head,
            county.sip,
            {"reason": "The figures are missing"},
            "The figures are missing",
            finish=lambda: actions.defer_item(again(deferred), **today, reason="No time"),
        ),
        "meetings:withdraw": VerbSample(
            item_at("withdraw", withdrawn),
            county.head,
            county.sip,
            {"reason": "It is on the wrong agenda"},
            "It is on the wrong agenda",
            finish=lambda: actions.withdraw_item(again(withdrawn), **today, reason="No time"),
        ),
        "referrals:refer": VerbSample(
            reverse("referrals:refer", args=[SchoolFactory.create(district=county.school.district).urn]),
            county.dsim,
            county.director,
            {"group": group.pk, "ask": "discuss", "evidence": "Two weak visits in a row", "urgent": "no"},
            "Two weak visits in a row",
            counted=Referral.objects.exclude(pk=referral.pk).count,
        ),
        "referrals:referral_add_to_agenda": VerbSample(
            reverse("referrals:referral_add_to_agenda", args=[referral.pk]),
            county.head,
            county.sip,
            {"meeting": grown.pk},
            f'value="{grown.pk}" selected',
            finish=lambda: add_to_agenda(again(referral), **today, meeting=grown),
        ),
    }
