"""What each role sees and does, from the one table of permissions."""

from schoolimprove.accounts.roles import (
    PERMISSION_LABELS,
    ROLE_LABELS,
    ROLE_PERMISSIONS,
    ROLE_SCOPES,
    Role,
    needs_second_factor,
)


def written() -> str:
    return "\n".join(_section(role) for role in Role)


def _section(role: Role) -> str:
    scopes = " or ".join(sorted(scope.replace("_", " ") for scope in ROLE_SCOPES[role]))
    code = " Needs a security code to sign in." if needs_second_factor(role) else ""
    return f"## {ROLE_LABELS[role]}\n\nCovers: {scopes}.{code}\n\n{_may(role)}"


def _may(role: Role) -> str:
    held = [words for permission, words in PERMISSION_LABELS.items() if permission in ROLE_PERMISSIONS[role]]
    return "".join(f"- {words}\n" for words in held) or "Can sign in. The service has nothing for this role yet.\n"
