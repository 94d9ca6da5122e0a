"""Addresses of referrals."""

from schools.referrals import pages

app_name = "referrals"
urlpatterns = pages.paths()
