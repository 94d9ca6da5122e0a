"""Who may decide about a school in a group, and whether enough of them are present (domain 4.2)."""

from collections.abc import Collection

from schoolimprove.accounts.roles import ROLE_LABELS, SCHOOL_ROLES, Role


def free_to_decide(*, interests: Collection[str], roles: Collection[str], recommended: bool) -> str:
    """Return why a person may not decide about a school, as a sentence; empty where they may.

    `interests` are the names of their interests in the school, `roles` those that they hold over it, and `recommended`
    says whether they recommended what is to be decided. A DSIM decides about the schools of their own district.
    """
    if recommended:
        return "They recommended this school."
    if own := sorted(ROLE_LABELS[Role(role)].lower() for role in roles if role in SCHOOL_ROLES):
        return f"They are {' and '.join(own)} of this school."
    return f"They have an interest in this school: {', '.join(sorted(interests)).lower()}." if interests else ""


def is_quorate(present: Collection[int], deciding: Collection[int], barred: Collection[int], quorum: int) -> bool:
    """Return whether enough people who decide, and are free to decide this item, are present. People are keys."""
    return len(set(present) & set(deciding) - set(barred)) >= quorum
