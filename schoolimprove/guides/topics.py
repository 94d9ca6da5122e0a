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
    Topic("signing-in", "Signing in and your account", "Your password, security code, unsaved text and calendar."),
    Topic("schools", "Schools and dates", "Find a school, read its page, and see how we work out dates."),
    Topic(
        "partners",
        "For School Improvement Partners and EIPs",
        "Plan a visit, write its record, and follow its actions.",
        frozenset({Role.SIP, Role.EIP}),
    ),
    Topic(
        "district-managers",
        "For District Strategic Improvement Managers",
        "Assure records, check the term’s progress, and allocate schools.",
        frozenset({Role.DSIM}),
    ),
    Topic(
        "heads",
        "For the Head, Deputy Heads and Directors",
        "Check coverage, approve records, and publish the visit programme.",
        frozenset({Role.HEAD_OF_SERVICE, Role.DEPUTY_HEAD, Role.CORPORATE_DIRECTOR, Role.DEPUTY_DIRECTOR}),
    ),
    Topic(
        "headteachers",
        "For headteachers and chairs of governors",
        "Agree a visit, respond to its record, and update your school’s actions.",
        frozenset({Role.HEADTEACHER, Role.CHAIR}),
    ),
    Topic(
        "clerks",
        "For clerks to the governors",
        "Add governors’ meetings and mark records as presented.",
        frozenset({Role.CLERK}),
    ),
    Topic(
        "district-administrators",
        "For district administrators",
        "Keep diaries, contacts and meetings for the schools in your districts.",
        frozenset({Role.DISTRICT_ADMINISTRATOR}),
    ),
    Topic(
        "analysts",
        "For data analysts",
        "Import files and download lists.",
        frozenset({Role.ERA}),
    ),
    Topic(
        "system-administrators",
        "For system administrators",
        "Manage people, appointments, settings, policy and imports.",
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
