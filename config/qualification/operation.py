"""The operation, tried on servers that are made for it and removed: no ledger of an installation is touched.

The site is that of the demonstration, made by the services; what is written is written with the rights of web and
worker. Django must not be set up before: `prepared` does it.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import django
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from config import keys
from config.embedded import Embedded
from config.qualification.evidence import Differs, Step

ROOT = Path(__file__).resolve().parent.parent.parent
ABOUT = (
    "Tried on a PostgreSQL and a Redis of its own, which were removed afterwards, at the demonstration site. "
    "No record of an installation was touched."
)
RESTORED = "veintrace_restored"


@contextmanager
def prepared() -> Iterator[Embedded]:
    """Servers in a new folder, Django set up for them, and tables with their rights."""
    with tempfile.TemporaryDirectory(prefix="veintrace-qualification-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the servers' account must get through to its own folder
        servers = Embedded(folder, die_with_parent=True, durable=False, server_data=folder / "servers")
        try:
            own = servers.start() | keys.application(servers.secrets, folder)
            own |= {"STATIC_ROOT": name, "BACKUP_DIR": str(folder / "backups"), "DEMO_DIR": name}
            for setting in own:
                os.environ.pop(f"{setting}_FILE", None)
            os.environ.update(own | {"DJANGO_SETTINGS_MODULE": "config.settings"})
            django.setup()
            call_command("migrate", database="owner", interactive=False, verbosity=0)
            call_command("grant_roles", verbosity=0)
            yield servers
        finally:
            connections.close_all()
            servers.stop()


@dataclass
class Trial:
    """What the steps hand on to each other."""

    servers: Embedded
    player: Any = None
    stranger: Any = None
    steps: list[Step] = field(init=False)

    def __post_init__(self) -> None:
        self.steps = [
            Step("Site", "people, stations and documents made by the services", self.site),
            Step("Wrong password", "refused", self.wrong_password),
            Step("Right password", "accepted", self.right_password),
            Step("Scan", "accepted and recorded", self.scan),
            Step("Wrong patient", "refused and recorded", self.wrong_patient),
            Step("Evidence", "given back byte for byte", self.evidence),
            Step("Change of the ledger", "refused to web and worker", self.forbidden),
            Step("Verification", "nothing is found", self.verified),
            Step("Backup and restore", "restored elsewhere, and it verifies there", self.restored),
            Step("Altered entry", "named by the verification", self.altered),
        ]

    def site(self) -> str:
        """The demonstration site and two patients."""
        from config.demonstration import player, site

        with transaction.atomic():
            demo = site.build(timezone.now())
            self.player = player.Player(demo, demo.now, name="journey 1")
            self.stranger = player.Player(demo, demo.now, name="journey 2")
            for number, each in enumerate((self.player, self.stranger), 1):
                each.enrol(number)
        return f"{len(demo.members)} people, {len(demo.stations)} stations, 2 orders"

    def _sign_in(self, password: str) -> str:
        from ledger.rules import Where
        from people.services.sign_ins import sign_in

        now, where = timezone.now(), Where(site="")
        answer = sign_in(username="bob", password=password, where=where, now=now, request_id=uuid4())
        return str(answer.state)

    def wrong_password(self) -> str:
        """One wrong attempt."""
        return told(self._sign_in("not the password"), "refused")

    def right_password(self) -> str:
        """The password of the demonstration."""
        from config.demonstration.site import PASSWORD

        return told(self._sign_in(PASSWORD), "accepted")

    def scan(self) -> str:
        """Order and wristband at the chair."""
        from config.demonstration import story

        before = entries()
        with transaction.atomic():
            story.identify(self.player)
        return f"{told(self.player.answers[-1]['outcome'], 'accepted')}; {entries() - before} entries"

    def wrong_patient(self) -> str:
        """The order of one patient with the wristband of another."""
        from people.rules.roles import Role

        before, one = entries(), self.stranger
        collector = one.one(Role.COLLECTOR, one.site)
        codes = (one.order_code, self.player.wristband)
        answer = one.scan(f"{one.letter}CHAIR", collector, *codes, step="identify")
        reasons = ", ".join(str(each["code"]) for each in answer["refusals"])
        return f"{told(answer['outcome'], 'refused')} ({reasons}); {entries() - before} entries"

    def evidence(self) -> str:
        """A small file."""
        from ledger import selectors, services
        from ledger.rules import Actor, Where

        doing: dict[str, Any] = {
            "actor": Actor.service("qualification"),
            "where": Where(site="", zone="UTC"),
            "now": timezone.now(),
        }
        kept = services.store_evidence(
            data=b"qualification\n", media_type="text/csv", name="sample", request_id=uuid4(), **doing
        )
        if selectors.evidence_bytes(kept.id) != b"qualification\n":
            raise Differs("other bytes")
        return f"SHA-256 {kept.sha256}"

    def forbidden(self) -> str:
        """With the triggers switched off in its own session, as a thief would."""
        from django.db import DatabaseError

        try:
            with transaction.atomic(), connections["default"].cursor() as cursor:
                cursor.execute("SELECT set_config('pgtrigger.ignore', '{_all_}', true)")
                cursor.execute("UPDATE ledger_entry SET reason = 'changed'")
        except DatabaseError as error:
            return told("refused" if "permission denied" in str(error) else str(error), "refused")
        raise Differs("the ledger was changed")

    def verified(self) -> str:
        """After sealing all of it."""
        from ledger.services import seal, verify

        while (sealed := seal(now=timezone.now())) is not None and sealed.size < entries():
            pass
        report = verify(now=timezone.now())
        if report.findings:
            raise Differs("; ".join(str(each) for each in report.findings))
        return f"{entries()} entries are sound"

    def restored(self) -> str:
        """Into a second database and empty folders, as on another machine."""
        call_command("backup", stdout=StringIO())
        (backup,) = (self.servers.folder / "backups").glob("*.tar")
        self.servers.query(f"CREATE DATABASE {RESTORED} OWNER veintrace_owner")
        elsewhere = {"DATABASE_URL": "app", "DATABASE_OWNER_URL": "owner", "DATABASE_SEALER_URL": "sealer"}
        own = {name: self.servers.url(role, RESTORED) for name, role in elsewhere.items()}
        own |= {f"{name}_DIR": str(self.servers.folder / "new" / name) for name in ("EVIDENCE", "CHECKPOINT")}
        command = [sys.executable, "manage.py", "restore", str(backup)]
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | own, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Differs(done.stdout + done.stderr)
        return f"{backup.stat().st_size // 1024} KiB restored; verified"

    def altered(self) -> str:
        """One entry, changed by the server's superuser past the triggers."""
        from ledger.services import verify

        change = (
            "SET session_replication_role = replica; UPDATE ledger_entry SET reason = 'altered' WHERE id = 3"
        )
        self.servers.query(change, database="veintrace")
        findings = verify(now=timezone.now(), record=False).findings
        if not findings:
            raise Differs("nothing was found")
        return "; ".join(str(each) for each in findings)


def told(found: object, expected: str) -> str:
    """What was found, if it is what is expected."""
    if str(found) != expected:
        raise Differs(str(found))
    return expected


def entries() -> int:
    """How many there are."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry")
        return int(cursor.fetchone()[0])
