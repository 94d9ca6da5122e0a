"""For each list and each form on the toolkit: things it is about, who may use it, and what they type.

A new `ListPage` or `VerbPage` of the product needs a sample in the module of its app; the generic tests then ask it
all there is to ask.
"""

from tests.factories.county import County
from tests.integration.pages import (
    samples_of_categories,
    samples_of_groups,
    samples_of_letters,
    samples_of_meetings,
    samples_of_schools,
)
from tests.integration.pages.sampling import ListSample, VerbSample, lists, pages, verbs

__all__ = ["ListSample", "VerbSample", "list_samples", "lists", "pages", "verb_samples", "verbs"]
MODULES = (samples_of_schools, samples_of_groups, samples_of_letters, samples_of_meetings, samples_of_categories)


def list_samples(county: County) -> dict[str, ListSample]:
    return {name: sample for module in MODULES for name, sample in module.list_samples(county).items()}


def verb_samples(county: County) -> dict[str, VerbSample]:
    return {name: sample for module in MODULES for name, sample in module.verb_samples(county).items()}
