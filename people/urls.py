"""Addresses of the pages of `people`."""

from django.urls import path

from people import views
from people.views import (
    access,
    account,
    document_writing,
    documents,
    giving,
    people,
    programmes,
    signing_in,
)

app_name = "people"

urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("sign-in/second-factor/", signing_in.second_factor, name="second_factor"),
    path("sign-in/passkey/options/", signing_in.passkey_options, name="passkey_options"),
    path("sign-in/passkey/", signing_in.passkey, name="passkey"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("unlock/", signing_in.unlock, name="unlock"),
    path("still-here/", signing_in.still_here, name="still_here"),
    path("activate/", signing_in.activate, name="activate"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="account_password"),
    path("account/pin/", account.pin, name="account_pin"),
    path("account/factors/", account.factors, name="account_factors"),
    path("account/factors/app/", account.add_app, name="account_app"),
    path("account/factors/passkey/", account.add_passkey, name="account_passkey"),
    path("account/factors/passkey/options/", account.passkey_new_options, name="account_passkey_options"),
    path("account/factors/codes/", account.recovery_codes, name="account_codes"),
    path("account/factors/<int:id>/remove/", account.remove_factor, name="account_remove"),
    path("account/sessions/end/", account.end_others, name="account_end_others"),
    path("documents/", documents.documents, name="documents"),
    path("documents/new/", document_writing.choose, name="document_choose"),
    path("documents/new/<str:kind>/", document_writing.write, name="document_new"),
    path("documents/<uuid:id>/", documents.document, name="document"),
    path("documents/<uuid:id>/preview.png", documents.preview, name="document_preview"),
    path("documents/<uuid:id>/edit/", document_writing.edit, name="document_edit"),
    path("documents/<uuid:id>/next/", document_writing.write_next, name="document_next"),
    *(
        path(f"documents/<uuid:id>/{what}/", documents.act, {"what": what}, name=f"document_{what}")
        for what in documents.STEPS
    ),
    path("people/", people.people, name="people"),
    path("people/new/", people.new_person, name="person_new"),
    path("people/badges/revoke/", people.revoke_badge, name="badge_revoke"),
    path("people/evidence/<uuid:id>/", people.evidence, name="people_evidence"),
    path("people/sites/", programmes.sites, name="sites"),
    path("people/sites/<str:code>/", programmes.site, name="site"),
    *(
        path(f"people/sites/<str:code>/{what}/", programmes.act, {"what": what}, name=f"site_{what}")
        for what in programmes.ACTS
    ),
    path("people/<int:user_id>/", people.person, name="person"),
    path("people/<int:user_id>/pages/", people.pages_seen, name="pages_seen"),
    *(
        path(f"people/<int:user_id>/{what}/", people.act, {"what": what}, name=f"person_{what}")
        for what in giving.ACTS
    ),
    path("work/", views.work, name="work"),
    path("work/done/", views.work_done, name="work_done"),
    path("entries/", views.entries, name="entries"),
    path("access/rules/", access.rules, name="access_rules"),
]
