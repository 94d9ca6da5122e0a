"""The kind of item for referrals that ask for advice, and what follows when a meeting has answered referrals."""

from collections.abc import Mapping, Sequence
from typing import Any

from schoolimprove.ui.forms import Form, RadiosField, TextArea
from schools.meetings.kinds import ConfirmFollower, ItemKind, Outcome, item_kinds, meeting_confirmed
from schools.referrals.actions import answer_referrals
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
        )
    )
    asks.register(DISCUSS)
    meeting_confirmed.register(ConfirmFollower("referrals", 10, answer_referrals))
