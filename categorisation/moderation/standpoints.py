"""What is known of the schools of a round before a meeting takes them, for many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from categorisation.decisions.models import CategoryDecision
from categorisation.moderation.rules import Place, Standpoint, place_of
from categorisation.recommendations.models import Agreement, Recommendation
from categorisation.schemes.rules import mismatch
from schoolimprove.lib import clock
from schools.inspections.models import grades_of, latest_inspections
from schools.register.models.decision import EVER


@dataclass(frozen=True)
class Known:
    """A recommendation with what it would confirm, and how the school stands."""

    row: Recommendation
    standpoint: Standpoint
    category: str
    level: str
    last: CategoryDecision | None

    @property
    def place(self) -> Place:
        return place_of(self.standpoint)


def known_of(rows: Sequence[Recommendation]) -> Mapping[int, Known]:
    """Return what is known by recommendation, in a constant number of queries.

    In a review the category and the level are those the school has. `rows` come with their round and its scheme.
    """
    schools = {row.school_id for row in rows}
    last = {each.school_id: each for each in CategoryDecision.objects.as_at(EVER, schools)}
    disputed = set(
        Agreement.objects.filter(recommendation__in=[row.pk for row in rows], agrees=False).values_list(
            "recommendation", flat=True
        )
    )
    inspections = latest_inspections(schools, clock.today())
    found = {}
    for row in rows:
        held, inspection = last.get(row.school_id), inspections.get(row.school_id)
        category = row.category or (held.category if held else "")
        level = row.level or (held.level if held else "")
        differs = inspection is not None and category in {each.code for each in row.scheme.categories}
        code, grades = (inspection.framework.code, grades_of(inspection)) if inspection else ("", {})
        found[row.pk] = Known(
            row,
            Standpoint(
                category,
                held.category if held else "",
                row.pk in disputed,
                differs and mismatch(row.scheme, category, framework=code, grades=grades) is not None,
                bool(row.causes),
            ),
            category,
            level,
            held,
        )
    return found
