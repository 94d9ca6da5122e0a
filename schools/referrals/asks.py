"""What a referral can ask of a group. The app that acts on the answer registers an `Ask` in `AppConfig.ready()`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from schoolimprove.ui.registry import Registry


@dataclass(frozen=True)
class Answer:
    """What the group answered. The reason is needed where it declines."""

    accepted: bool
    reason: str = ""


def answer_of(item: Any) -> Answer:
    """Return the answer of an item whose outcome has `accepted` and `reason`, as that of the kind `referral` has."""
    return Answer(item.outcome["accepted"], item.outcome.get("reason", ""))


@dataclass(frozen=True)
class Ask:
    """A thing that a referral asks for.

    `item_kind` is the kind of the item on the agenda, whose subject is the referral. `causes` are the causes to choose
    from on a day, key → label; where there are none no cause is asked for. `answer` reads a decided item.
    `may_answer` returns whether a group may be asked at all.
    """

    key: str
    order: int
    label: str
    item_kind: str = "referral"
    causes: Callable[[date], Mapping[str, str]] = lambda on: {}
    answer: Callable[[Any], Answer] = answer_of
    may_answer: Callable[[Any], bool] = lambda group: True


asks: Registry[Ask] = Registry()
DISCUSS = Ask("discuss", 10, "Discuss the school and advise")
