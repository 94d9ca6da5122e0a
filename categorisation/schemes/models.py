"""Editions of the category scheme: categories, levels, headings, causes and rules of comparison (domain 4)."""

from collections.abc import Iterator
from datetime import date

from django.db import models
from django.utils.functional import cached_property

from categorisation.schemes.rules import Scheme, scheme_errors
from categorisation.schemes.states import SCHEME_EDITION
from schoolimprove.policy.models.edition import Edition, EditionQuerySet, edition_constraints
from schoolimprove.policy.nested import PolicyError, load


class SchemeEdition(Edition):
    """A category scheme in force from `published_from`; `content` is a `Scheme` as JSON. Two people put it in force."""

    STATES = SCHEME_EDITION
    FIELDS = ("title", "content")
    CONTENT = Scheme
    BY_TWO = True

    content = models.JSONField()

    objects = EditionQuerySet["SchemeEdition"].as_manager()

    class Meta:
        ordering = ["published_from", "pk"]
        constraints = edition_constraints(
            "schemeedition", strand=[], taken="Another scheme already begins on that day.", by_two=True
        )

    @cached_property
    def scheme(self) -> Scheme:
        scheme: Scheme = load(Scheme, self.content)
        return scheme

    def content_errors(self) -> Iterator[str]:
        try:
            yield from scheme_errors(load(Scheme, self.content))
        except PolicyError as error:
            yield str(error)


class NoScheme(LookupError):
    """No category scheme is in force on the day."""


def scheme_on(day: date) -> SchemeEdition:
    """Return the scheme in force on a day; raise `NoScheme` where none is published."""
    edition = SchemeEdition.objects.in_force(day)
    if edition is None:
        raise NoScheme(f"No category scheme is in force on {day}.")
    return edition
