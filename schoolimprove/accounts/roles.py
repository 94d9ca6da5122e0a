"""Roles, permissions, and the one literal table between them (domain 10).

A right belongs to an appointment: a role held over a scope from one day to another. This table says what the role
may do there; the appointment says where.
"""

from dataclasses import dataclass
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
    VIEW_STANDING = "view_standing"
    VIEW_STAGE = "view_stage"
    VIEW_STANDING_WHEN_TOLD = "view_standing_when_told"
    VIEW_STAGE_WHEN_TOLD = "view_stage_when_told"
    ENTER_INSPECTION = "enter_inspection"
    VIEW_SHARED_RECORD = "view_shared_record"
    VIEW_UNSHARED_RECORD_OF_SIP = "view_unshared_record_of_sip"
    VIEW_UNSHARED_RECORD_OF_DSIM = "view_unshared_record_of_dsim"
    VIEW_UNSHARED_RECORD_OF_HEAD = "view_unshared_record_of_head"
    WRITE_RECORD = "write_record"
    APPROVE_RECORD_OF_SIP = "approve_record_of_sip"
    APPROVE_RECORD_OF_DSIM = "approve_record_of_dsim"
    APPROVE_RECORD_OF_HEAD = "approve_record_of_head"
    RESPOND_TO_RECORD = "respond_to_record"
    PRESENT_RECORD = "present_record"
    CONSENT_TO_SHARE = "consent_to_share"
    UPDATE_ACTIONS_OF_SCHOOL = "update_actions_of_school"
    KEEP_MEETINGS = "keep_meetings"
    PUBLISH_PROGRAMME = "publish_programme"
    SET_ENTITLEMENT = "set_entitlement"
    OPEN_TERM = "open_term"
    PLAN_VISIT = "plan_visit"
    COMMISSION_REVIEW = "commission_review"
    ARRANGE_VISIT = "arrange_visit"
    VIEW_PERFORMANCE_MANAGEMENT = "view_performance_management"
    RECORD_PERFORMANCE_MANAGEMENT = "record_performance_management"
    VIEW_CONTACT_NOTE = "view_contact_note"
    WRITE_CONTACT_NOTE = "write_contact_note"
    VIEW_RECOMMENDATION = "view_recommendation"
    VIEW_SHARED_RECOMMENDATION = "view_shared_recommendation"
    RECOMMEND = "recommend"
    REVIEW_CATEGORY = "review_category"
    DRAFT_MISMATCH_RESPONSE = "draft_mismatch_response"
    SIGN_MISMATCH_RESPONSE = "sign_mismatch_response"
    ANSWER_RECOMMENDATION = "answer_recommendation"
    OPEN_ROUND = "open_round"
    VIEW_MODERATION = "view_moderation"
    VIEW_COVERAGE = "view_coverage"
    VIEW_LETTER = "view_letter"
    VIEW_DRAFT_LETTER = "view_draft_letter"
    WRITE_LETTER = "write_letter"
    APPROVE_LETTER = "approve_letter"
    ISSUE_LETTER = "issue_letter"
    EXPORT = "export"
    IMPORT_DATA = "import_data"
    VIEW_ALLOCATION = "view_allocation"
    ASSIGN_SIP = "assign_sip"
    KEEP_CONTACTS = "keep_contacts"
    VIEW_GROUPS = "view_groups"
    KEEP_GROUPS = "keep_groups"
    REFER = "refer"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_SETTINGS = "manage_settings"
    PROPOSE_POLICY = "propose_policy"
    APPROVE_POLICY = "approve_policy"


P = Permission

PERMISSION_LABELS: dict[Permission, str] = {
    P.VIEW_SCHOOL: "see the register of schools",
    P.VIEW_SCHOOL_HISTORY: "see the history of the register",
    P.VIEW_STANDING: "see each school’s category, stage of concern and Ofsted grade",
    P.VIEW_STAGE: "see each school’s stage of concern",
    P.VIEW_STANDING_WHEN_TOLD: "see your school’s category and stage of concern, once the school was told",
    P.VIEW_STAGE_WHEN_TOLD: "see each school’s stage of concern, once the school was told",
    P.ENTER_INSPECTION: "enter, correct and withdraw inspections",
    P.VIEW_SHARED_RECORD: "read shared Records of Visit",
    P.VIEW_UNSHARED_RECORD_OF_SIP: "read drafts by SIPs and EIPs",
    P.VIEW_UNSHARED_RECORD_OF_DSIM: "read drafts by DSIMs",
    P.VIEW_UNSHARED_RECORD_OF_HEAD: "read drafts by the Head of School Improvement",
    P.WRITE_RECORD: "write Records of Visit",
    P.APPROVE_RECORD_OF_SIP: "approve or return records and recommendations by SIPs and EIPs",
    P.APPROVE_RECORD_OF_DSIM: "approve or return records and recommendations by DSIMs",
    P.APPROVE_RECORD_OF_HEAD: "approve or return records by the Head of School Improvement",
    P.RESPOND_TO_RECORD: "respond to records",
    P.PRESENT_RECORD: "mark records as presented to governors",
    P.CONSENT_TO_SHARE: "consent to sharing strengths with other schools",
    P.UPDATE_ACTIONS_OF_SCHOOL: "update the school’s actions",
    P.KEEP_MEETINGS: "add and cancel governors’ meetings",
    P.PUBLISH_PROGRAMME: "publish the visit programme",
    P.SET_ENTITLEMENT: "set how many days of visits a school is entitled to",
    P.OPEN_TERM: "create core visits for a term",
    P.PLAN_VISIT: "plan visits",
    P.COMMISSION_REVIEW: "commission LA reviews",
    P.ARRANGE_VISIT: "agree a visit date, ask for another date, and add to the agenda",
    P.VIEW_PERFORMANCE_MANAGEMENT: "see the headteacher’s performance management (date, people and days)",
    P.RECORD_PERFORMANCE_MANAGEMENT: "record the headteacher’s performance management",
    P.VIEW_CONTACT_NOTE: "read notes of calls, letters and meetings",
    P.WRITE_CONTACT_NOTE: "write notes of calls, letters and meetings",
    P.VIEW_RECOMMENDATION: "see category rounds and recommendations",
    P.VIEW_SHARED_RECOMMENDATION: "read the school’s shared recommendations of a category",
    P.RECOMMEND: "recommend categories",
    P.REVIEW_CATEGORY: "review categories in autumn and spring",
    P.DRAFT_MISMATCH_RESPONSE: "write the response where Ofsted’s grade differs from the category",
    P.SIGN_MISMATCH_RESPONSE: "sign or return the response where Ofsted’s grade differs from the category",
    P.ANSWER_RECOMMENDATION: "agree or disagree with a recommended category",
    P.OPEN_ROUND: "open and close category rounds",
    P.VIEW_MODERATION: "see how often moderation changed a recommended category",
    P.VIEW_COVERAGE: "see which schools we have and have not visited",
    P.VIEW_LETTER: "read letters to schools",
    P.VIEW_DRAFT_LETTER: "read letters before they are issued",
    P.WRITE_LETTER: "edit and discard draft letters, and record how letters were served",
    P.APPROVE_LETTER: "approve letters",
    P.ISSUE_LETTER: "issue and withdraw letters",
    P.EXPORT: "download lists",
    P.IMPORT_DATA: "import files",
    P.VIEW_ALLOCATION: "see which schools each SIP has",
    P.ASSIGN_SIP: "assign schools to SIPs and hand schools over",
    P.KEEP_CONTACTS: "add, change and end school contacts",
    P.VIEW_GROUPS: "see groups, panels and their members",
    P.KEEP_GROUPS: "form and end groups, choose their members, and keep interests in schools",
    P.REFER: "refer schools to a group",
    P.MANAGE_PEOPLE: "invite people and give appointments",
    P.MANAGE_SETTINGS: "change settings",
    P.PROPOSE_POLICY: "propose changes to policy",
    P.APPROVE_POLICY: "approve changes to policy",
}
"""What each permission lets a user do, in words; a test fails when one is missing."""

_REGISTER = frozenset({P.VIEW_SCHOOL, P.VIEW_SCHOOL_HISTORY, P.EXPORT})
_READS_LETTERS = frozenset({P.VIEW_LETTER, P.VIEW_DRAFT_LETTER})
_READS_SHARED = _REGISTER | _READS_LETTERS | {P.VIEW_SHARED_RECORD, P.VIEW_CONTACT_NOTE, P.VIEW_STANDING}
_WRITES_NOTES = _READS_SHARED | {P.WRITE_CONTACT_NOTE}
_ADVISES = _WRITES_NOTES | {P.VIEW_RECOMMENDATION}
_OVERSEES = frozenset({P.VIEW_COVERAGE, P.VIEW_UNSHARED_RECORD_OF_SIP, P.VIEW_GROUPS, P.VIEW_MODERATION})
_MANAGES_DSIMS = _OVERSEES | {P.VIEW_UNSHARED_RECORD_OF_DSIM}
_MANAGES_THE_HEAD = _READS_SHARED | _MANAGES_DSIMS | {P.VIEW_UNSHARED_RECORD_OF_HEAD, P.VIEW_RECOMMENDATION}
_STEERS = frozenset({P.PUBLISH_PROGRAMME, P.SET_ENTITLEMENT, P.OPEN_TERM})
_VISITS = frozenset({P.PLAN_VISIT, P.WRITE_RECORD, P.VIEW_PERFORMANCE_MANAGEMENT, P.RECORD_PERFORMANCE_MANAGEMENT})
_SCHOOL = frozenset({P.VIEW_SCHOOL, P.VIEW_SHARED_RECORD, P.EXPORT, P.PRESENT_RECORD, P.KEEP_MEETINGS})
_ANSWERS = frozenset(
    {P.RESPOND_TO_RECORD, P.ARRANGE_VISIT, P.UPDATE_ACTIONS_OF_SCHOOL, P.VIEW_PERFORMANCE_MANAGEMENT, P.VIEW_LETTER}
    | {P.VIEW_STANDING_WHEN_TOLD, P.VIEW_SHARED_RECOMMENDATION, P.ANSWER_RECOMMENDATION}
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.SIP: _ADVISES | _VISITS | {P.KEEP_CONTACTS, P.KEEP_MEETINGS, P.RECOMMEND, P.REFER},
    Role.EIP: _ADVISES,
    Role.DSIM: _ADVISES
    | {P.RECOMMEND, P.REVIEW_CATEGORY, P.DRAFT_MISMATCH_RESPONSE, P.REFER}
    | _OVERSEES
    | _VISITS
    | _STEERS
    | {P.APPROVE_RECORD_OF_SIP, P.COMMISSION_REVIEW, P.KEEP_MEETINGS}
    | {P.VIEW_ALLOCATION, P.ASSIGN_SIP, P.KEEP_CONTACTS, P.KEEP_GROUPS, P.ENTER_INSPECTION}
    | {P.WRITE_LETTER, P.APPROVE_LETTER},
    Role.DISTRICT_ADMINISTRATOR: _WRITES_NOTES
    | {P.VIEW_ALLOCATION, P.KEEP_CONTACTS, P.PLAN_VISIT, P.KEEP_MEETINGS, P.VIEW_COVERAGE}
    | {P.VIEW_GROUPS, P.KEEP_GROUPS, P.ENTER_INSPECTION, P.WRITE_LETTER},
    Role.HEAD_OF_SERVICE: _ADVISES
    | _MANAGES_DSIMS
    | _STEERS
    | {P.OPEN_ROUND, P.WRITE_RECORD, P.APPROVE_RECORD_OF_DSIM, P.APPROVE_POLICY, P.VIEW_ALLOCATION, P.KEEP_GROUPS}
    | {P.SIGN_MISMATCH_RESPONSE, P.WRITE_LETTER, P.APPROVE_LETTER, P.ISSUE_LETTER, P.REFER},
    Role.DEPUTY_HEAD: _ADVISES | _MANAGES_DSIMS | {P.APPROVE_RECORD_OF_DSIM, P.VIEW_ALLOCATION, P.WRITE_LETTER},
    Role.CORPORATE_DIRECTOR: _MANAGES_THE_HEAD | {P.APPROVE_RECORD_OF_HEAD},
    Role.DEPUTY_DIRECTOR: _MANAGES_THE_HEAD,
    Role.ERA: _REGISTER | {P.IMPORT_DATA, P.VIEW_STANDING, P.ENTER_INSPECTION},
    Role.FINANCE: _REGISTER | {P.VIEW_STAGE},
    Role.HEADTEACHER: _SCHOOL | _ANSWERS | {P.KEEP_CONTACTS, P.CONSENT_TO_SHARE},
    Role.CHAIR: _SCHOOL | _ANSWERS,
    Role.CLERK: _SCHOOL | {P.KEEP_CONTACTS},
    Role.SCHOOL_LINK: frozenset({P.VIEW_SCHOOL}),
    Role.DIOCESAN_OFFICER: frozenset({P.VIEW_SCHOOL, P.EXPORT, P.VIEW_STAGE_WHEN_TOLD}),
    Role.LEAD_MEMBER: frozenset(),
    Role.BEHAVIOUR_OFFICER: _REGISTER,
    Role.CENTRE_COORDINATOR: frozenset({P.VIEW_SCHOOL}),
    Role.BASE_LEAD: frozenset({P.VIEW_SCHOOL}),
    Role.PANEL_MEMBER: frozenset(),
    Role.PROVIDER: frozenset(),
    Role.DATA_PROTECTION_OFFICER: frozenset(),
    Role.SYSTEM_ADMINISTRATOR: _REGISTER
    | {P.IMPORT_DATA, P.MANAGE_PEOPLE, P.MANAGE_SETTINGS, P.PROPOSE_POLICY, P.APPROVE_POLICY}
    | {P.VIEW_ALLOCATION, P.ASSIGN_SIP, P.KEEP_CONTACTS},
}

SCHOOL_ROLES = frozenset({Role.HEADTEACHER, Role.CHAIR, Role.CLERK, Role.SCHOOL_LINK})
"""Roles held in a school, not in the authority."""

ROLES_AHEAD: dict[Role, str] = {
    Role.FINANCE: "You will see budgets, day charging and spending on intervention.",
    Role.BEHAVIOUR_OFFICER: "You will see the day-six board and children’s placements.",
    Role.CENTRE_COORDINATOR: "You will see your intervention centre, its places and the children in it.",
    Role.BASE_LEAD: "You will see your inclusion base, its places and the children in it.",
    Role.PANEL_MEMBER: "You will see your panel’s meetings and the children referred to it.",
    Role.PROVIDER: "You will see the children placed with you and the checks you need to complete.",
    Role.LEAD_MEMBER: "You will see reports on the authority’s schools.",
    Role.DATA_PROTECTION_OFFICER: "You will see who opened children’s records, and when we will delete the records.",
    Role.DIOCESAN_OFFICER: "You will see decisions about the schools in your diocese.",
}
"""Roles whose own work is not in the service yet, and what they will find. Remove a role with its first page."""

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

ROLE_SCOPES: dict[Role, frozenset[str]] = {
    Role.SIP: frozenset({"school", "district", "partnership", "phase"}),
    Role.EIP: frozenset({"district", "double_district"}),
    Role.DSIM: frozenset({"district", "double_district"}),
    Role.DISTRICT_ADMINISTRATOR: frozenset({"district", "double_district"}),
    Role.HEAD_OF_SERVICE: frozenset({"authority"}),
    Role.DEPUTY_HEAD: frozenset({"phase"}),
    Role.CORPORATE_DIRECTOR: frozenset({"authority"}),
    Role.DEPUTY_DIRECTOR: frozenset({"authority"}),
    Role.ERA: frozenset({"authority"}),
    Role.FINANCE: frozenset({"authority"}),
    Role.HEADTEACHER: frozenset({"school"}),
    Role.CHAIR: frozenset({"school"}),
    Role.CLERK: frozenset({"school"}),
    Role.SCHOOL_LINK: frozenset({"school"}),
    Role.DIOCESAN_OFFICER: frozenset({"diocese"}),
    Role.LEAD_MEMBER: frozenset({"authority"}),
    Role.BEHAVIOUR_OFFICER: frozenset({"authority"}),
    Role.CENTRE_COORDINATOR: frozenset({"partnership"}),
    Role.BASE_LEAD: frozenset({"school"}),
    Role.PANEL_MEMBER: frozenset({"partnership"}),
    Role.PROVIDER: frozenset({"authority"}),
    Role.DATA_PROTECTION_OFFICER: frozenset({"authority"}),
    Role.SYSTEM_ADMINISTRATOR: frozenset({"authority"}),
}
"""The kinds of scope a role may be held over: a headteacher of an authority would read all of its schools."""

ADMIN_RIGHTS: dict[Permission, frozenset[str]] = {
    P.MANAGE_SETTINGS: frozenset(
        {
            *(f"schools.{name}" for name in ("localauthority", "doubledistrict", "district", "partnership", "diocese")),
            *("schools.school", "schools.serviceinvitation", "schools.schoolterm", "schools.schoolclosure"),
            *("calendar.term", "calendar.closureday", "calendar.bankholidayoverride"),
            "reminders.view_reconciliation",
        }
    ),
    P.MANAGE_PEOPLE: frozenset({"accounts.user", "schools.person", "schools.appointment", "schools.importrun"}),
    P.IMPORT_DATA: frozenset({"schools.view_school", "schools.importrun"}),
    P.PROPOSE_POLICY: frozenset({"policy.add_policyrow", "policy.view_policyrow"}),
    P.APPROVE_POLICY: frozenset({"policy.change_policyrow", "policy.view_policyrow"}),
}
"""What a permission opens in the Django admin: whole models, or one act on a model. Records are in none."""

ADMIN_SITE_ROLES = frozenset(role for role, held in ROLE_PERMISSIONS.items() if held & ADMIN_RIGHTS.keys())
"""Roles that enter the Django admin, where settings and imports are."""


def roles_with(permission: Permission) -> frozenset[Role]:
    """The roles that carry a permission."""
    return frozenset(role for role, held in ROLE_PERMISSIONS.items() if permission in held)


def needs_second_factor(role: Role) -> bool:
    """Whether holding this role demands a second factor at sign-in (design, Who may)."""
    return role in AUTHORITY_WIDE_ROLES or role in CHILDREN_ROLES


@dataclass(frozen=True)
class AuthorRights:
    """Who manages an author: the roles this holds for, and what a manager of theirs may do."""

    author_roles: frozenset[Role]
    view_unshared: Permission
    approve: Permission


LINE_MANAGEMENT = (
    AuthorRights(frozenset({Role.SIP, Role.EIP}), P.VIEW_UNSHARED_RECORD_OF_SIP, P.APPROVE_RECORD_OF_SIP),
    AuthorRights(frozenset({Role.DSIM}), P.VIEW_UNSHARED_RECORD_OF_DSIM, P.APPROVE_RECORD_OF_DSIM),
    AuthorRights(frozenset({Role.HEAD_OF_SERVICE}), P.VIEW_UNSHARED_RECORD_OF_HEAD, P.APPROVE_RECORD_OF_HEAD),
)
"""DSIM for SIP and EIP, Head or phase Deputy for a DSIM, Director for the Head (domain 3.4)."""


def rights_over(author_role: str) -> AuthorRights:
    """The line management of an author by the role they wrote under; `KeyError` for a role that writes nothing."""
    for rights in LINE_MANAGEMENT:
        if author_role in rights.author_roles:
            return rights
    raise KeyError(author_role)
