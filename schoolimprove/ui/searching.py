"""Words that were typed to find something, as a condition on the rows."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

from django.db.models import Q

from schoolimprove.lib.search import search_key, spellings, words_to_find


def holds_words(text: str, fields: Sequence[str]) -> Q:
    """Return the condition that each word of `text` is in one of the `fields`, however its apostrophe is typed.

    A field whose name ends in `search_key` holds a key of `schoolimprove.lib.search`.
    """
    wanted = Q()
    for word in words_to_find(text):
        wanted &= reduce(or_, (_holds(word, field) for field in fields), Q(pk__in=[]))
    return wanted


def _holds(word: str, field: str) -> Q:
    if field.endswith("search_key"):
        key = search_key(word)
        return Q(**{f"{field}__contains": key}) if key else Q(pk__in=[])
    return reduce(or_, (Q(**{f"{field}__icontains": each}) for each in spellings(word)))
