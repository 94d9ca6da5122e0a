"""A change of category within the year: asked for by a referral with its cause, decided at a meeting (domain 4.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from categorisation.decisions.actions import NewDecision, decide
from categorisation.decisions.models import CategoryDecision
from categorisation.decisions.rules import Decided, decision_errors
from categorisation.moderation.forms import decision_form
from categorisation.moderation.item import decided_in, in_words, require_moderating, started_from
from categorisation.policy import CHANGE_CAUSES, EVIDENCE_SOURCES
from categorisation.schemes.models import scheme_on
from categorisation.schemes.rules import Scheme
from schoolimprove.lib import clock
from schoolimprove.policy.nested import dump, load
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import Actor
from schools.meetings.kinds import ItemKind, Outcome, item_kinds
from schools.referrals.asks import Answer, Ask, asks
from schools.referrals.deciding import referral_evidence, referrers
from schools.referrals.models import Referral
from schools.register.models.decision import EVER

KIND, ASK = "category_change", "recategorise"


def _last(item: Any) -> CategoryDecision | None:
    found: CategoryDecision | None = CategoryDecision.objects.as_at(EVER, [item.school_id]).first()
    return found


def _scheme() -> Scheme:
    return scheme_on(clock.today()).scheme


def form(_item: Any, _user: Any) -> type[Any]:
    return decision_form(_scheme(), changes=True)


def initial(item: Any) -> Mapping[str, Any]:
    """Start from what was decided, or else from the category that the school has."""
    if item.outcome:
        return started_from(item.outcome)
    last = _last(item)
    return {"category": last.category, "level": last.level} if last else {}


def outcome(item: Any, answers: Mapping[str, Any]) -> Outcome:
    """Return what was decided; the category and level that the school has already decline the referral."""
    cause = Referral.objects.only("cause").get(pk=item.subject_id).cause
    last, decided = _last(item), replace(decided_in(answers), change_cause=cause)
    before, level = (last.category, last.level) if last else ("", "")
    changes = (before, level) != (decided.category, decided.level)
    return Outcome(
        in_words(_scheme(), decided, before=before, known_as="present"), dump(decided) | {"accepted": changes}
    )


def wrong_with(item: Any, found: Outcome) -> Sequence[str]:
    values = dict(found.values)
    if not values.pop("accepted"):
        return [] if values["reason"].strip() else ["Enter why the category does not change."]
    last, on = _last(item), clock.today()
    return list(
        decision_errors(
            _scheme(),
            load(Decided, values),
            recommended=last.category if last else "",
            in_year=True,
            sources=policy_value(EVIDENCE_SOURCES, on=on).labels,
            causes=policy_value(CHANGE_CAUSES, on=on).labels,
        )
    )


def apply(items: Sequence[Any], by: Actor, on: date) -> None:
    """Make the changes that the meeting decided, from this day on."""
    require_moderating(items[0].meeting.group)
    scheme, changes = scheme_on(on), []
    for item in items:
        values = dict(item.outcome)
        if values.pop("accepted"):
            stamp: dict[str, Any] = {"meeting_item_id": item.pk, "decided_by": item.decided_by}
            changes.append(NewDecision(item.school, scheme, load(Decided, values), on, **stamp))
    if changes:
        decide(changes, by=by, on=on)


def _answer(item: Any) -> Answer:
    return Answer(item.outcome["accepted"], item.outcome["reason"])


def register() -> None:
    """Register the kind and what a referral asks; called once, when the app is ready."""
    item_kinds.register(
        ItemKind(
            KIND,
            20,
            "Change of category",
            form,
            outcome,
            apply,
            initial=initial,
            wrong_with=wrong_with,
            evidence=referral_evidence,
            recommenders=referrers,
        )
    )
    asks.register(
        Ask(
            ASK,
            20,
            "Change the category before the next round",
            KIND,
            causes=lambda on: policy_value(CHANGE_CAUSES, on=on).labels,
            answer=_answer,
            may_answer=lambda group: group.moderates,
        )
    )
