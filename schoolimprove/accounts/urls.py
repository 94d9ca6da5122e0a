"""Addresses of the door, of one's own account and of the people who have one."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from schoolimprove.ui import converters  # noqa: F401 (registers the kinds of file)

from .views import account, door, drafts, links, people, session


class TokenConverter(StringConverter):
    regex = "[0-9a-f]{32}"


register_converter(TokenConverter, "secret")

app_name = "accounts"
urlpatterns = [
    path("sign-in/", door.SignIn.as_view(), name="sign_in"),
    path("sign-in/code/", door.Verify.as_view(), name="verify"),
    path("sign-in/recovery-code/", door.Recovery.as_view(), name="recovery"),
    path("sign-in/forgotten/", links.Forgotten.as_view(), name="password_forgotten"),
    path("sign-in/forgotten/sent/", links.ForgottenSent.as_view(), name="password_forgotten_sent"),
    path("sign-in/new-password/<secret:token>/", links.PasswordReset.as_view(), name="password_reset"),
    path("sign-in/invitation/<secret:token>/", links.Invitation.as_view(), name="invitation"),
    path("sign-in/new-address/<secret:token>/", links.address_confirm, name="address_confirm"),
    path("sign-out/", session.sign_out, name="sign_out"),
    path("session/extend/", session.extend, name="extend"),
    path("drafts/", drafts.draft_save, name="draft_save"),
    path("drafts/discard/", drafts.draft_discard, name="draft_discard"),
    path("account/", account.account, name="account"),
    path("account/kept-text/", drafts.kept_text, name="kept_text"),
    path("account/name/", account.NameChange.as_view(), name="name_change"),
    path("account/password/", account.PasswordChange.as_view(), name="password_change"),
    path("account/address/", account.AddressChange.as_view(), name="address_change"),
    path("account/address/confirm/", links.AddressAccept.as_view(), name="address_accept"),
    path("account/address/withdraw/", account.address_withdraw, name="address_withdraw"),
    path("account/second-factor/", account.SecondFactor.as_view(), name="second_factor"),
    path("account/second-factor/change/", account.SecondFactorChange.as_view(), name="second_factor_change"),
    path("account/second-factor/remove/", account.SecondFactorRemove.as_view(), name="second_factor_remove"),
    path("account/recovery-codes/", account.RecoveryCodes.as_view(), name="recovery_codes"),
    path("account/sign-out-elsewhere/", session.sign_out_elsewhere, name="sign_out_elsewhere"),
    path("people/", people.PeopleList.as_view(), name="people"),
    path("people/export.<export_kind:kind>", people.people_export, name="people_export"),
    path("people/invite/", people.Invite.as_view(), name="invite"),
    path("people/<int:pk>/", people.person_page, name="person"),
    path("people/<int:pk>/name/", people.PersonName.as_view(), name="person_name"),
    path("people/<int:pk>/invite-again/", people.PersonInviteAgain.as_view(), name="person_invite_again"),
    path("people/<int:pk>/second-factor/", people.PersonResetSecondFactor.as_view(), name="person_reset_second_factor"),
    path("people/<int:pk>/deactivate/", people.PersonDeactivate.as_view(), name="person_deactivate"),
    path("people/<int:pk>/reactivate/", people.PersonReactivate.as_view(), name="person_reactivate"),
    path("people/<int:pk>/superuser/", people.PersonTakeSuperuser.as_view(), name="person_take_superuser"),
]
