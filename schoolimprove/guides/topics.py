"""The pages of help, and whose work each is about."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls.converters import StringConverter

from schoolimprove.accounts.roles import Role


@dataclass(frozen=True)
class Topic:
    """`lede` says what the page is for; `roles` are those whose work it describes, none where it is for everybody."""

    slug: str
    title: str
    lede: str
    roles: frozenset[Role] = frozenset()

    @property
    def template_name(self) -> str:
        return f"pages/help/{self.slug}.html"


TOPICS = (
    Topic("signing-in", "Signing in and your account", "Your password, the code from your telephone, and lost text."),
    Topic("schools", "Schools and dates", "Finding a school, reading its page, and how dates are worked out."),
    Topic(
        "partners",
        "For School Improvement Partners and EIPs",
        "Planning a visit, writing its record, and following what was agreed.",
        frozenset({Role.SIP, Role.EIP}),
    ),
    Topic(
        "district-managers",
        "For District Strategic Improvement Managers",
        "Who has which school, how far the term has come, and records to assure.",
        frozenset({Role.DSIM}),
    ),
    Topic(
        "heads",
        "For the Head, Deputy Heads and Directors",
        "Coverage across the authority, the programme, and the records you approve.",
        frozenset({Role.HEAD_OF_SERVICE, Role.DEPUTY_HEAD, Role.CORPORATE_DIRECTOR, Role.DEPUTY_DIRECTOR}),
    ),
    Topic(
        "headteachers",
        "For headteachers and chairs of governors",
        "Agreeing a visit, reading and answering its record, and your school’s actions.",
        frozenset({Role.HEADTEACHER, Role.CHAIR}),
    ),
    Topic(
        "clerks",
        "For clerks to the governors",
        "Governors’ meetings, and marking records as presented.",
        frozenset({Role.CLERK}),
    ),
    Topic(
        "district-administrators",
        "For district administrators",
        "Diaries, contacts and meetings for the schools of your districts.",
        frozenset({Role.DISTRICT_ADMINISTRATOR}),
    ),
    Topic(
        "analysts",
        "For data analysts",
        "Bringing in files, and taking lists away.",
        frozenset({Role.ERA}),
    ),
    Topic(
        "system-administrators",
        "For system administrators",
        "People and their appointments, settings, policy and imports.",
        frozenset({Role.SYSTEM_ADMINISTRATOR}),
    ),
)
BY_SLUG = {topic.slug: topic for topic in TOPICS}


class TopicConverter(StringConverter):
    """The address of a topic; any other is no page."""

    regex = "|".join(BY_SLUG)


def topics_for(roles: Collection[Role]) -> list[Topic]:
    """Those about the work of any of these roles."""
    return [topic for topic in TOPICS if topic.roles.intersection(roles)]
