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
        NavigationItem("categories", Area.CATEGORIES, 30, "Categories", "categorisation:categories", views_standing),
        NavigationItem(
            "mismatches", Area.CATEGORIES, 35, "Ofsted differences", "categorisation:mismatches", views_standing
        ),
        NavigationItem("movement", Area.CATEGORIES, 40, "Movement", "categorisation:movement", views_standing),
        NavigationItem(
            "moderation_changes",
            Area.CATEGORIES,
            50,
            "Changes by moderation",
            "categorisation:moderation_changes",
            views_moderation,
        ),
        NavigationItem("schemes", Area.CATEGORIES, 90, "Category schemes", "categorisation:schemes", views_schools),
    ):
        navigation.register(entry)


def views_recommendations(user: Any) -> bool:
    return user_can(user, Permission.VIEW_RECOMMENDATION)


def views_standing(user: Any) -> bool:
    return user_can(user, Permission.VIEW_STANDING)


def views_moderation(user: Any) -> bool:
    return user_can(user, Permission.VIEW_MODERATION)


def views_schools(user: Any) -> bool:
    return user_can(user, Permission.VIEW_SCHOOL)
