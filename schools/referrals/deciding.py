"""The kind of item for referrals that ask for advice, and what follows when a meeting has answered referrals."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from schoolimprove.ui.forms import Form, RadiosField, TextArea
from schools.meetings.kinds import ItemKind, ItemsFollower, Outcome, item_kinds, items_dropped, meeting_confirmed
from schools.referrals.actions import answer_referrals, send_back_referrals
from schools.referrals.asks import DISCUSS, asks
from schools.referrals.models import Referral

ANSWERS = (("yes", "Accept the referral"), ("no", "Decline the referral"))


class AnswerForm(Form):
    answer = RadiosField(label="Decision", choices=ANSWERS, named="the decision")
    reason = TextArea(label="Advice or reason", named="the advice or the reason", rows=4, max_length=5_000)


def _form(item: Any, user: Any) -> type[Form]:
    return AnswerForm


def _outcome(item: Any, answers: Mapping[str, Any]) -> Outcome:
    accepted, reason = answers["answer"] == "yes", answers["reason"]
    words = "Accepted" if accepted else "Declined"
    return Outcome(f"{words}. {reason}", {"accepted": accepted, "reason": reason})


def _initial(item: Any) -> Mapping[str, Any]:
    if not item.outcome:
        return {}
    return {"answer": "yes" if item.outcome["accepted"] else "no", "reason": item.outcome["reason"]}


def referral_evidence(item: Any, user: Any) -> tuple[str, Mapping[str, Any]]:
    """Return the template and context of the referral that an item is about, for kinds that an ask names."""
    referral = Referral.objects.select_related("created_by", "source_group").get(pk=item.subject_id)
    return "schools/referrals/evidence.html", {"referral": referral}


def referrers(items: Sequence[Any]) -> Mapping[int, Collection[int]]:
    """Return who referred each school, for kinds whose items are about referrals."""
    sent = dict(Referral.objects.filter(pk__in=[item.subject_id for item in items]).values_list("pk", "created_by"))
    return {item.pk: [sent[item.subject_id] or 0] for item in items if item.subject_id in sent}


def _wrong_with(item: Any, outcome: Outcome) -> Sequence[str]:
    return () if outcome.values["reason"].strip() else ("Enter a reason.",)


def register() -> None:
    """Called once, when the app is ready."""
    item_kinds.register(
        ItemKind(
            "referral",
            50,
            "Referral",
            _form,
            _outcome,
            initial=_initial,
            wrong_with=_wrong_with,
            evidence=referral_evidence,
            recommenders=referrers,
        )
    )
    asks.register(DISCUSS)
    meeting_confirmed.register(ItemsFollower("referrals", 10, answer_referrals))
    items_dropped.register(ItemsFollower("referrals", 10, send_back_referrals))
