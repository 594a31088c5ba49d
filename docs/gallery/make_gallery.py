"""Makes the gallery: runs on the reference server and on three versions of moto, their comparison, and pictures.

    make gallery

Each version of moto gets an environment of its own under `build/gallery`, from a package index. What differs from run
to run and from machine to machine (times, ports, request ids) is normalized, so that a change of the gallery is a
change of the reports. Git ignores the HTML. Pictures need Chromium; without it the old ones are kept.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from conformance.report import headline, read_record
from conformance.report.writing import write_reports

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "gallery"
MOTO = ("5.0.12", "5.1.6", "5.2.5")
"""The oldest that has tuning jobs, one half-way, and the newest."""
WORDS = {
    "reference": "reference server",
    "moto-5.0.12": "moto 5.0.12, the oldest with tuning jobs",
    "moto-5.1.6": "moto 5.1.6, half-way",
    "moto-5.2.5": "moto 5.2.5, the newest",
}
PORT = 5099
KEPT = ("report.html", "report.md")
DAY_S = 86_400

MOMENT = "2026-01-01T00:00:00+00:00"
MOMENT_S = 1_767_225_600
VOLATILE = (
    (re.compile(r'"(duration_s|elapsed_s)":[0-9.e-]+'), r'"\1":0.0'),
    (re.compile(r'"started":"[^"]*"'), f'"started":"{MOMENT}"'),
    (re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"), "Thu, 01 Jan 2026 00:00:00 GMT"),
    (re.compile(r'"(x-amzn-requestid|content-length)":"[^"]*"', re.IGNORECASE), r'"\1":"0"'),
    (re.compile(r"(x-amzn-requestid|content-length): \w+", re.IGNORECASE), r"\1: 0"),
    (re.compile(r'"(user-agent|x-amz-date|amz-sdk-invocation-id)":"[^"]*"', re.IGNORECASE), r'"\1":"left out"'),
    (re.compile(r"datetime\.datetime\(20[2-9]\d, [0-9, ]+\)"), "datetime.datetime(2026, 1, 1, 0, 0)"),
    (re.compile(r"(a life of) [0-9.e-]+ s"), r"\1 0.0 s"),
    (re.compile(r"127\.0\.0\.1:\d+"), f"127.0.0.1:{PORT}"),
    (re.compile(r'"program":"[^"]*/'), '"program":"/usr/local/bin/'),
    (re.compile(r'"platform":"[^"]*"'), '"platform":"Linux"'),
    (re.compile(r'"command":"[^"]*"'), '"command":"conformance run"'),
)
"""What differs between two runs with the same results, and what replaces it."""


def main() -> int:
    """Make everything; return the exit code."""
    runs = {"reference": "reference"} | {f"moto-{version}": f"moto-{version}" for version in MOTO}
    targets = write_targets()
    for name, target in runs.items():
        folder = BUILD / "runs" / name
        command("run", target, "--targets", targets, "--report-dir", folder)
        normalize(folder / "run.jsonl")
        write_reports(read_record(folder / "run.jsonl"), folder)
        for report in KEPT:
            (HERE / name).mkdir(exist_ok=True)
            shutil.copyfile(folder / report, HERE / name / report)
    columns = [f"{name.replace('-', ' ')}={BUILD / 'runs' / name / 'run.jsonl'}" for name in runs]
    (HERE / "comparison.md").write_text(command("compare", "--markdown", *columns), encoding="utf-8")
    command("compare", "--html", HERE / "comparison.html", *columns)
    write_table(runs)
    take_pictures()
    for path in sorted(HERE.rglob("*.*")):
        if path.suffix in {".html", ".md", ".png"}:
            print(f"{path.stat().st_size / 1000:8.0f} kB  {path.relative_to(ROOT)}")
    return 0


def write_targets() -> Path:
    """Install the versions of moto that are missing, and write a file of targets that launches them."""
    lines = ["targets:", "  reference: {kind: reference}"]
    for version in MOTO:
        home = BUILD / f"moto-{version}"
        server = home / "bin" / "moto_server"
        if not server.exists():
            print(f"installing moto {version}")
            venv.create(home, with_pip=True, clear=True)
            python = str(home / "bin" / "python")
            install = [python, "-m", "pip", "install", "--quiet", f"moto[server]=={version}"]
            subprocess.run(install, check=True)
        lines += [
            f"  moto-{version}:",
            "    launch:",
            f"      command: ['{server}', -H, 127.0.0.1, -p, '{{port}}']",
            f"      port: {PORT}",
            "    endpoint_url: http://127.0.0.1:{port}",
            "    state: create",
        ]
    path = BUILD / "targets.yaml"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def command(*arguments: str | Path) -> str:
    """Run `conformance` and return its output; exit code 1, a target that does not conform, is no error."""
    words = [sys.executable, "-m", "conformance", *map(str, arguments)]
    done = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode not in {0, 1}:
        sys.exit(f"conformance {arguments[0]}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def normalize(record: Path) -> None:
    """Replace what differs from run to run in a record."""
    text = record.read_text(encoding="utf-8")
    for pattern, written in VOLATILE:
        text = pattern.sub(written, text)
    text = re.sub(r"\b\d{10}(\.\d+)?\b", _moment, text)
    text = re.sub(r"\b(\d{4}-\d\d-\d\d)([ T])\d\d:\d\d:\d\d(\.\d+)?", _day, text)
    record.write_text(text, encoding="utf-8")


def _moment(found: re.Match[str]) -> str:
    is_now = abs(float(found[0]) - time.time()) < DAY_S
    return f"{MOMENT_S}.0" if is_now and found[1] else str(MOMENT_S) if is_now else found[0]


def _day(found: re.Match[str]) -> str:
    days = abs((date.fromisoformat(found[1]) - datetime.now(UTC).date()).days)
    return f"{MOMENT[:10]}{found[2]}00:00:00" if days <= 1 else found[0]


def take_pictures() -> None:
    """Take screenshots of a report and of the comparison, if there is a browser."""
    program = shutil.which("chromium")
    if program is None:
        print("Chromium is not installed: the pictures are kept as they are")
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - nothing else needs a browser

    newest = (HERE / f"moto-{MOTO[-1]}" / "report.html").as_uri()
    pictures = (
        (ROOT / "docs" / "report.png", newest, 1570),
        (HERE / "comparison.png", (HERE / "comparison.html").as_uri(), 900),
    )
    with sync_playwright() as driver:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = driver.chromium.launch(executable_path=program, args=options)
        for path, address, height in pictures:
            page = browser.new_page(viewport={"width": 1200, "height": height}, color_scheme="light")
            page.goto(address)
            page.screenshot(path=path)
            page.close()
        browser.close()
    for path, *_ in pictures:
        smaller(path)


def smaller(path: Path) -> None:
    """Reduce the colours of a picture, if ImageMagick is installed; else it is kept as it is."""
    convert = shutil.which("convert")
    if convert is not None:
        options = ["-strip", "+dither", "-colors", "128", "-depth", "8"]
        subprocess.run([convert, str(path), *options, f"PNG8:{path}"], check=False)


def write_table(names: Iterable[str]) -> None:
    """Write the verdicts of the runs into the README."""
    rows = ["| run | verdict | for a pull request | to browse |", "|---|---|---|---|"]
    for name in names:
        verdict = headline(read_record(BUILD / "runs" / name / "run.jsonl"))
        links = f"[report.md]({name}/report.md) | `{name}/report.html`"
        rows.append(f"| {WORDS[name]} | {verdict.title}: {verdict.detail} | {links} |")
    rows.append("| side by side | | [comparison.md](comparison.md) | `comparison.html` |")
    page = HERE / "README.md"
    before, begin, rest = page.read_text(encoding="utf-8").partition("<!-- runs -->\n")
    _, end, after = rest.partition("<!-- end of runs -->\n")
    page.write_text("".join((before, begin, "\n".join([*rows, ""]), end, after)), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
