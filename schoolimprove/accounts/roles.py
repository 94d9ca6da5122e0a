"""Roles, permissions, and the one literal table between them (domain 10).

A right belongs to an appointment: a role held over a scope from one day to another. This table says what the role
may do there; the appointment says where.
"""

from enum import StrEnum


class Role(StrEnum):
    SIP = "sip"
    EIP = "eip"
    DSIM = "dsim"
    DISTRICT_ADMINISTRATOR = "district_administrator"
    HEAD_OF_SERVICE = "head_of_service"
    DEPUTY_HEAD = "deputy_head"
    CORPORATE_DIRECTOR = "corporate_director"
    DEPUTY_DIRECTOR = "deputy_director"
    ERA = "era"
    FINANCE = "finance"
    HEADTEACHER = "headteacher"
    CHAIR = "chair"
    CLERK = "clerk"
    SCHOOL_LINK = "school_link"
    DIOCESAN_OFFICER = "diocesan_officer"
    LEAD_MEMBER = "lead_member"
    BEHAVIOUR_OFFICER = "behaviour_officer"
    CENTRE_COORDINATOR = "centre_coordinator"
    BASE_LEAD = "base_lead"
    PANEL_MEMBER = "panel_member"
    PROVIDER = "provider"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    SYSTEM_ADMINISTRATOR = "system_administrator"


ROLE_LABELS: dict[Role, str] = {
    Role.SIP: "School Improvement Partner",
    Role.EIP: "Education Improvement Professional",
    Role.DSIM: "District Strategic Improvement Manager",
    Role.DISTRICT_ADMINISTRATOR: "District administrator",
    Role.HEAD_OF_SERVICE: "Head of School Improvement",
    Role.DEPUTY_HEAD: "Deputy Head of School Improvement",
    Role.CORPORATE_DIRECTOR: "Corporate Director",
    Role.DEPUTY_DIRECTOR: "Deputy Director",
    Role.ERA: "Data analyst",
    Role.FINANCE: "Finance officer",
    Role.HEADTEACHER: "Headteacher",
    Role.CHAIR: "Chair of governors",
    Role.CLERK: "Clerk to the governors",
    Role.SCHOOL_LINK: "School improvement link",
    Role.DIOCESAN_OFFICER: "Diocesan officer",
    Role.LEAD_MEMBER: "Lead member",
    Role.BEHAVIOUR_OFFICER: "Behaviour officer",
    Role.CENTRE_COORDINATOR: "Centre coordinator",
    Role.BASE_LEAD: "Base lead",
    Role.PANEL_MEMBER: "Panel member",
    Role.PROVIDER: "Provider",
    Role.DATA_PROTECTION_OFFICER: "Data-protection officer",
    Role.SYSTEM_ADMINISTRATOR: "System administrator",
}


class Permission(StrEnum):
    VIEW_SCHOOL = "view_school"
    VIEW_SCHOOL_HISTORY = "view_school_history"
    VIEW_SHARED_RECORD = "view_shared_record"
    VIEW_UNSHARED_RECORD = "view_unshared_record"
    WRITE_RECORD = "write_record"
    APPROVE_RECORD_OF_SIP = "approve_record_of_sip"
    APPROVE_RECORD_OF_DSIM = "approve_record_of_dsim"
    APPROVE_RECORD_OF_HEAD = "approve_record_of_head"
    RESPOND_TO_RECORD = "respond_to_record"
    EXPORT = "export"
    IMPORT_DATA = "import_data"
    MANAGE_PEOPLE = "manage_people"
    PROPOSE_POLICY = "propose_policy"
    APPROVE_POLICY = "approve_policy"


P = Permission
_REGISTER = frozenset({P.VIEW_SCHOOL, P.VIEW_SCHOOL_HISTORY, P.EXPORT})
_READS_SHARED = _REGISTER | {P.VIEW_SHARED_RECORD}
_READS_ALL = _READS_SHARED | {P.VIEW_UNSHARED_RECORD}
_SCHOOL = frozenset({P.VIEW_SCHOOL, P.VIEW_SHARED_RECORD, P.EXPORT})

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.SIP: _READS_SHARED | {P.WRITE_RECORD},
    Role.EIP: _READS_SHARED,
    Role.DSIM: _READS_ALL | {P.WRITE_RECORD, P.APPROVE_RECORD_OF_SIP},
    Role.DISTRICT_ADMINISTRATOR: _READS_SHARED,
    Role.HEAD_OF_SERVICE: _READS_ALL | {P.WRITE_RECORD, P.APPROVE_RECORD_OF_DSIM, P.APPROVE_POLICY},
    Role.DEPUTY_HEAD: _READS_ALL | {P.APPROVE_RECORD_OF_DSIM},
    Role.CORPORATE_DIRECTOR: _READS_ALL | {P.APPROVE_RECORD_OF_HEAD},
    Role.DEPUTY_DIRECTOR: _READS_ALL,
    Role.ERA: _REGISTER | {P.IMPORT_DATA},
    Role.FINANCE: _REGISTER,
    Role.HEADTEACHER: _SCHOOL | {P.RESPOND_TO_RECORD},
    Role.CHAIR: _SCHOOL | {P.RESPOND_TO_RECORD},
    Role.CLERK: _SCHOOL,
    Role.SCHOOL_LINK: frozenset({P.VIEW_SCHOOL}),
    Role.DIOCESAN_OFFICER: frozenset({P.VIEW_SCHOOL, P.EXPORT}),
    Role.LEAD_MEMBER: frozenset(),
    Role.BEHAVIOUR_OFFICER: _REGISTER,
    Role.CENTRE_COORDINATOR: frozenset({P.VIEW_SCHOOL}),
    Role.BASE_LEAD: frozenset({P.VIEW_SCHOOL}),
    Role.PANEL_MEMBER: frozenset(),
    Role.PROVIDER: frozenset(),
    Role.DATA_PROTECTION_OFFICER: frozenset(),
    Role.SYSTEM_ADMINISTRATOR: _REGISTER | {P.IMPORT_DATA, P.MANAGE_PEOPLE, P.PROPOSE_POLICY, P.APPROVE_POLICY},
}

SCHOOL_ROLES = frozenset({Role.HEADTEACHER, Role.CHAIR, Role.CLERK, Role.SCHOOL_LINK})
"""Roles held in a school, not in the authority."""

CHILDREN_ROLES = frozenset(
    {Role.BEHAVIOUR_OFFICER, Role.CENTRE_COORDINATOR, Role.BASE_LEAD, Role.PANEL_MEMBER, Role.PROVIDER}
)
"""Roles that read children's data: a second factor is required."""

AUTHORITY_WIDE_ROLES = frozenset(
    {
        Role.HEAD_OF_SERVICE,
        Role.DEPUTY_HEAD,
        Role.CORPORATE_DIRECTOR,
        Role.DEPUTY_DIRECTOR,
        Role.ERA,
        Role.FINANCE,
        Role.LEAD_MEMBER,
        Role.DATA_PROTECTION_OFFICER,
        Role.SYSTEM_ADMINISTRATOR,
    }
)
"""Roles whose reach is the authority: a second factor is required."""

ADMIN_SITE_ROLES = frozenset({Role.ERA, Role.SYSTEM_ADMINISTRATOR, Role.HEAD_OF_SERVICE})
"""Roles that enter the Django admin, where settings and imports are."""


def roles_with(permission: Permission) -> frozenset[Role]:
    """The roles that carry a permission."""
    return frozenset(role for role, held in ROLE_PERMISSIONS.items() if permission in held)


def needs_second_factor(role: Role) -> bool:
    """Whether holding this role demands a second factor at sign-in (design, Who may)."""
    return role in AUTHORITY_WIDE_ROLES or role in CHILDREN_ROLES
