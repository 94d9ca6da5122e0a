"""The tabs of a school's page. Each app owns its tab and its view; this is where they meet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.ui.components import Tab
from schoolimprove.ui.registry import Registry


@dataclass(frozen=True)
class SchoolTab:
    """`url_name` takes the URN. Shown to those who hold `permission` (one of several) over the school."""

    key: str
    order: int
    label: str
    url_name: str
    permission: Permission | Sequence[Permission]


school_tabs: Registry[SchoolTab] = Registry()


def register_own() -> None:
    for tab in (
        SchoolTab("overview", 10, "Overview", "schools:school", Permission.VIEW_SCHOOL),
        SchoolTab("visits", 20, "Visits", "schools:visits", Permission.VIEW_SHARED_RECORD),
        SchoolTab("actions", 25, "Actions", "schools:actions", Permission.VIEW_SHARED_RECORD),
        SchoolTab("letters", 28, "Letters", "schools:letters_of_school", Permission.VIEW_LETTER),
        SchoolTab("people", 30, "People", "schools:people", Permission.VIEW_SCHOOL),
        SchoolTab("governors", 35, "Governors", "schools:governors", Permission.VIEW_SHARED_RECORD),
        SchoolTab("inspections", 37, "Inspections", "schools:inspections", Permission.VIEW_SCHOOL),
        SchoolTab("days", 40, "School days", "schools:days", Permission.VIEW_SCHOOL),
        SchoolTab("chronology", 80, "Chronology", "schools:chronology", Permission.VIEW_SCHOOL),
        SchoolTab("history", 90, "History", "schools:history", Permission.VIEW_SCHOOL_HISTORY),
    ):
        school_tabs.register(tab)


def tabs_for(user: Any, school: Any, current: str) -> list[Tab]:
    """The tabs this reader has, with the one being looked at marked."""
    return [
        Tab(tab.label, reverse(tab.url_name, args=[school.urn]), tab.key == current)
        for tab in school_tabs
        if any(user_can(user, each, on=school) for each in one_or_more(tab.permission))
    ]


def one_or_more(permission: Permission | Sequence[Permission]) -> Sequence[Permission]:
    return [permission] if isinstance(permission, Permission) else permission
