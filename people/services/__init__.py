"""Every write of `people`: keyword-only, each asks for authority itself, each an entry of the ledger."""

from people.services.auditing import record_page_seen
from people.services.badges import (
    record_badges_printed,
    replace_badge,
    revalidate_badge,
    spare_badge_code,
)
from people.services.bootstrap import FirstSite, bootstrap
from people.services.credentials import confirm, verify_pin
from people.services.devices import bind_device, release_device
from people.services.documents import (
    approve_document,
    draft_document,
    edit_document,
    make_effective,
    reject_document,
    retire_document,
    review_document,
    submit_document,
)
from people.services.factors import add_passkey, add_totp, make_recovery_codes, remove_factor
from people.services.grants import grant_role, issue_badge, record_training, revoke_badge, revoke_role
from people.services.passwords import change_password, change_pin
from people.services.providers import link_provider, unlink_provider
from people.services.qualifications import (
    end_site_qualification,
    record_site_qualification,
    require_programme,
    waive_programme,
)
from people.services.recording import EvidenceFile, require, writing
from people.services.refusals import (
    alert_on_bursts,
    alert_on_refusals,
    record_refused_door,
    record_refused_token,
)
from people.services.sessions import end_other_sessions
from people.services.sign_ins import (
    SignIn,
    Visit,
    sign_in,
    sign_in_by_provider,
    sign_in_with_code,
    sign_in_with_passkey,
    sign_out,
    unlock_with_passkey,
    unlock_with_password,
)
from people.services.signatures import confirm_or_refuse, sign
from people.services.sites import (
    RegisteredStation,
    change_site,
    change_station,
    create_organisation,
    create_place,
    create_site,
    lock_station,
    lock_station_by_token,
    register_station,
    renew_station_token,
)
from people.services.users import (
    NewUser,
    activate_user,
    create_user,
    deactivate_user,
    end_sessions,
    reset_user,
)
from people.services.warning import warn_of_expiry
from people.services.work import close_work_item, deliver_notice, open_work_item, send_notice

__all__ = [
    "EvidenceFile",
    "FirstSite",
    "NewUser",
    "RegisteredStation",
    "SignIn",
    "Visit",
    "activate_user",
    "add_passkey",
    "add_totp",
    "alert_on_bursts",
    "alert_on_refusals",
    "approve_document",
    "bind_device",
    "bootstrap",
    "change_password",
    "change_pin",
    "change_site",
    "change_station",
    "close_work_item",
    "confirm",
    "confirm_or_refuse",
    "create_organisation",
    "create_place",
    "create_site",
    "create_user",
    "deactivate_user",
    "deliver_notice",
    "draft_document",
    "edit_document",
    "end_other_sessions",
    "end_sessions",
    "end_site_qualification",
    "grant_role",
    "issue_badge",
    "link_provider",
    "lock_station",
    "lock_station_by_token",
    "make_effective",
    "make_recovery_codes",
    "open_work_item",
    "record_badges_printed",
    "record_page_seen",
    "record_refused_door",
    "record_refused_token",
    "record_site_qualification",
    "record_training",
    "register_station",
    "reject_document",
    "release_device",
    "remove_factor",
    "renew_station_token",
    "replace_badge",
    "require",
    "require_programme",
    "reset_user",
    "retire_document",
    "revalidate_badge",
    "review_document",
    "revoke_badge",
    "revoke_role",
    "send_notice",
    "sign",
    "sign_in",
    "sign_in_by_provider",
    "sign_in_with_code",
    "sign_in_with_passkey",
    "sign_out",
    "spare_badge_code",
    "submit_document",
    "unlink_provider",
    "unlock_with_passkey",
    "unlock_with_password",
    "verify_pin",
    "waive_programme",
    "warn_of_expiry",
    "writing",
]
