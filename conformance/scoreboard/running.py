"""The runs of a board: targets installed, each judged by its contracts in processes of their own, and records kept.

Each cell is an ordinary `conformance run` with a folder of its own. A run that came to its end is kept with the digest
of all that it depends on, so that an interrupted board is resumed and not begun again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Lock

import conformance
from conformance.errors import ExitCode, UserError
from conformance.output import InUseError, alone_in, open_alone, write_whole
from conformance.report.record import read_record
from conformance.report.run import Record
from conformance.report.scoreboard import Cell, CellState
from conformance.scoreboard.board_file import BoardContract, BoardFile, BoardTarget
from conformance.targets.launch import executable, inherited_environment
from conformance.targets.opening import owner_of
from conformance.targets.processes import MARKER, Family, Watchdog

TARGETS = "targets.yaml"
_RECORD, _OUTPUT, _KEY, _INSTALLED = "run.jsonl", "output.log", "key", ".installed"
_INSTALL_S = 1200.0
"""Seconds that one command of an installation may take."""
_GRACE_S = 20.0
"""Seconds in which a run that is told to end closes its record and ends what it launched."""
_LOOK_S = 0.5
_TAIL_BYTES, _TAIL_LINES = 4096, 3


@dataclass(frozen=True)
class BoardOptions:
    """What of a board is run, and how."""

    folder: Path
    """Where the records go: a folder for each target, and inside it one for each contract."""
    only: tuple[str, ...] = ()
    """The targets that are run, all if empty; of others what was run before is shown."""
    resume: bool = False
    install: bool = True
    jobs: int = 1
    """How many targets are run at once."""
    say: Callable[[str], None] = lambda _: None
    """Called with a line for each thing that has happened."""


class InstallError(UserError):
    """A target could not be installed."""

    exit_code = ExitCode.TARGET_BROKE


@dataclass
class BoardRun:
    """One run of a board. What it has started ends with it."""

    file: BoardFile
    options: BoardOptions
    ran: bool = False
    """Whether any cell was run, and not only read."""
    _stopping: Event = field(default_factory=Event)
    _families: dict[Family, subprocess.Popen[bytes]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def cells(self) -> tuple[Cell, ...]:
        """Return every cell of the board, in the order of the file; those that were not asked for are not run.

        Raises UserError where the folder can't be used, and KeyboardInterrupt once all that was started has ended.
        """
        for contract in self.file.contracts:  # what is wrong with one is said before anything is installed
            contract.loaded()
        with alone_in(self.options.folder):
            # Entries may have credentials: nobody else reads them here.
            with os.fdopen(open_alone(self.options.folder / TARGETS, 0o600), "w", encoding="utf-8") as file:
                file.write(self.file.targets_yaml())
            with ThreadPoolExecutor(self.options.jobs) as pool:
                waiting = [pool.submit(self._target, target) for target in self.file.targets]
                try:
                    while wait(waiting, timeout=_LOOK_S).not_done:
                        pass  # the system may hand a signal to any thread: this one has to look whether one came
                    of_targets = [dict(future.result()) for future in waiting]
                except BaseException:
                    self._stop()
                    pool.shutdown(cancel_futures=True)
                    raise
        return tuple(
            found.get(contract.name) or Cell(target.name, contract.name, None)
            for contract in self.file.contracts
            for target, found in zip(self.file.targets, of_targets, strict=True)
        )

    def _target(self, target: BoardTarget) -> Mapping[str, Cell]:
        """Run one target, or read what was run before; a target that can't be started is tried once."""
        contracts = [item for item in self.file.contracts if item.name in target.contracts]
        is_run = not self.options.only or target.name in self.options.only
        problem = self._install(target) if is_run else ""
        found: dict[str, Cell] = {}
        for contract in contracts:
            if self._stopping.is_set():
                break
            kept = self._kept(target, contract) if self.options.resume or not is_run else None
            if kept is not None:
                found[contract.name] = Cell(target.name, contract.name, kept)
                self._say(f"{target.name}, {contract.name}: kept, {_words(kept)}")
            elif problem:
                found[contract.name] = Cell(target.name, contract.name, None, problem, CellState.NOT_STARTED)
            elif is_run:
                cell, status = self._run(target, contract)
                found[contract.name] = cell
                if cell.record is None and status == ExitCode.TARGET_BROKE:
                    problem = cell.problem
        return found

    def _install(self, target: BoardTarget) -> str:
        """Install a target unless it is there; return why that is not possible."""
        home, installed = target.home, target.home / _INSTALLED
        if not target.install or installed.exists():
            return ""
        if not self.options.install:
            return "is not installed, and --no-install is given"
        log = self.options.folder / target.name / "install.log"
        self._say(f"{target.name}: installing into {home}")
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            log.unlink(missing_ok=True)
            with alone_in(home):
                for entry in home.iterdir():  # what an interrupted installation has left
                    shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
                for command in target.install:
                    self._insist(command, home, log)
                installed.touch()
        except UserError as error:
            problem = f"could not be installed: {error.problem}"
        except OSError as error:
            problem = f"could not be installed: {error.strerror or error}"
        else:
            return ""
        self._say(f"{target.name}: {problem}")
        return problem

    def _insist(self, command: Sequence[str], home: Path, log: Path) -> None:
        """Run a command of an installation. Raises InstallError where it fails."""
        program = shutil.which(home / command[0] if os.sep in command[0] else command[0])
        if program is None:
            raise InstallError(f"{command[0]} is not there")
        status = self._ended([program, *command[1:]], log, cwd=home, timeout_s=_INSTALL_S)
        if status != 0:
            how = f"takes longer than {_INSTALL_S:g} s" if status is None else f"fails with exit status {status}"
            raise InstallError(f"{' '.join(command)} {how} (see {log}): {_tail(log)}")

    def _run(self, target: BoardTarget, contract: BoardContract) -> tuple[Cell, int | None]:
        """Run one cell; return it, and the exit status of the run."""
        folder = self._folder(target, contract)
        self.ran = True
        self._wait_for(folder)
        for name in (_RECORD, _OUTPUT, _KEY):
            (folder / name).unlink(missing_ok=True)
        command = [sys.executable, "-m", "conformance", "run", target.name, *contract.options]
        places = ["--targets", str(self.options.folder / TARGETS), "--report-dir", str(folder)]
        status = self._ended([*command, *places], folder / _OUTPUT)
        record = _read(folder)
        name = f"{target.name}, {contract.name}"
        if record is None:
            problem = _problem(folder / _OUTPUT) or f"the run ended with exit status {status}, without a record"
            self._say(f"{name}: {problem}")
            return Cell(target.name, contract.name, None, problem, CellState.NOT_STARTED), status
        if record.complete:
            write_whole(folder / _KEY, self._key(target, contract))
        self._say(f"{name}: {_words(record)}")
        problem = "" if record.complete else record.stopped or "the run was killed"
        return Cell(target.name, contract.name, record, problem), status

    def _wait_for(self, folder: Path) -> None:
        """Make a folder, and wait until a run that a killed board has left there is ended by its watchdog."""
        deadline = time.monotonic() + _GRACE_S
        while not self._stopping.is_set():
            folder.mkdir(parents=True, exist_ok=True)
            with suppress(InUseError), alone_in(folder):
                return
            if time.monotonic() > deadline:
                return  # the run itself says who is there
            self._stopping.wait(_LOOK_S)

    def _kept(self, target: BoardTarget, contract: BoardContract) -> Record | None:
        """Return the record of a run that came to its end, and depended on just what it would depend on now."""
        folder = self._folder(target, contract)
        try:
            key = (folder / _KEY).read_text(encoding="utf-8")
        except OSError:
            return None
        return _read(folder) if key == self._key(target, contract) else None

    def _key(self, target: BoardTarget, contract: BoardContract) -> str:
        """Return the digest of all that a run depends on: target with its version, contract, selection, suite."""
        spec, version = target.spec, target.spec.version
        if spec.launch and not version:
            with suppress(UserError):  # it is not there (any more): no version of it was judged before
                program = executable(spec.launch.command[0], spec, spec.launch.cwd)
                version = owner_of((program, *spec.launch.command[1:]))
        parts = (
            conformance.__version__, contract.loaded(writing=spec.is_written_to).digest, contract.options,
            version, target.entry, target.install,
        )  # fmt: skip
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def _say(self, line: str) -> None:
        """Report what has happened; how something ends that is told to stop is no news."""
        if not self._stopping.is_set():
            self.options.say(line)

    def _folder(self, target: BoardTarget, contract: BoardContract) -> Path:
        return self.options.folder / target.name / contract.name

    def _ended(
        self, command: Sequence[str], log: Path, *, cwd: Path | None = None, timeout_s: float | None = None
    ) -> int | None:
        """Run a command to its end, its output in a log; return its exit status, None where the time ran out."""
        mark = uuid.uuid4().hex
        env = {**(inherited_environment() if cwd else os.environ), MARKER: mark, "COLUMNS": "120", "NO_COLOR": "1"}
        with log.open("ab") as output:
            with self._lock:
                if self._stopping.is_set():
                    return None
                watchdog = Watchdog(mark, _GRACE_S)  # ends it if this process is killed outright
                process = subprocess.Popen(  # noqa: S603 - commands of the user's own file, and our own
                    command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=cwd, env=env,
                    start_new_session=True,
                )  # fmt: skip
                watchdog.watch(process.pid)
                family = Family(process.pid, mark)
                self._families[family] = process
            try:
                return process.wait(timeout=timeout_s)
            except subprocess.TimeoutExpired:
                family.end(_GRACE_S, reap=process.poll)
                return None
            finally:
                watchdog.release()
                with self._lock:
                    del self._families[family]

    def _stop(self) -> None:
        """End all that runs, and start nothing more."""
        with self._lock:
            self._stopping.set()
            families = dict(self._families)
        for family, process in families.items():
            family.end(_GRACE_S, reap=process.poll)


def _read(folder: Path) -> Record | None:
    """Return the record of a cell without exchanges and what does not count; None where there is none."""
    try:
        record = read_record(folder / _RECORD)
    except UserError:
        return None
    return replace(record, results=tuple(replace(result, exchanges=()) for result in record.results), newer=())


def _words(record: Record) -> str:
    ended = [result.outcome for result in record.results]
    counts = ", ".join(f"{ended.count(name):,} {name}" for name in dict.fromkeys(ended))
    return f"{counts or 'no check'} in {record.end.duration_s:.1f} s"


def _problem(output: Path) -> str:
    """Return what a run said of why it did not begin, in a line."""
    text = output.read_text(encoding="utf-8", errors="replace") if output.exists() else ""
    _, found, rest = text.rpartition("error: ")
    lines = rest.split("\n  where: ")[0].splitlines() if found else []
    return " ".join(" ".join(lines[:1] + lines[1:][-_TAIL_LINES:]).split())


def _tail(log: Path) -> str:
    """Return the end of a log, in a line."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    return " ".join(" ".join(lines[-_TAIL_LINES:]).split())
