"""What a visitor of the demonstration needs in hand: sign-ins, badges, PINs, stations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.demonstration.site import PASSWORD, STATIONS, Demo, Member
from people.rules.roles import Role


def sign_ins(demo: Demo) -> str:
    """The sheet as text: people with user name, badge and PIN; stations with their tokens."""
    people = [_line(m) for m in demo.members.values()]
    stations = [
        f"  {spec.site:<6} {spec.name:<24} {demo.tokens[key]}  {demo.binder(key).badge} {demo.binder(key).pin}"
        for key, spec in demo.stations.items()
    ]
    return "\n".join(
        [
            f"Sign-ins (password of all: {PASSWORD})",
            *people,
            "Stations (at /station/, once for each device: paste the token, and a supervisor's badge and PIN)",
            *stations,
            "Scanners: qualified at every station for now. To do it yourself, print /scanners/card.pdf, scan it at",
            "  /station/scanner/ and sign with the badge and PIN of somebody who works there.",
            "",
        ]
    )


def _line(m: Member) -> str:
    # The administrator began the installation and has no badge: nobody issues one to themselves.
    badge = "none" if m.roles == (Role.ADMINISTRATOR,) else m.badge
    roles = ", ".join(m.roles) or "no role"
    return f"  {m.username:<8} {m.name:<14} {m.site:<6} badge {badge:<11} PIN {m.pin}  {roles}"


def as_data(demo: Demo) -> dict[str, Any]:
    """The same for programs: browser tests and benchmarks."""
    return {
        "now": demo.now.isoformat(),
        "password": PASSWORD,
        "people": {
            m.username: {
                "id": m.user_id,
                "name": m.name,
                "site": m.site,
                "badge": m.badge,
                "pin": m.pin,
                "roles": list(m.roles),
            }
            for m in demo.members.values()
        },
        "stations": {
            key: {"site": spec.site, "token": demo.tokens[key]} for key, spec in demo.stations.items()
        },
        "lots": {f"{material} {where}": code for (material, where), code in demo.lots.items()},
        "devices": {f"{kind} {where}": code for (kind, where), code in demo.devices.items()},
        "shippers": demo.shippers,
        "freezer": demo.freezer,
        "wristbands": demo.wristbands,
    }


def from_data(data: Mapping[str, Any]) -> Demo:
    """The demonstration as written by `as_data`, to go on with it."""
    demo = Demo(datetime.fromisoformat(data["now"]), shippers=list(data["shippers"]), freezer=data["freezer"])
    for username, m in data["people"].items():
        roles = tuple(Role(role) for role in m["roles"])
        demo.members[m["name"]] = Member(m["id"], username, m["name"], m["site"], m["badge"], m["pin"], roles)
    demo.tokens = {key: station["token"] for key, station in data["stations"].items()}
    demo.stations = {spec.key: spec for spec in STATIONS}
    demo.lots = {_pair(key): code for key, code in data["lots"].items()}
    demo.devices = {_pair(key): code for key, code in data["devices"].items()}
    demo.wristbands = dict(data.get("wristbands", {}))
    return demo


def _pair(key: str) -> tuple[str, str]:
    kind, where = key.split()
    return kind, where
