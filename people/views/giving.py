"""What is done for a person, each act with its form, its service and its words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.rules import Where
from people import selectors, services
from people.forms import people as forms
from people.rules.authority import Period, Person
from people.rules.rights import Right
from people.rules.roles import Role
from people.views import actor_of

Form = Callable[[HttpRequest, Person], forms.PeopleForm]
Do = Callable[[HttpRequest, Any, Any], object]


@dataclass(frozen=True)
class Act:
    """An act: the right that it takes, its title, what it means, its form, what does it, the button, and what is said
    when it is done."""

    right: Right
    title: Promise
    about: Promise
    form: Form
    do: Do
    button: Promise
    done: Promise
    is_ending: bool = False


def choices_of(reader: Person, right: Right) -> list[tuple[str, str]]:
    """The sites at which the reader may do it, by name."""
    own = reader.sites_of(right, timezone.now())
    return [(site.code, f"{site.name} ({site.code})") for site in selectors.sites() if site.code in own]


def doing_at(request: HttpRequest, form: forms.PeopleForm, site: str) -> dict[str, Any]:
    """Who, where, when and under which request: what every service takes."""
    return {
        "actor": actor_of(request),
        "where": Where(site=site, zone=selectors.zone_of(site)),
        "now": timezone.now(),
        "request_id": form.cleaned_data["request_id"],
    }


def _sited(kind: type[forms.SiteForm], right: Right) -> Form:
    return lambda request, reader: kind(request.POST or None, sites=choices_of(reader, right))


def _about(kind: type[forms.PeopleForm], field: str) -> Form:
    """A form about something that the page names in its address."""
    return lambda request, _reader: kind(request.POST or None, initial={field: request.GET.get("about", "")})


def _grant(request: HttpRequest, user_id: int, form: forms.GrantForm) -> object:
    asked, site = form.cleaned_data, form.cleaned_data["site"]
    zone = selectors.zone_of(site)
    start, end = asked["covers_from"], asked["covers_until"]
    period = Period(start and forms.starts(start, zone), end and forms.ends(end, zone))
    return services.grant_role(
        user_id=user_id,
        role=Role(asked["role"]),
        site=site,
        valid_until=asked["until"] and forms.ends(asked["until"], zone),
        covers=period,
        reason=asked["reason"],
        **doing_at(request, form, site),
    )


def _revoke_grant(request: HttpRequest, _user_id: int, form: forms.EndingForm) -> object:
    asked = form.cleaned_data
    site = selectors.site_of_grant(asked["about"])
    services.revoke_role(grant_id=asked["about"], reason=asked["reason"], **doing_at(request, form, site))
    return None


def _badge(request: HttpRequest, user_id: int, form: forms.BadgeForm) -> object:
    asked, site = form.cleaned_data, form.cleaned_data["site"]
    return services.issue_badge(
        user_id=user_id,
        code=asked["code"] or services.spare_badge_code(),
        site=site,
        valid_until=asked["until"] and forms.ends(asked["until"], selectors.zone_of(site)),
        is_temporary=asked["is_temporary"],
        **doing_at(request, form, site),
    )


def _replace(request: HttpRequest, user_id: int, form: forms.ReplaceBadgeForm) -> object:
    asked = form.cleaned_data
    about = {name: asked[name] for name in ("lost", "is_temporary", "reason")}
    code, site = asked["code"] or services.spare_badge_code(), selectors.site_of_badge(asked["lost"])
    return services.replace_badge(user_id=user_id, code=code, **about, **doing_at(request, form, site))


def _test(request: HttpRequest, user_id: int, form: forms.TestBadgeForm) -> object:
    asked = form.cleaned_data
    site = selectors.site_of_badge(asked["code"])
    until = asked["until"] and forms.ends(asked["until"], selectors.zone_of(site))
    about = {"user_id": user_id, "code": asked["code"], "valid_until": until}
    services.revalidate_badge(**about, **doing_at(request, form, site))
    return None


def _train(request: HttpRequest, user_id: int, form: forms.TrainingForm) -> object:
    asked, site = form.cleaned_data, form.cleaned_data["site"]
    zone = selectors.zone_of(site)
    return services.record_training(
        user_id=user_id,
        topic=asked["topic"],
        site=site,
        valid_from=asked["since"] and forms.starts(asked["since"], zone),
        valid_until=asked["until"] and forms.ends(asked["until"], zone),
        evidence=forms.evidence_of(asked),
        **doing_at(request, form, site),
    )


def _over(service: Callable[..., object]) -> Do:
    """What is done to a whole account, at a site and for a reason."""

    def do(request: HttpRequest, user_id: int, form: forms.AccountForm) -> object:
        site, reason = form.cleaned_data["site"], form.cleaned_data["reason"]
        return service(user_id=user_id, site=site, reason=reason, **doing_at(request, form, site))

    return do


def _link(request: HttpRequest, user_id: int, form: forms.LinkForm) -> object:
    asked = form.cleaned_data
    about = {name: asked[name] for name in ("provider", "subject", "site", "reason")}
    return services.link_provider(user_id=user_id, **about, **doing_at(request, form, asked["site"]))


def _unlink(request: HttpRequest, _user_id: int, form: forms.UnlinkForm) -> object:
    asked = form.cleaned_data
    about = {"link": asked["about"], "site": asked["site"], "reason": asked["reason"]}
    services.unlink_provider(**about, **doing_at(request, form, asked["site"]))
    return None


def _link_form(request: HttpRequest, reader: Person) -> forms.PeopleForm:
    sites = choices_of(reader, Right.LINK_PROVIDER)
    return forms.LinkForm(request.POST or None, sites=sites, providers=providers())


def _unlink_form(request: HttpRequest, reader: Person) -> forms.PeopleForm:
    sites = choices_of(reader, Right.UNLINK_PROVIDER)
    return forms.UnlinkForm(
        request.POST or None, initial={"about": request.GET.get("about", "")}, sites=sites
    )


def providers() -> list[tuple[str, str]]:
    """The OpenID providers of this installation, by their ids and names; nothing where there is none."""
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return [(app["provider_id"], app["name"]) for app in apps]


def _training_form(request: HttpRequest, reader: Person) -> forms.PeopleForm:
    sites = choices_of(reader, Right.RECORD_TRAINING)
    return forms.TrainingForm(
        request.POST or None, request.FILES or None, sites=sites, topics=selectors.training_topics()
    )


ACTS: Mapping[str, Act] = {
    "grant": Act(
        Right.GRANT_ROLE,
        _("Grant a role"),
        _("It counts from this moment. Nobody grants a role to themselves."),
        _sited(forms.GrantForm, Right.GRANT_ROLE),
        _grant,
        _("Grant the role"),
        _("The role is granted."),
    ),
    "revoke-role": Act(
        Right.REVOKE_ROLE,
        _("End a role"),
        _("The next scan and the next page will find it gone."),
        _about(forms.EndingForm, "about"),
        _revoke_grant,
        _("End the role"),
        _("The role has ended."),
        is_ending=True,
    ),
    "badge": Act(
        Right.ISSUE_BADGE,
        _("Give a badge"),
        _("A badge is half of what somebody signs with at a station; the PIN is the other half."),
        _sited(forms.BadgeForm, Right.ISSUE_BADGE),
        _badge,
        _("Give the badge"),
        _("The badge counts from this moment. Print its card under Labels, Cards."),
    ),
    "badge-replace": Act(
        Right.REPLACE_BADGE,
        _("Replace a badge"),
        _("The old badge is worth nothing from this moment; the new one counts at once."),
        _about(forms.ReplaceBadgeForm, "lost"),
        _replace,
        _("Replace the badge"),
        _("The old badge is revoked; the new one counts."),
        is_ending=True,
    ),
    "badge-test": Act(
        Right.REVALIDATE_BADGE,
        _("Test a badge"),
        _("Read it with its holder before you, once a year and whenever it was out of their hands."),
        lambda request, _reader: forms.TestBadgeForm(request.POST or None),
        _test,
        _("It was read, and the holder is who it names"),
        _("The test is recorded."),
    ),
    "training": Act(
        Right.RECORD_TRAINING,
        _("Record training"),
        _("What the person was found competent in. Steps and methods that ask for it open from then on."),
        _training_form,
        _train,
        _("Record the training"),
        _("The training is recorded."),
    ),
    "reset": Act(
        Right.RESET_USER,
        _("Reset password and PIN"),
        _("Both are worth nothing at once. A new activation code is shown to you, once."),
        _sited(forms.AccountForm, Right.RESET_USER),
        _over(services.reset_user),
        _("Reset the account"),
        _("The account is reset."),
        is_ending=True,
    ),
    "end-sessions": Act(
        Right.END_SESSIONS,
        _("End all sessions"),
        _(
            "Wherever the person is signed in, the next click asks them to sign in again. The account stays open."
        ),
        _sited(forms.AccountForm, Right.END_SESSIONS),
        _over(services.end_sessions),
        _("End the sessions"),
        _("All sessions have ended."),
        is_ending=True,
    ),
    "link": Act(
        Right.LINK_PROVIDER,
        _("Link to the sign-in provider"),
        _(
            "Whoever the provider vouches for under this subject signs in as this person. Nothing links by itself."
        ),
        _link_form,
        _link,
        _("Link"),
        _("The provider vouches for this person from now on."),
    ),
    "unlink": Act(
        Right.UNLINK_PROVIDER,
        _("End a link to the provider"),
        _(
            "The provider vouches for this person no more. Sessions that are open stay; end them too if need be."
        ),
        _unlink_form,
        _unlink,
        _("End the link"),
        _("The link has ended."),
        is_ending=True,
    ),
    "close": Act(
        Right.DEACTIVATE_USER,
        _("Close the account"),
        _("At once and for good. What the person did stays theirs; the username is never given again."),
        _sited(forms.AccountForm, Right.DEACTIVATE_USER),
        _over(services.deactivate_user),
        _("Close the account"),
        _("The account is closed."),
        is_ending=True,
    ),
}
