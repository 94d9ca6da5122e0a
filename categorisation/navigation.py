"""The entries of categories in the navigation."""

from typing import Any

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.ui.registry import Area, NavigationItem, navigation


def register() -> None:
    """Add the entries, once, when the app is ready."""
    for entry in (
        NavigationItem("rounds", Area.CATEGORIES, 10, "Rounds", "categorisation:rounds", views_recommendations),
        NavigationItem(
            "recommendations",
            Area.CATEGORIES,
            20,
            "Recommendations",
            "categorisation:recommendations",
            views_recommendations,
        ),
        NavigationItem(
            "mismatches", Area.CATEGORIES, 30, "Ofsted differences", "categorisation:mismatches", views_standing
        ),
        NavigationItem("schemes", Area.CATEGORIES, 90, "Category schemes", "categorisation:schemes", views_schools),
    ):
        navigation.register(entry)


def views_recommendations(user: Any) -> bool:
    return user_can(user, Permission.VIEW_RECOMMENDATION)


def views_standing(user: Any) -> bool:
    return user_can(user, Permission.VIEW_STANDING)


def views_schools(user: Any) -> bool:
    return user_can(user, Permission.VIEW_SCHOOL)
