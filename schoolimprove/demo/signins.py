"""The way in to a demonstration: one address for each role, one password, one code."""

from django.conf import settings

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import ROLE_LABELS, Role

PASSWORD = "merrow-lantern-orchard"  # noqa: S105 (printed for everybody: it opens invented records only)

TWO_HATS = "head-and-sip@invented.example"
COVERING = "dsim-covering@invented.example"
ALSO = {
    TWO_HATS: "Headteacher of one school, SIP of another",
    COVERING: "DSIM who covers another's double district",
}


def address(role: Role) -> str:
    """The listed address of a role, such as `head-of-service@invented.example`."""
    return f"{role.value.replace('_', '-')}@invented.example"


def listed() -> dict[str, str]:
    """Address → who signs in with it, in the order of the roles."""
    return {address(role): ROLE_LABELS[role] for role in Role} | ALSO


def table() -> str:
    """Who can sign in and with what, for a terminal."""
    names = dict(User.objects.filter(email__in=listed()).values_list("email", "name"))
    rows = [(label, each, names.get(each, "")) for each, label in listed().items()]
    lines = [_line("Role", "Email address", "Name"), *(_line(*row) for row in rows)]
    code = settings.DEMO_SECOND_FACTOR
    return "\n".join(
        [*lines, "", f"Password for everybody: {PASSWORD}", f"Security code, where one is asked for: {code}"]
    )


def _line(role: str, email: str, name: str) -> str:
    return f"{role:<42}  {email:<42}  {name}".rstrip()
