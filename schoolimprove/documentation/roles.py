"""What each role sees and does, from the one table of permissions."""

from schoolimprove.accounts.roles import (
    ROLE_LABELS,
    ROLE_PERMISSIONS,
    ROLE_SCOPES,
    Permission,
    Role,
    needs_second_factor,
)

P = Permission
IN_WORDS: dict[Permission, str] = {
    P.VIEW_SCHOOL: "read the register",
    P.VIEW_SCHOOL_HISTORY: "read what the register said before",
    P.VIEW_SHARED_RECORD: "read shared Records of Visit",
    P.VIEW_UNSHARED_RECORD_OF_SIP: "read drafts of SIPs and EIPs",
    P.VIEW_UNSHARED_RECORD_OF_DSIM: "read drafts of DSIMs",
    P.VIEW_UNSHARED_RECORD_OF_HEAD: "read drafts of the Head",
    P.WRITE_RECORD: "write a Record of Visit",
    P.APPROVE_RECORD_OF_SIP: "approve or return records of SIPs and EIPs",
    P.APPROVE_RECORD_OF_DSIM: "approve or return records of DSIMs",
    P.APPROVE_RECORD_OF_HEAD: "approve or return records of the Head",
    P.RESPOND_TO_RECORD: "respond to a record",
    P.PRESENT_RECORD: "mark a record as presented to governors",
    P.CONSENT_TO_SHARE: "consent to strengths being shared",
    P.UPDATE_ACTIONS_OF_SCHOOL: "update the school’s actions",
    P.KEEP_MEETINGS: "keep governors’ meetings",
    P.PUBLISH_PROGRAMME: "publish the visit programme",
    P.SET_ENTITLEMENT: "set a school’s days of visits",
    P.OPEN_TERM: "open a term",
    P.PLAN_VISIT: "plan visits",
    P.COMMISSION_REVIEW: "commission LA reviews",
    P.ARRANGE_VISIT: "agree a date, ask for another, add to the agenda",
    P.VIEW_PERFORMANCE_MANAGEMENT: "see the headteacher’s performance management (date, people, days)",
    P.RECORD_PERFORMANCE_MANAGEMENT: "note the headteacher’s performance management",
    P.VIEW_CONTACT_NOTE: "read calls, letters and meetings",
    P.WRITE_CONTACT_NOTE: "note calls, letters and meetings",
    P.VIEW_COVERAGE: "see coverage",
    P.EXPORT: "take lists away",
    P.IMPORT_DATA: "import data",
    P.VIEW_ALLOCATION: "see SIP allocation",
    P.ASSIGN_SIP: "give schools to SIPs, hand over",
    P.KEEP_CONTACTS: "keep contacts of schools",
    P.MANAGE_PEOPLE: "invite people, give appointments",
    P.MANAGE_SETTINGS: "keep settings",
    P.PROPOSE_POLICY: "propose policy",
    P.APPROVE_POLICY: "approve policy",
}
"""Permission → what it lets somebody do; a test says when one is missing."""


def written() -> str:
    return "\n".join(_section(role) for role in Role)


def _section(role: Role) -> str:
    scopes = " or ".join(sorted(scope.replace("_", " ") for scope in ROLE_SCOPES[role]))
    code = ", with a code at sign-in" if needs_second_factor(role) else ""
    return f"## {ROLE_LABELS[role]}\n\nHeld over: {scopes}{code}.\n\n{_may(role)}"


def _may(role: Role) -> str:
    held = [words for permission, words in IN_WORDS.items() if permission in ROLE_PERMISSIONS[role]]
    return "".join(f"- {words}\n" for words in held) or "Signs in; nothing here is for this role yet.\n"
