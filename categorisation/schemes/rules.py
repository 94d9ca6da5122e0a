"""What a category scheme says, and what follows from it (domain 4). Values in, values out: no database, no clock.

A scheme is the content of a dated edition, so that an authority with three or five categories needs no code.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True)
class Level:
    """A level of support: what a school gets in an academic year beside the days every school has."""

    code: str
    label: str
    core_visits: int
    additional_visits: int
    entitlements: tuple[str, ...]


@dataclass(frozen=True)
class Category:
    """A category, with the level of support that follows unless another is set with a reason."""

    code: str
    label: str
    level: str


@dataclass(frozen=True)
class Heading:
    """A heading a school is rated under. `asked_for` are the categories it is asked for; none means all of them.

    `characteristics` has for each category, by its code, what a school of it is like under this heading.
    """

    key: str
    label: str
    asked_for: tuple[str, ...]
    characteristics: dict[str, str]


@dataclass(frozen=True)
class Cause:
    """A cause of concern. It never changes a category by itself."""

    key: str
    label: str


@dataclass(frozen=True)
class Quartile:
    """From this percentile on, performance is what a school of this category is like."""

    from_percentile: Decimal
    category: str


@dataclass(frozen=True)
class Comparison:
    """Which categories a grade of one area agrees with, in one inspection framework. No framework is converted."""

    framework: str
    area: str
    agrees_with: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Flag:
    """A grade of one area that is pointed out beside the causes of concern, whatever the category."""

    framework: str
    area: str
    grades: tuple[str, ...]
    label: str


@dataclass(frozen=True)
class Scheme:
    """Categories from the strongest to the weakest, and all that is asked and follows under them."""

    categories: tuple[Category, ...]
    levels: tuple[Level, ...]
    headings: tuple[Heading, ...]
    causes: tuple[Cause, ...]
    quartiles: tuple[Quartile, ...]
    comparisons: tuple[Comparison, ...]
    flags: tuple[Flag, ...]

    def category(self, code: str) -> Category:
        """`KeyError` for a code the scheme does not have."""
        return {each.code: each for each in self.categories}[code]

    def level(self, code: str) -> Level:
        return {each.code: each for each in self.levels}[code]

    def rank(self, category: str) -> int:
        """Return 0 for the strongest category."""
        return self.categories.index(self.category(category))


class Mismatch(StrEnum):
    """How an inspection differs from the authority's category."""

    HARSHER = "harsher"
    MORE_GENEROUS = "more_generous"


def scheme_errors(scheme: Scheme) -> Iterator[str]:
    """Yield what is wrong with a scheme, as sentences for the person who writes it."""
    for name, keys in [
        ("category", [each.code for each in scheme.categories]),
        ("level", [each.code for each in scheme.levels]),
        ("heading", [each.key for each in scheme.headings]),
        ("cause", [each.key for each in scheme.causes]),
    ]:
        if not keys:
            yield f"Enter at least one {name}."
        yield from (f"The {name} {key} is there twice." for key in sorted({key for key in keys if keys.count(key) > 1}))
    levels, codes = {each.code for each in scheme.levels}, {each.code for each in scheme.categories}
    for category in scheme.categories:
        if category.level not in levels:
            yield f"Category {category.code} has the level {category.level}, which the scheme does not have."
    for place, named in _categories_named(scheme):
        if named not in codes:
            yield f"{place} names the category {named}, which the scheme does not have."
    percentiles = [each.from_percentile for each in scheme.quartiles]
    if percentiles != sorted(set(percentiles), reverse=True):
        yield "Enter the percentiles from the highest to the lowest, each once."


def _categories_named(scheme: Scheme) -> Iterator[tuple[str, str]]:
    for heading in scheme.headings:
        for code in (*heading.asked_for, *heading.characteristics):
            yield f"The heading {heading.label}", code
    for quartile in scheme.quartiles:
        yield f"The percentile {quartile.from_percentile}", quartile.category
    for comparison in scheme.comparisons:
        for grade, agreeing in comparison.agrees_with.items():
            yield from ((f"The grade {grade}", code) for code in agreeing)


def default_level(scheme: Scheme, category: str) -> str:
    """Return the level of support that follows from a category unless another is set (domain 4.1)."""
    return scheme.category(category).level


def level_errors(scheme: Scheme, *, category: str, level: str, reason: str) -> list[str]:
    """Any level can be set whatever the category, with a reason where it is not the default (domain 4.1) [002 F]."""
    if level != default_level(scheme, category) and not reason.strip():
        usual = scheme.level(default_level(scheme, category)).label.lower()
        return [f"Enter why the level of support is not {usual}, which is usual for this category."]
    return []


def headings_for(scheme: Scheme, category: str) -> list[Heading]:
    """Return the headings a school of this category is rated under, in order (domain 4.2) [002 E]."""
    return [each for each in scheme.headings if not each.asked_for or category in each.asked_for]


def quartile_guide(scheme: Scheme, percentile: Decimal) -> str | None:
    """Return the category that performance at this percentile (0 to 100) points to; a guide, not a rule (4.2)."""
    return next((each.category for each in scheme.quartiles if percentile >= each.from_percentile), None)


def mismatch(scheme: Scheme, category: str, *, framework: str, grades: Mapping[str, str]) -> Mismatch | None:
    """Compare a category with the grades by area of one inspection (domain 4.5) [002 D1].

    None where they agree, and where the scheme compares nothing of this framework.
    """
    for rule in scheme.comparisons:
        agreeing = rule.agrees_with.get(grades.get(rule.area, ""), ()) if rule.framework == framework else ()
        if agreeing and category not in agreeing:
            harsher = all(scheme.rank(each) > scheme.rank(category) for each in agreeing)
            return Mismatch.HARSHER if harsher else Mismatch.MORE_GENEROUS
    return None


def flags_of(scheme: Scheme, *, framework: str, grades: Mapping[str, str]) -> list[str]:
    """Return what of an inspection is pointed out beside the causes of concern (domain 4.4) [001 7-8]."""
    return [
        each.label for each in scheme.flags if each.framework == framework and grades.get(each.area, "") in each.grades
    ]


def change_errors(*, recommended: str, decided: str, reason: str, sources: Sequence[str]) -> list[str]:
    """A category other than the one recommended needs a reason and the source of its evidence (domain 4.3)."""
    if decided == recommended:
        return []
    errors = [] if reason.strip() else ["Enter why the category is not the one recommended."]
    return errors if sources else [*errors, "Select the evidence for the change."]


def in_year_errors(cause: str, *, causes: Iterable[str]) -> list[str]:
    """A change outside the rounds needs one of the causes of the policy `change_causes` (domain 4.3)."""
    return [] if cause in set(causes) else ["Select what caused the change."]
