"""Reading policy: the value of a key on a day, and the row it came from."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from .keys import PolicyKey
from .models import PolicyRow

T = TypeVar("T")


class NoPolicy(LookupError):
    """No approved row of the key is in force on the day."""


@dataclass(frozen=True)
class Dated(Generic[T]):
    """A value with the row that a decision keeps."""

    value: T
    row_id: int


_rows: ContextVar[list[PolicyRow] | None] = ContextVar("policy_rows", default=None)
_serving: ContextVar[bool] = ContextVar("policy_serving", default=False)


@contextmanager
def one_reading() -> Iterator[None]:
    """Inside the block every approved row is read at most once, at the first question. One block a request."""
    serving, rows = _serving.set(True), _rows.set(None)
    try:
        yield
    finally:
        _rows.reset(rows)
        _serving.reset(serving)


def forget_reading() -> None:
    """Read again, after a row changed inside the block."""
    _rows.set(None)


def policy_row(key: PolicyKey[T], *, on: date) -> Dated[T]:
    """The value of `key` on the day of the event, with its row's id."""
    for row in _approved(key):
        if row.key == key.name and row.effective_from <= on:
            return Dated(key.load(row.value), row.pk)
    raise NoPolicy(f"No value of {key.name} is in force on {on}. Run manage.py sync_policy.")


def policy_value(key: PolicyKey[T], *, on: date) -> T:
    """The value of `key` on the day of the event."""
    return policy_row(key, on=on).value


def _approved(key: PolicyKey[Any]) -> list[PolicyRow]:
    newest_first = PolicyRow.objects.approved().order_by("key", "-effective_from")
    if not _serving.get():
        return list(newest_first.filter(key=key.name))
    rows = _rows.get()
    if rows is None:
        rows = list(newest_first)
        _rows.set(rows)
    return rows
