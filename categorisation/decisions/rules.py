"""What a decision of a category lacks, and what support follows from it (domain 4.1, 4.3, 4.7). No database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from categorisation.schemes.rules import Level, Scheme, change_errors, in_year_errors, level_errors
from schoolimprove.lib.years import academic_year_bounds


@dataclass(frozen=True)
class Decided:
    """What a group decides of a school. `evidence_sources` and `change_cause` are keys of the policies."""

    category: str
    level: str
    level_reason: str = ""
    reason: str = ""
    evidence_sources: tuple[str, ...] = ()
    change_cause: str = ""
    causing_concern: bool | None = None
    proposed_stage: str = ""


def decision_errors(
    scheme: Scheme,
    decided: Decided,
    *,
    recommended: str,
    in_year: bool,
    sources: Iterable[str],
    causes: Iterable[str],
) -> Iterator[str]:
    """Yield what a decision lacks, as sentences.

    `recommended` is the category before it: the one recommended, or else the one that the school has; empty where it
    has none. A decision outside the rounds is `in_year`. `sources` and `causes` are the keys that can be chosen.
    """
    if decided.category not in {each.code for each in scheme.categories}:
        yield "Select a category of the scheme."
        return
    if decided.level not in {each.code for each in scheme.levels}:
        yield "Select the level of support."
    else:
        yield from level_errors(scheme, category=decided.category, level=decided.level, reason=decided.level_reason)
    if recommended:
        yield from change_errors(
            recommended=recommended,
            decided=decided.category,
            reason=decided.reason,
            sources=decided.evidence_sources,
        )
    if not set(decided.evidence_sources) <= set(sources):
        yield "Select evidence from the list."
    if in_year:
        yield from in_year_errors(decided.change_cause, causes=causes)
        if decided.category == (recommended or decided.category) and not decided.reason.strip():
            yield "Enter why you decide this outside a round."
    if decided.proposed_stage and not decided.causing_concern:
        yield "Propose a stage only for a school that is causing concern."


def support_from(effective_on: date, *, annual_round: int | None) -> date:
    """Return the day from which the support of a level is given (domain 4.3, 4.7).

    After an annual round of that academic year it is the first day of the next; otherwise the day of the change.
    """
    return effective_on if annual_round is None else academic_year_bounds(annual_round + 1)[0]


def support_list(level: Level) -> list[str]:
    """Return what a level brings: its visits in an academic year, then its entitlements."""
    visits = [
        f"{number} {kind} visit{'' if number == 1 else 's'}"
        for number, kind in ((level.core_visits, "core"), (level.additional_visits, "additional"))
        if number
    ]
    return [*visits, *level.entitlements]
