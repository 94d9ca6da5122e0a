"""Changes of policy that wait for a second person, as tasks of everybody who may approve them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.policy.keys import key_named
from schoolimprove.policy.models import PolicyRow

from .registry import Dated, Described, Expected, Provider, Rule, Rung, holders_of, providers, rules
from .steps import Step

APPROVE = "policy.approve"
APPROVERS = holders_of(
    "everyone who can approve policy, except the proposer",
    Permission.APPROVE_POLICY,
    where="AND NOT EXISTS (SELECT 1 FROM policy_policyrow proposal WHERE proposal.id = told.subject_id"
    " AND proposal.proposed_by_id = told.user_id)",
)


def register() -> None:
    """Register the rules. Call once, when the app is ready."""
    label = "Approve or refuse a change of policy"
    ladder = (Rung(Step.ASKED, APPROVERS),)
    rules.register(Rule(APPROVE, 90, label, ladder=ladder, described=_described, asked_of=_asked_of))
    providers.register(Provider("policy", 90, expected, frozenset({APPROVE})))


def expected(_on: date) -> Iterator[Expected]:
    """Each proposal, by the day from which it is to hold. One query."""
    for key, day in PolicyRow.objects.awaiting_approval().order_by().values_list("pk", "effective_from"):
        yield Expected(APPROVE, PolicyRow._meta.label_lower, key, due_on=day)


def _asked_of(user: Any, _on: date) -> Q | None:
    """Return the proposals that a user may approve: not their own."""
    if not user_can(user, Permission.APPROVE_POLICY):
        return None
    return Q(subject_id__in=PolicyRow.objects.exclude(proposed_by=user).order_by().values("pk"))


def _described(_user: Any, dated: Sequence[Dated]) -> Mapping[int, Described]:
    found = PolicyRow.objects.filter(pk__in={each.subject_id for each in dated})
    return {
        row.pk: Described(
            key_named(row.key).label,
            "",
            reverse("admin:policy_policyrow_change", args=[row.pk]),
            about=f"{key_named(row.key).label}, from {clock.uk_date(row.effective_from)}",
        )
        for row in found
    }
