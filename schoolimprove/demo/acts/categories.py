"""Category rounds: last summer's, in which SIPs recommended, and the reviews of the terms since."""

from datetime import date, timedelta

from categorisation.letters import CATEGORY_LETTER
from categorisation.models import Recommendation, Round
from categorisation.moderation.actions import build_agenda
from categorisation.opening.actions import open_round
from categorisation.policy import REVIEW
from categorisation.recommendations import actions
from categorisation.recommendations.rules import Assessment, CauseOfConcern, Rating
from categorisation.schemes.rules import headings_for
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.roles import Role
from schoolimprove.demo.acts.imports import bring
from schoolimprove.demo.cast import holder_of
from schoolimprove.demo.script import Story, StoryEndsError, Verb
from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from schoolimprove.policy.values import policy_value
from schools.groups.models import Group
from schools.letters.actions import issue_letters
from schools.letters.models import Letter
from schools.meetings import actions as meetings
from schools.meetings.models import Meeting
from schools.models import ImportKind, School
from schools.policy import SEF_GRADES

PAST = ("2", "2", "3", "2", "1", "3", "2", "4")
"""Categories of earlier years, by turns."""


def open_summer(story: Story) -> None:
    open_round(story.days.year - 1, TermName.SUMMER.value, by=story.by, on=clock.today())


def open_last(story: Story) -> None:
    """Open the review of the last term; an annual round is left to the people who look at the demonstration."""
    last = story.days.last
    if last.name != TermName.SUMMER:
        open_round(last.year, last.name.value, by=story.by, on=clock.today())


def close_summer(story: Story) -> None:
    """Leave out the schools that last summer's meeting did not take, and close the round."""
    summer = _summer()
    for row in summer.recommendations.filter(status="due").select_related("round", "school__district"):
        reason = "Its category came from the spreadsheet"
        actions.withdraw(row, by=story.by, on=clock.today(), reason=reason, seen_version=row.version)
    make_move(summer, "close", by=story.by, seen_version=summer.version)


def review(story: Story, *, but: list[str]) -> None:
    """Let every DSIM leave the categories of their schools as they are, but for some schools still to be looked at."""
    due = Recommendation.objects.filter(status="due", round__kind=REVIEW).exclude(school__name__in=but)
    for row in due.select_related("round", "school__district__double_district", "school__authority"):
        district = row.school.district
        dsim = holder_of(Role.DSIM, double_district=district.double_district) if district else None
        if dsim and not actions.blockers_to_no_change(row, on=clock.today()):
            actions.recommend_no_change(row, by=dsim, on=clock.today(), seen_version=row.version)


def recommend(
    story: Story,
    *,
    category: str,
    statement: str,
    sef: int,
    level: str = "",
    level_reason: str = "",
    weaker: dict[str, str] | None = None,
    causes: dict[str, str] | None = None,
) -> None:
    """Write last summer's recommendation; `weaker` has the evidence of headings that are a category lower."""
    row = _row(story)
    scheme, weaker = row.scheme, weaker or {}
    below = scheme.categories[min(scheme.rank(category) + 1, len(scheme.categories) - 1)].code
    ratings = tuple(
        Rating(each.key, below, weaker[each.key]) if each.key in weaker else Rating(each.key, category)
        for each in headings_for(scheme, category)
    )
    written = Assessment(
        policy_value(SEF_GRADES, on=clock.today()).entries[sef],
        ratings,
        category,
        level or scheme.category(category).level,
        level_reason,
        tuple(CauseOfConcern(key, evidence) for key, evidence in (causes or {}).items()),
        statement,
    )
    actions.write(row, written, by=story.by, on=clock.today(), seen_version=row.version)
    story.add(row)


def submit(story: Story) -> None:
    row = story.the(Recommendation, "round__scheme", "school")
    actions.submit(row, by=story.by, on=clock.today(), seen_version=row.version)


def return_it(story: Story, *, reason: str) -> None:
    row = story.the(Recommendation, "round", "school__district")
    actions.return_to_author(row, by=story.by, on=clock.today(), reason=reason, seen_version=row.version)


def share(story: Story) -> None:
    row = story.the(Recommendation, "round", "school__district")
    actions.share(row, by=story.by, on=clock.today(), seen_version=row.version)


def answer(story: Story, *, agrees: bool, words: str = "") -> None:
    row = story.the(Recommendation, "round", "school")
    actions.answer(row, by=story.by, on=clock.today(), agrees=agrees, words=words, seen_version=row.version)


def import_past(story: Story) -> None:
    """Bring the categories of the years before the service, for every school that is served."""
    first = date(story.days.year - 1, 9, 1)
    schools = School.objects.filter(authority__own=True).open().order_by("urn")
    rows = [
        {
            "URN": school.urn,
            "category": PAST[school.urn % len(PAST)],
            "level": "",
            "effective_on": first.isoformat(),
            "decided_at": (first - timedelta(days=50)).isoformat(),
            "reason": "From the authority’s spreadsheet",
        }
        for school in schools
    ]
    bring(ImportKind.CATEGORIES, "categories.csv", rows, by=story.cast.administrator)


def plan(story: Story, *, to: int | str) -> None:
    """Plan a meeting of the group that moderates."""
    group = Group.objects.filter(kind="dirg").order_by("pk").first()
    if group is None:
        raise StoryEndsError
    story.add(meetings.plan_meeting(group, by=story.by, on=clock.today(), held_on=story.day(to)))


def agenda(story: Story, *, summer: bool = False) -> None:
    """Put the schools of the story's district on the agenda: of last summer's round, or of the newest that is open."""
    wanted = _summer() if summer else Round.objects.open().order_by("-recommend_by").first()
    if wanted is None or story.school.district_id is None:
        raise StoryEndsError
    build_agenda(story.the(Meeting, "group", "chair"), wanted, [story.school.district_id], by=story.by)


def call(story: Story) -> None:
    meeting = story.the(Meeting, "group", "chair")
    meetings.call_meeting(meeting, by=story.by, on=clock.today(), seen_version=meeting.version)


def hold(story: Story) -> None:
    """Start the meeting; everyone who belongs to the group is present."""
    meeting = story.the(Meeting, "group", "chair")
    meetings.hold_meeting(meeting, by=story.by, on=clock.today(), seen_version=meeting.version)
    present = list(meeting.group.memberships.current(clock.today()).values_list("person", flat=True))
    meetings.record_attendance(meeting, by=story.by, seen_version=meeting.version, present=present)


def decide(story: Story, *, school: str, **answers: object) -> None:
    item = story.the(Meeting).items.select_related("meeting__group", "school").get(school__name=school)
    on, seen = clock.today(), item.version
    meetings.decide_item(item, by=story.by, on=on, seen_version=seen, answers=answers)


def confirm(story: Story) -> None:
    """Confirm the decisions, and keep the minutes that the service drafts."""
    meeting = story.the(Meeting, "group", "chair")
    meetings.confirm_meeting(meeting, by=story.by, on=clock.today(), seen_version=meeting.version)
    text = meetings.drafted_minutes(meeting)
    meetings.write_minutes(meeting, by=story.by, seen_version=meeting.version, text=text)


def issue(story: Story) -> None:
    """Issue every letter about a category that waits."""
    letters = list(Letter.objects.waiting().filter(kind=CATEGORY_LETTER.key).select_related("school"))
    issue_letters(letters, by=story.by, on=clock.today())


def _summer() -> Round:
    summer = Round.objects.filter(term=TermName.SUMMER).order_by("academic_year").first()
    if summer is None:
        raise StoryEndsError
    return summer


def _row(story: Story) -> Recommendation:
    rows = Recommendation.objects.select_related("round__scheme", "school__district")
    return rows.get(school=story.school, round=_summer())


VERBS: dict[str, Verb] = {
    "open summer round": open_summer,
    "open last round": open_last,
    "recommend category": recommend,
    "submit recommendation": submit,
    "return recommendation": return_it,
    "share recommendation": share,
    "answer recommendation": answer,
    "import past categories": import_past,
    "close summer round": close_summer,
    "review categories": review,
    "plan moderation": plan,
    "build agenda": agenda,
    "call moderation": call,
    "hold moderation": hold,
    "decide category": decide,
    "confirm moderation": confirm,
    "issue category letters": issue,
}
