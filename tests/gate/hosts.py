"""Other hosts, played on this machine: an installation of its own for each, and an `ssh` that leads there.

A host has its own virtual environment with its own copy of the suite, its own home, and nothing of the caller's
environment. One with a network namespace also has its own loopback and reaches others by address alone.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.processes import first_line, running

import conformance

PACKAGE = Path(conformance.__file__).resolve().parent
_PATIENCE_S = 30.0
"""Seconds that a command of the machine's own may take."""

_SSH = """\
#!/bin/sh
# Called as `ssh -C HOST COMMAND`.
host="{root}/$2"
[ -d "$host" ] || {{ echo "ssh: could not resolve hostname $2" >&2; exit 255; }}
shift 2
enter=$(cat "$host/enter")
cd "$host/home" && exec $enter env -i HOME="$host/home" PATH="$host/venv/bin:/usr/bin:/bin" sh -c "$*"
"""


@dataclass(frozen=True)
class Hosts:
    """The hosts below a folder; `path` is the PATH with their `ssh` in front."""

    root: Path

    @property
    def path(self) -> str:
        return f"{self.root / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def suite_of(self, name: str) -> Path:
        return next((self.root / name / "venv").glob("lib/python3*/site-packages")) / "conformance"

    def python_of(self, name: str) -> Path:
        return self.root / name / "venv" / "bin" / "python"

    def add(self, name: str, *, enter: str = "", installed: bool = True) -> None:
        """Set up a host; `enter` is what its commands are run by, such as `ip netns exec NAME`."""
        host = self.root / name
        (host / "home").mkdir(parents=True)
        (host / "enter").write_text(enter, encoding="utf-8")
        venv.create(host / "venv", with_pip=False, symlinks=True)
        if installed:
            suite = self.suite_of(name)
            # What the suite needs comes from where it is installed here; the suite itself is the host's own.
            (suite.parent / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
            shutil.copytree(PACKAGE, suite, ignore=shutil.ignore_patterns("__pycache__"))
            for shipped, source in (("_contract", "contract"), ("_targets.yaml", "targets.yaml")):
                if not (suite / shipped).exists():
                    copy = shutil.copytree if (PACKAGE.parent / source).is_dir() else shutil.copy
                    copy(PACKAGE.parent / source, suite / shipped)


def hosts_below(root: Path) -> Hosts:
    """Return hosts, none yet, with the `ssh` that leads to them."""
    command = root / "bin" / "ssh"
    command.parent.mkdir(parents=True)
    command.write_text(_SSH.format(root=root), encoding="utf-8")
    command.chmod(0o755)
    return Hosts(root)


@contextmanager
def socket_server(python: Path, folder: Path) -> Iterator[str]:
    """Run execnet's own socket server with an interpreter and in a folder of its own; give its `socket=` spec."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [str(python), "-u", "-m", "execnet.script.socketserver", "127.0.0.1:0"]
    kept = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with running(words, cwd=folder, env=kept, stdout=subprocess.PIPE) as process:
        listening = re.search(r"'127\.0\.0\.1', (\d+)", first_line(process))
        assert listening, "the socket server did not come up"
        yield f"socket=127.0.0.1:{listening[1]}"


class NoNamespacesError(Exception):
    """This machine lets nobody make network namespaces; the text says why."""


@dataclass(frozen=True)
class Network:
    """Two network namespaces that reach each other by address, and share no loopback."""

    here: str
    """What runs a command in the one."""
    there: str
    address: str
    """The address of `here`, as both know it."""


@contextmanager
def network(tag: str) -> Iterator[Network]:
    """Make two namespaces with a cable between them. Raises NoNamespacesError where that can't be done."""
    ip = shutil.which("ip")
    if not sys.platform.startswith("linux") or ip is None or os.geteuid() != 0:
        raise NoNamespacesError("it takes Linux, root, and the command ip (Debian: iproute2)")
    here, there = f"conf-a-{tag}", f"conf-b-{tag}"
    cable_a, cable_b = f"cva{tag}"[:15], f"cvb{tag}"[:15]
    number = int(tag) % 250
    ends = [(here, cable_a, f"10.213.{number}.1"), (there, cable_b, f"10.213.{number}.2")]
    lines = [*(f"netns add {name}" for name, _, _ in ends), f"link add {cable_a} type veth peer name {cable_b}"]
    for name, cable, address in ends:
        lines += [f"link set {cable} netns {name}", f"-n {name} addr add {address}/24 dev {cable}"]
        lines += [f"-n {name} link set {device} up" for device in ("lo", cable)]
    try:
        for line in lines:
            done = subprocess.run([ip, *line.split()], capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
            if done.returncode:
                raise NoNamespacesError(f"ip {line}: {done.stderr.strip()}")
        yield Network(f"ip netns exec {here}", f"ip netns exec {there}", ends[0][2])
    finally:
        for name in (here, there):
            subprocess.run([ip, "netns", "del", name], capture_output=True, timeout=_PATIENCE_S, check=False)
