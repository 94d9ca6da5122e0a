"""Category rounds: last summer's, in which SIPs recommended, and the reviews of the terms since."""

from categorisation.models import Recommendation, Round
from categorisation.opening.actions import open_round
from categorisation.recommendations import actions
from categorisation.recommendations.rules import Assessment, CauseOfConcern, Rating
from categorisation.schemes.rules import headings_for
from schoolimprove.demo.script import Story, StoryEndsError, Verb
from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from schoolimprove.policy.values import policy_value
from schools.policy import SEF_GRADES


def open_summer(story: Story) -> None:
    open_round(story.days.year - 1, TermName.SUMMER.value, by=story.by, on=clock.today())


def open_last(story: Story) -> None:
    open_round(story.days.last.year, story.days.last.name.value, by=story.by, on=clock.today())


def open_next(story: Story) -> None:
    open_round(story.days.next.year, story.days.next.name.value, by=story.by, on=clock.today())


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


def _row(story: Story) -> Recommendation:
    rows = Recommendation.objects.select_related("round__scheme", "school__district").filter(school=story.school)
    found = rows.filter(round=Round.objects.filter(term=TermName.SUMMER).order_by("academic_year").first()).first()
    if found is None:
        raise StoryEndsError
    return found


VERBS: dict[str, Verb] = {
    "open summer round": open_summer,
    "open last round": open_last,
    "open next round": open_next,
    "recommend category": recommend,
    "submit recommendation": submit,
    "return recommendation": return_it,
    "share recommendation": share,
    "answer recommendation": answer,
}
