"""The entries of schools in the navigation, by area."""

from typing import Any

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.ui.registry import Area, NavigationItem, navigation
from schools.imports.core.registry import importers
from schools.inspections.pages import FrameworkPages
from schools.meetings.pages import goes_to_meetings
from schools.oversight.my_term.own_visits import goes_visiting
from schools.records.models.record import assures
from schools.referrals.pages import reads_referrals


def register() -> None:
    """Add the entries, once, when the app is ready."""
    term = ("term",)
    for entry in (
        NavigationItem("schools", Area.SCHOOLS, 10, "Your schools", "schools:list", views_schools),
        NavigationItem("allocation", Area.SCHOOLS, 20, "SIP allocation", "schools:allocation", views_allocation),
        NavigationItem("letters", Area.SCHOOLS, 30, "Letters", "schools:letters", reads_letters),
        NavigationItem("groups", Area.SCHOOLS, 40, "Groups", "groups:list", views_history),
        NavigationItem("meetings", Area.SCHOOLS, 50, "Meetings", "meetings:list", goes_to_meetings),
        NavigationItem("referrals", Area.SCHOOLS, 60, "Referrals", "referrals:list", reads_referrals),
        NavigationItem("interests", Area.SCHOOLS, 70, "Interests", "schools:interests", views_history),
        # First, because it is urgent for line managers.
        NavigationItem("assurance", Area.VISITS, 10, "To assure", "schools:assurance", assures),
        NavigationItem("my_term", Area.VISITS, 20, "My term", "schools:my_term", goes_visiting),
        NavigationItem("programme", Area.VISITS, 30, "Visit programme", "schools:programme", views_schools),
        NavigationItem("due", Area.REPORTS, 10, "Deadlines", "schools:due", views_coverage),
        NavigationItem("coverage", Area.REPORTS, 20, "Coverage", "schools:coverage", views_coverage, keeps=term),
        NavigationItem(
            "coverage_weeks", Area.REPORTS, 30, "Week by week", "schools:coverage_weeks", views_coverage, keeps=term
        ),
        NavigationItem(
            "coverage_not_seen", Area.REPORTS, 40, "Not visited recently", "schools:coverage_not_seen", views_coverage
        ),
        NavigationItem(
            "coverage_load", Area.REPORTS, 50, "Workload", "schools:coverage_load", views_coverage, keeps=term
        ),
        NavigationItem(
            "imports", Area.ADMINISTRATION, 20, "Imports", "admin:schools_importrun_changelist", imports_files
        ),
        NavigationItem(
            "frameworks",
            Area.ADMINISTRATION,
            40,
            "Inspection frameworks",
            "schools:frameworks",
            FrameworkPages.knows_all,
        ),
    ):
        navigation.register(entry)


def views_schools(user: Any) -> bool:
    return user_can(user, Permission.VIEW_SCHOOL)


def views_history(user: Any) -> bool:
    """Return whether the user is an officer who works with schools."""
    return user_can(user, Permission.VIEW_SCHOOL_HISTORY)


def views_allocation(user: Any) -> bool:
    return user_can(user, Permission.VIEW_ALLOCATION)


def reads_letters(user: Any) -> bool:
    """Return whether the user reads letters of more than a school of their own, which has a tab for them."""
    return user_can(user, Permission.VIEW_DRAFT_LETTER)


def views_coverage(user: Any) -> bool:
    return user_can(user, Permission.VIEW_COVERAGE)


def imports_files(user: Any) -> bool:
    """Return whether the user can open the imports, which lie in the admin."""
    return bool(user.is_staff) and (
        user.is_superuser or any(user_can(user, importer.permission) for importer in importers)
    )
