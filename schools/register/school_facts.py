"""Facts that the apps above the register know of every school, in SQL.

An app registers its facts in `AppConfig.ready()`, and the list of schools shows, sorts and exports them without knowing
the app. A fact is an expression over a school, so the list and all its facts are one query.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.ui.components import Fact
from schoolimprove.ui.registry import Registry

NOT_ALLOWED = "No access"
"""The cell of a school at which the reader may not know the fact."""
Schools = Any
"""A `SchoolQuerySet` with the facts of each school, which no checker can know."""


@dataclass(frozen=True)
class SchoolFact:
    """A fact of every school. A school that was read with its facts has the value under `key`.

    `annotation(user, on)` is an expression over a school, with its value on a day. It is None at schools where the user
    lacks `permission` (one of them where there are several); users who have it nowhere do not get the column.
    `cell(value)` draws the value on a page, None included; a file has the value itself, and `meaning` explains it
    there. `only` is the label of a filter that leaves the schools whose number is more than 0. `choices(user, on)` are
    those of a filter by `code`, an expression like `annotation` by which the list is then sorted as well.
    """

    key: str
    order: int
    label: str
    meaning: str
    annotation: Callable[[Any, date], Any]
    permission: Permission | Sequence[Permission]
    cell: Callable[[Any], Any]
    only: str = ""
    code: Callable[[Any, date], Any] | None = None
    choices: Callable[[Any, date], Sequence[tuple[str, str]]] | None = None

    @property
    def sort_key(self) -> str:
        """Return the name by which a query sorts and filters schools."""
        return f"{self.key}_code" if self.code else self.key

    def allows(self, user: Any, *, on: Any = None) -> bool:
        """Return whether a user may know the fact of that school, of any school without one."""
        permissions = [self.permission] if isinstance(self.permission, Permission) else self.permission
        return any(user_can(user, each, on=on) for each in permissions)

    def cell_of(self, school: Any, user: Any) -> Any:
        """Return the cell of a school, which was read with its facts."""
        return self.cell(getattr(school, self.key)) if self.allows(user, on=school) else NOT_ALLOWED


school_facts: Registry[SchoolFact] = Registry()


def facts_for(user: Any) -> list[SchoolFact]:
    """Return the facts that this user may know of some school."""
    return [fact for fact in school_facts if fact.allows(user)]


def with_facts(schools: Schools, user: Any, on: date) -> Schools:
    """Annotate schools with the facts that this user may know; no query more."""
    facts = facts_for(user)
    codes = {fact.sort_key: fact.code(user, on) for fact in facts if fact.code}
    return schools.alias(**codes).annotate(**{fact.key: fact.annotation(user, on) for fact in facts})


@dataclass(frozen=True)
class OverviewFact:
    """A line of the overview of a school, by an app above.

    `of(user, school_ids, on)` returns the line of each of these schools for which the user may read one.
    """

    key: str
    order: int
    of: Callable[[Any, Collection[int], date], Mapping[int, Fact]]


overview_facts: Registry[OverviewFact] = Registry()
