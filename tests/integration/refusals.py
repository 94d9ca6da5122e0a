"""Verbs that are refused."""

from collections.abc import Callable

import pytest

from schoolimprove.records.transition import Blocked


def refusal(verb: Callable[[], object]) -> list[str]:
    """Return the reasons with which a verb is refused; fail where it is not."""
    with pytest.raises(Blocked) as refused:
        verb()
    return list(refused.value.messages)
