"""A PostgreSQL server for tests of the desk, beside whatever server the machine has."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path


class Server:
    """A PostgreSQL server on a socket of its own, run by the account of its own that it asks for."""

    def __init__(self, folder: Path) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        found = shutil.which("initdb")
        assert programs or found, "PostgreSQL is not installed: make test-desk installs it"
        self.programs = programs[-1] if programs else Path(str(found)).parent
        self.folder = folder
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        folder.chmod(0o755)
        for name in ("donnees", "prise"):
            (folder / name).mkdir(mode=0o700)
            if os.geteuid() == 0:
                shutil.chown(folder / name, self.user)
        (folder / "prise").chmod(0o755)
        self.run(
            "initdb",
            "--pgdata",
            folder / "donnees",
            "--auth=trust",
            "--username=bureau",
            "--encoding=UTF8",
            "--no-sync",
        )

    def run(self, program: str, *words: object) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(self.programs / program), *map(str, words)],
            user=self.user if os.geteuid() == 0 else None, cwd=self.folder / "donnees",
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return done

    def start(self) -> None:
        options = f"-k {self.folder / 'prise'} -h '' -p 5439 -c max_connections=30 -c fsync=off"
        self.run(
            "pg_ctl",
            "--pgdata",
            self.folder / "donnees",
            "--log",
            self.folder / "donnees" / "journal",
            "-w",
            "-o",
            options,
            "start",
        )

    def stop(self) -> None:
        self.run("pg_ctl", "--pgdata", self.folder / "donnees", "-m", "immediate", "-w", "stop")

    def kill(self) -> None:
        """kill -9 of the whole server, as a power cut would."""
        first = int((self.folder / "donnees" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(first, signal.SIGKILL)
        for _ in range(100):
            if not Path(f"/proc/{first}").exists():
                return
            time.sleep(0.05)

    def address(self, name: str) -> str:
        return f"postgres://bureau@/{name}?host={self.folder / 'prise'}&port=5439"


SORTED_OTHERWISE = (
    "--template=template0",
    "--locale-provider=icu",
    "--icu-locale=fr-u-ka-shifted-kr-latn-digit",
)
"""A base that orders texts otherwise than SQLite does: digits after letters, signs left out."""


def base(server: Server, name: str, *words: str) -> str:
    """A new database without a table; its address."""
    server.run("createdb", *words, "-h", server.folder / "prise", "-p", 5439, "-U", "bureau", name)
    return server.address(name)
