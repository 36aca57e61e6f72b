"""Every write of `people`: keyword-only, each asks for authority itself, each an entry of the ledger."""

from people.services.badges import record_badges_printed
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
from people.services.grants import grant_role, issue_badge, record_training, revoke_badge, revoke_role
from people.services.recording import require, writing
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
    SignIn,
    activate_user,
    create_user,
    deactivate_user,
    reset_user,
    sign_in,
    sign_out,
)
from people.services.work import close_work_item, deliver_notice, open_work_item, send_notice

__all__ = [
    "FirstSite",
    "NewUser",
    "RegisteredStation",
    "SignIn",
    "activate_user",
    "approve_document",
    "bind_device",
    "bootstrap",
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
    "grant_role",
    "issue_badge",
    "lock_station",
    "lock_station_by_token",
    "make_effective",
    "open_work_item",
    "record_badges_printed",
    "record_training",
    "register_station",
    "reject_document",
    "release_device",
    "renew_station_token",
    "require",
    "reset_user",
    "retire_document",
    "review_document",
    "revoke_badge",
    "revoke_role",
    "send_notice",
    "sign",
    "sign_in",
    "sign_out",
    "submit_document",
    "verify_pin",
    "writing",
]
