"""A category as an item of a meeting: what is decided of a school, and what confirming the meeting does (4.3)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from categorisation.decisions.actions import NewDecision, decide
from categorisation.decisions.rules import Decided, decision_errors
from categorisation.mismatches.models import open_mismatches
from categorisation.moderation.forms import NO, YES, decision_form
from categorisation.moderation.rules import PLACE_LABELS, may_be_confirmed_together
from categorisation.moderation.standpoints import Known, known_of
from categorisation.policy import CHANGE_CAUSES, EVIDENCE_SOURCES
from categorisation.recommendations.evidence import evidence_for
from categorisation.recommendations.models import Recommendation
from categorisation.recommendations.pages import answers_table, causes_table, ratings_table
from categorisation.recommendations.states import RecommendationStatus
from categorisation.schemes.rules import Scheme
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.policy.nested import dump, load
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked
from schools.groups.models import Group
from schools.meetings.kinds import ItemKind, Outcome, item_kinds

KIND = "category"


def _rows(items: Sequence[Any]) -> dict[int, Recommendation]:
    """Return the recommendations that items decide, by their keys. One query."""
    rows = Recommendation.objects.select_related("round__scheme", "school__district", "author")
    return rows.in_bulk([item.subject_id for item in items])


def _known(item: Any) -> Known:
    [row] = _rows([item]).values()
    return known_of([row])[row.pk]


def form(item: Any, _user: Any) -> type[Any]:
    return decision_form(_known(item).row.scheme)


def started_from(outcome: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what was decided as the form shows it."""
    return {**outcome, "causing_concern": {True: YES, False: NO}.get(outcome["causing_concern"], "")}


def initial(item: Any) -> Mapping[str, Any]:
    """Start from what was decided, or else from what is recommended."""
    if item.outcome:
        return started_from(item.outcome)
    known = _known(item)
    return {"category": known.category, "level": known.level, "level_reason": known.row.level_reason}


def decided_in(answers: Mapping[str, Any]) -> Decided:
    """Return what the answers of the form decide."""
    return Decided(
        answers["category"],
        answers["level"],
        answers.get("level_reason", ""),
        answers.get("reason", ""),
        tuple(answers.get("evidence_sources", ())),
        "",
        {YES: True, NO: False}.get(answers.get("causing_concern", "")),
        answers.get("proposed_stage", ""),
    )


def in_words(scheme: Scheme, decided: Decided, *, before: str, known_as: str) -> str:
    """Return a decision as a sentence for the minutes; `before` is the category that is `known_as` the one it was."""
    category, support = scheme.category(decided.category), scheme.level(decided.level).label.lower()
    label = f"category {category.code}, {category.label.lower()}, with {support} support"
    is_changed = before not in ("", decided.category)
    changed = f"Changed from the {known_as} category {before} to {label}. {decided.reason}"
    words = changed if is_changed else f"Confirmed: {label}."
    if decided.causing_concern is None:
        return words
    stage = f" Stage proposed: {decided.proposed_stage}." if decided.proposed_stage else ""
    return f"{words} The school {'causes' if decided.causing_concern else 'does not cause'} concern.{stage}"


def outcome(item: Any, answers: Mapping[str, Any]) -> Outcome:
    """Return what was decided with a sentence for the minutes."""
    known, decided = _known(item), decided_in(answers)
    return Outcome(in_words(known.row.scheme, decided, before=known.category, known_as="recommended"), dump(decided))


def wrong_with(item: Any, found: Outcome) -> Sequence[str]:
    known, on = _known(item), clock.today()
    return list(
        decision_errors(
            known.row.scheme,
            load(Decided, dict(found.values)),
            recommended=known.category,
            in_year=False,
            sources=policy_value(EVIDENCE_SOURCES, on=on).labels,
            causes=policy_value(CHANGE_CAUSES, on=on).labels,
        )
    )


def require_moderating(group: Group) -> None:
    """Raise `Blocked` for a group that does not decide categories."""
    if not group.moderates:
        raise Blocked([f"{group} does not decide categories."])


def apply(items: Sequence[Any], by: Actor, on: date) -> None:
    """Make the decisions of a meeting: all of them, or `Blocked` and none."""
    require_moderating(items[0].meeting.group)
    rows = _rows(items)
    decide(
        [
            NewDecision(
                rows[item.subject_id].school,
                rows[item.subject_id].round.scheme,
                load(Decided, item.outcome),
                on,
                recommendation=rows[item.subject_id],
                meeting_item_id=item.pk,
                decided_by=item.decided_by,
            )
            for item in items
        ],
        by=by,
        on=on,
    )


def evidence(item: Any, user: Any) -> tuple[str, Mapping[str, Any]]:
    """Return what is known of the school; finance members read category and causes only (design, Who may)."""
    known = _known(item)
    row = known.row
    reads_all = user_can(user, Permission.VIEW_RECOMMENDATION, on=row.school)
    return "categorisation/item_evidence.html", {
        "known": known,
        "why_here": PLACE_LABELS[known.place],
        "mismatch": open_mismatches([row.school_id]).get(row.school_id) if reads_all else None,
        "causes": causes_table(row) if row.causes else None,
        "ratings": ratings_table(row) if reads_all and row.ratings and row.category else None,
        "answers": answers_table(list(row.agreements.all())) if reads_all and row.shared_at else None,
        "statement": row.statement if reads_all else "",
        "evidence": evidence_for(user, row) if reads_all else None,
    }


def recommenders(items: Sequence[Any]) -> Mapping[int, Collection[int]]:
    rows = _rows(items)
    return {item.pk: [rows[item.subject_id].author_id or 0] for item in items if item.subject_id in rows}


def blockers(items: Sequence[Any]) -> Mapping[int, str]:
    rows, gone = _rows(items), RecommendationStatus.WITHDRAWN
    return {
        item.pk: f"Defer {item}: its recommendation was withdrawn."
        for item in items
        if item.subject_id in rows and rows[item.subject_id].status == gone
    }


def together(items: Sequence[Any]) -> Mapping[int, Mapping[str, Any]]:
    """Return the schools that keep their category and about which no one has said anything else."""
    rows = _rows(items)
    known = known_of(list(rows.values()))
    return {
        item.pk: {
            "category": known[item.subject_id].category,
            "level": known[item.subject_id].level,
            "level_reason": _level_reason(known[item.subject_id]),
        }
        for item in items
        if item.subject_id in known and may_be_confirmed_together(known[item.subject_id].standpoint)
    }


def _level_reason(known: Known) -> str:
    return known.row.level_reason or (known.last.level_reason if known.last else "")


def register() -> None:
    """Register the kind; called once, when the app is ready."""
    item_kinds.register(
        ItemKind(
            KIND,
            10,
            "Category",
            form,
            outcome,
            apply,
            initial=initial,
            wrong_with=wrong_with,
            evidence=evidence,
            recommenders=recommenders,
            blockers=blockers,
            together=together,
        )
    )
