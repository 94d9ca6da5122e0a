"""Wapiti, run as a process against a site that is running; what it found is read from its report.

It stays on this machine: no module that calls somebody outside is among those run, and no report of bugs is sent.
"""

import json
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.processes import ROOT

WAPITI = ROOT / "var" / "scanner" / "bin" / "wapiti"
LOOKING = "csrf,csp,cookieflags,http_headers"
ATTACKING = ("xss,permanentxss", "sql,exec", "file,crlf,redirect")
"""In processes of their own: a module that its time cuts short can leave the scanner's database locked for the next."""
LEVELS = ("info", "low", "medium", "high", "critical")


@dataclass(frozen=True, order=True)
class Finding:
    category: str
    level: str
    path: str
    parameter: str
    info: str


@dataclass(frozen=True)
class Scan:
    """What was found above info, and the addresses of the pages that were looked at."""

    findings: list[Finding]
    pages: frozenset[str]


def scan(
    site: str,
    starts: Sequence[str],
    folder: Path,
    *,
    cookies: str = "",
    excluded: Sequence[str] = (),
    attacking: Sequence[str] = ATTACKING,
) -> Scan:
    """Look at the pages at `starts`, what they link to and their forms; at most about a minute. Addresses are whole."""
    always = ["-u", site, *_limits(folder), *_asked(starts, cookies, excluded)]
    found = set(_run([*always, "-m", LOOKING], folder))
    pages = _pages(folder / "session")
    for modules in attacking:
        found |= set(_run([*always, "--skip-crawl", "-m", modules], folder))
    return Scan(sorted(found), pages)


def _pages(session: Path) -> frozenset[str]:
    """What the scanner's own database says it looked at."""
    [kept] = session.glob("*.db")
    with closing(sqlite3.connect(kept)) as database:
        return frozenset(path for (path,) in database.execute("SELECT path FROM paths WHERE method = 'GET'"))


def _run(options: Sequence[str], folder: Path) -> list[Finding]:
    """What is in the report. Once more where the scanner falls over its own database."""
    said, report = "", folder / "report.json"
    for _attempt in range(2):
        report.unlink(missing_ok=True)
        command = [str(WAPITI), *options, "-f", "json", "-o", str(report)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if report.exists():
            return _read(json.loads(report.read_text()))
        said = f"{done.stdout}{done.stderr}"
        if "database is locked" not in said:
            break
    raise AssertionError(f"The scanner left no report: {said[-2000:]}")


def _limits(folder: Path) -> list[str]:
    kept = ["--store-session", str(folder / "session"), "--store-config", str(folder / "config")]
    time = ["--max-scan-time", "15", "--max-attack-time", "3", "--timeout", "10"]
    size = ["--depth", "1", "--max-links-per-page", "25", "--max-files-per-dir", "12", "--max-parameters", "12"]
    return [*kept, *time, *size, "--scope", "folder", "--no-bugreport", "--verbose", "1"]


def _asked(starts: Sequence[str], cookies: str, excluded: Sequence[str]) -> list[str]:
    begin = [each for start in starts for each in ("--start", start)]
    leave = [each for address in excluded for each in ("--exclude", address)]
    return [*begin, *leave, *(["--cookie-value", cookies] if cookies else [])]


def _read(report: dict[str, Any]) -> list[Finding]:
    kinds = {**report["vulnerabilities"], **report["anomalies"]}
    found = [_finding(category, each) for category, entries in kinds.items() for each in entries]
    return [each for each in found if each.level != "info"]


def _finding(category: str, entry: dict[str, Any]) -> Finding:
    level = LEVELS[int(entry["level"])]
    return Finding(category, level, entry["path"], entry["parameter"] or "", entry["info"])
