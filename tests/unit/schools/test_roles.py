"""The permission table, permission by permission as domain 10 has it, and what follows from it."""

from itertools import product

import pytest

from schoolimprove.accounts.backends import rights_behind
from schoolimprove.accounts.roles import (
    ADMIN_RIGHTS,
    ADMIN_SITE_ROLES,
    LINE_MANAGEMENT,
    ROLE_LABELS,
    ROLE_PERMISSIONS,
    Permission,
    Role,
    needs_second_factor,
    rights_over,
    roles_with,
)

P = Permission
DIRECTORS = {Role.CORPORATE_DIRECTOR, Role.DEPUTY_DIRECTOR}
HEADS = {Role.HEAD_OF_SERVICE, Role.DEPUTY_HEAD}
DISTRICT = {Role.SIP, Role.EIP, Role.DSIM, Role.DISTRICT_ADMINISTRATOR}
OFFICES = {Role.ERA, Role.FINANCE, Role.BEHAVIOUR_OFFICER, Role.SYSTEM_ADMINISTRATOR}
SCHOOL = {Role.HEADTEACHER, Role.CHAIR, Role.CLERK}
REGISTER = DISTRICT | HEADS | DIRECTORS | OFFICES
SEES_NO_SCHOOL = {Role.LEAD_MEMBER, Role.PANEL_MEMBER, Role.PROVIDER, Role.DATA_PROTECTION_OFFICER}

HELD_BY = {
    P.VIEW_SCHOOL: set(Role) - SEES_NO_SCHOOL,
    P.VIEW_SCHOOL_HISTORY: REGISTER,
    P.VIEW_STANDING: DISTRICT | HEADS | DIRECTORS | {Role.ERA},
    P.VIEW_STAGE: {Role.FINANCE},
    P.VIEW_STANDING_WHEN_TOLD: {Role.HEADTEACHER, Role.CHAIR},
    P.VIEW_STAGE_WHEN_TOLD: {Role.DIOCESAN_OFFICER},
    P.ENTER_INSPECTION: {Role.ERA, Role.DSIM, Role.DISTRICT_ADMINISTRATOR},
    P.VIEW_SHARED_RECORD: DISTRICT | HEADS | DIRECTORS | SCHOOL,
    P.VIEW_UNSHARED_RECORD_OF_SIP: {Role.DSIM} | HEADS | DIRECTORS,
    P.VIEW_UNSHARED_RECORD_OF_DSIM: HEADS | DIRECTORS,
    P.VIEW_UNSHARED_RECORD_OF_HEAD: DIRECTORS,
    P.WRITE_RECORD: {Role.SIP, Role.DSIM, Role.HEAD_OF_SERVICE},
    P.APPROVE_RECORD_OF_SIP: {Role.DSIM},
    P.APPROVE_RECORD_OF_DSIM: HEADS,
    P.APPROVE_RECORD_OF_HEAD: {Role.CORPORATE_DIRECTOR},
    P.RESPOND_TO_RECORD: {Role.HEADTEACHER, Role.CHAIR},
    P.PRESENT_RECORD: SCHOOL,
    P.CONSENT_TO_SHARE: {Role.HEADTEACHER},
    P.UPDATE_ACTIONS_OF_SCHOOL: {Role.HEADTEACHER, Role.CHAIR},
    P.KEEP_MEETINGS: SCHOOL | {Role.SIP, Role.DSIM, Role.DISTRICT_ADMINISTRATOR},
    P.PUBLISH_PROGRAMME: {Role.HEAD_OF_SERVICE, Role.DSIM},
    P.SET_ENTITLEMENT: {Role.HEAD_OF_SERVICE, Role.DSIM},
    P.OPEN_TERM: {Role.HEAD_OF_SERVICE, Role.DSIM},
    P.PLAN_VISIT: {Role.SIP, Role.DSIM, Role.DISTRICT_ADMINISTRATOR},
    P.COMMISSION_REVIEW: {Role.DSIM},
    P.ARRANGE_VISIT: {Role.HEADTEACHER, Role.CHAIR},
    P.VIEW_PERFORMANCE_MANAGEMENT: {Role.HEADTEACHER, Role.CHAIR, Role.SIP, Role.DSIM},
    P.RECORD_PERFORMANCE_MANAGEMENT: {Role.SIP, Role.DSIM},
    P.VIEW_CONTACT_NOTE: DISTRICT | HEADS | DIRECTORS,
    P.WRITE_CONTACT_NOTE: DISTRICT | HEADS,
    P.VIEW_RECOMMENDATION: {Role.SIP, Role.EIP, Role.DSIM} | HEADS | DIRECTORS,
    P.VIEW_SHARED_RECOMMENDATION: {Role.HEADTEACHER, Role.CHAIR},
    P.RECOMMEND: {Role.SIP, Role.DSIM},
    P.REVIEW_CATEGORY: {Role.DSIM},
    P.ANSWER_RECOMMENDATION: {Role.HEADTEACHER, Role.CHAIR},
    P.OPEN_ROUND: {Role.HEAD_OF_SERVICE},
    P.VIEW_COVERAGE: {Role.DSIM, Role.DISTRICT_ADMINISTRATOR} | HEADS | DIRECTORS,
    P.VIEW_LETTER: DISTRICT | HEADS | DIRECTORS | {Role.HEADTEACHER, Role.CHAIR},
    P.VIEW_DRAFT_LETTER: DISTRICT | HEADS | DIRECTORS,
    P.WRITE_LETTER: {Role.DSIM, Role.DISTRICT_ADMINISTRATOR} | HEADS,
    P.APPROVE_LETTER: {Role.DSIM, Role.HEAD_OF_SERVICE},
    P.ISSUE_LETTER: {Role.HEAD_OF_SERVICE},
    P.EXPORT: REGISTER | SCHOOL | {Role.DIOCESAN_OFFICER},
    P.IMPORT_DATA: {Role.ERA, Role.SYSTEM_ADMINISTRATOR},
    P.VIEW_ALLOCATION: {Role.DSIM, Role.DISTRICT_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR} | HEADS,
    P.ASSIGN_SIP: {Role.DSIM, Role.SYSTEM_ADMINISTRATOR},
    P.KEEP_CONTACTS: {Role.SIP, Role.DSIM, Role.DISTRICT_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR}
    | {Role.HEADTEACHER, Role.CLERK},
    P.VIEW_GROUPS: {Role.DSIM, Role.DISTRICT_ADMINISTRATOR} | HEADS | DIRECTORS,
    P.KEEP_GROUPS: {Role.DSIM, Role.DISTRICT_ADMINISTRATOR, Role.HEAD_OF_SERVICE},
    P.REFER: {Role.SIP, Role.DSIM, Role.HEAD_OF_SERVICE},
    P.VIEW_MODERATION: {Role.DSIM} | HEADS | DIRECTORS,
    P.DRAFT_MISMATCH_RESPONSE: {Role.DSIM},
    P.SIGN_MISMATCH_RESPONSE: {Role.HEAD_OF_SERVICE},
    P.MANAGE_PEOPLE: {Role.SYSTEM_ADMINISTRATOR},
    P.MANAGE_SETTINGS: {Role.SYSTEM_ADMINISTRATOR},
    P.PROPOSE_POLICY: {Role.SYSTEM_ADMINISTRATOR},
    P.APPROVE_POLICY: {Role.SYSTEM_ADMINISTRATOR, Role.HEAD_OF_SERVICE},
}


def test_a_permission_is_held_by_these_roles_and_no_other() -> None:
    assert {permission: roles_with(permission) for permission in Permission} == HELD_BY


def test_every_role_has_a_row_and_a_name() -> None:
    assert set(ROLE_PERMISSIONS) == set(ROLE_LABELS) == set(Role)
    assert len(set(ROLE_LABELS.values())) == len(Role)


def test_whoever_writes_has_a_line_manager() -> None:
    assert roles_with(P.WRITE_RECORD) <= {role for rights in LINE_MANAGEMENT for role in rights.author_roles}


@pytest.mark.parametrize("rights", LINE_MANAGEMENT, ids=lambda rights: rights.approve)
def test_a_manager_approves_only_what_they_may_see_and_never_their_peers(rights: object) -> None:
    [mine] = [each for each in LINE_MANAGEMENT if each is rights]
    assert roles_with(mine.approve) <= roles_with(mine.view_unshared)
    assert not roles_with(mine.view_unshared) & mine.author_roles


@pytest.mark.parametrize("role", [Role.CLERK, Role.HEADTEACHER, "", "nobody"])
def test_a_role_that_writes_nothing_has_no_line_manager(role: str) -> None:
    with pytest.raises(KeyError):
        rights_over(role)


WITHOUT_SECOND_FACTOR = DISTRICT | SCHOOL | {Role.SCHOOL_LINK, Role.DIOCESAN_OFFICER}


def test_a_second_factor_is_owed_for_the_whole_authority_and_for_childrens_data() -> None:
    wrong = [role for role in Role if needs_second_factor(role) is not (role not in WITHOUT_SECOND_FACTOR)]
    assert wrong == []


# The admin.


def test_these_roles_enter_the_admin() -> None:
    assert {Role.SYSTEM_ADMINISTRATOR, Role.ERA, Role.HEAD_OF_SERVICE} == ADMIN_SITE_ROLES


def test_records_are_open_to_nobody_in_the_admin() -> None:
    apps, actions = ("schools", "records", "documents", "reminders"), ("add", "change", "view", "delete")
    records = ("visit", "recordofvisit", "recordversion", "response", "auditevent", "draft", "blob", "deadline")
    asked = [f"{app}.{action}_{record}" for app, action, record in product(apps, actions, records)]
    assert {name: rights_behind(name) for name in asked} == {name: [] for name in asked}


def test_nothing_is_deleted_in_the_admin() -> None:
    models = {label.partition(".")[2] for labels in ADMIN_RIGHTS.values() for label in labels}
    assert [name for name in models if rights_behind(f"schools.delete_{name}")] == []


BEHIND = {
    "schools.change_person": [P.MANAGE_PEOPLE],
    "schools.add_appointment": [P.MANAGE_PEOPLE],
    "schools.view_school": [P.MANAGE_SETTINGS, P.IMPORT_DATA],
    "schools.change_school": [P.MANAGE_SETTINGS],
    "policy.add_policyrow": [P.PROPOSE_POLICY],
    "policy.change_policyrow": [P.APPROVE_POLICY],
    "policy.view_policyrow": [P.PROPOSE_POLICY, P.APPROVE_POLICY],
    "calendar.change_term": [P.MANAGE_SETTINGS],
    "other.change_person": [],
    "schools.import_school": [],
    "schools": [],
    "": [],
}


def test_a_permission_of_django_is_given_by_these_rights() -> None:
    assert {asked: rights_behind(asked) for asked in BEHIND} == BEHIND
