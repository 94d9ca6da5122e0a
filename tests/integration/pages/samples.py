"""For each list and each form on the toolkit: things it is about, who may use it, and what they type.

A new `ListPage` or `VerbPage` of the product needs a sample in the module of its app; the generic tests then ask it
all there is to ask.
"""

from typing import Any

from tests.factories.county import County
from tests.integration.pages import (
    samples_of_categories,
    samples_of_groups,
    samples_of_inspections,
    samples_of_letters,
    samples_of_meetings,
    samples_of_schools,
)
from tests.integration.pages.sampling import ListSample, VerbSample, lists, pages, verbs

__all__ = ["ListSample", "VerbSample", "list_sample", "list_samples", "lists", "pages", "verb_samples", "verbs"]
MODULES = {
    ("groups:", "schools:interest"): samples_of_groups,
    ("schools:letter",): samples_of_letters,
    ("schools:inspection", "schools:framework"): samples_of_inspections,
    ("meetings:", "referrals:"): samples_of_meetings,
    ("categorisation:",): samples_of_categories,
    ("",): samples_of_schools,
}
"""What routes begin with → the module with their samples: the first that fits."""


def list_samples(county: County) -> dict[str, ListSample]:
    return {name: sample for module in MODULES.values() for name, sample in module.list_samples(county).items()}


def verb_samples(county: County) -> dict[str, VerbSample]:
    return {name: sample for module in MODULES.values() for name, sample in module.verb_samples(county).items()}


def list_sample(name: str, county: County) -> ListSample:
    """Return one sample; those of other modules are not made."""
    return module_of(name).list_samples(county)[name]


def verb_sample(name: str, county: County) -> VerbSample:
    return module_of(name).verb_samples(county)[name]


def module_of(name: str) -> Any:
    return next(module for prefixes, module in MODULES.items() if name.startswith(prefixes))
