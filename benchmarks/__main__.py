"""python -m benchmarks [small|england] [--keep] [--no-import | --only-import | --only-jobs]"""

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"

import django

if TYPE_CHECKING:
    from benchmarks.seed import Size


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure pages and jobs on PostgreSQL.")
    parser.add_argument("size", nargs="?", choices=("small", "england"), default="small")
    parser.add_argument("--keep", action="store_true", help="use the database again if it is there, and leave it there")
    parts = parser.add_mutually_exclusive_group()
    parts.add_argument("--no-import", action="store_true", help="measure pages only")
    parts.add_argument("--only-jobs", action="store_true", help="measure opening a term and the sweep only")
    parts.add_argument("--only-import", action="store_true", help="measure the import only, into an empty register")
    arguments = parser.parse_args()
    django.setup()
    if arguments.only_import:
        run_import(arguments.size)
    else:
        only_jobs = arguments.only_jobs
        with_import = not (arguments.no_import or only_jobs)
        run(arguments.size, keep=arguments.keep, with_pages=not only_jobs, with_import=with_import)


def run(name: str, *, keep: bool, with_pages: bool, with_import: bool) -> None:
    from benchmarks import categories, measure, report, sweep, terms
    from benchmarks.database import own_database
    from benchmarks.pages import readers
    from benchmarks.seed import SIZES, fill

    size = SIZES[name]
    with own_database(keep=keep) as is_new:
        if is_new:
            began = time.perf_counter()
            fill(size)
            visits = size.all_schools * size.visits_per_school
            say(f"{size.all_schools:,} schools and {visits:,} visits made in {time.perf_counter() - began:.0f} s.")
            terms.hold_terms()
            say(terms.measure_opening())
            categories.fill_decisions(size.years)
            say(categories.measure_round())
        say(sweep.measure_sweep())
        missed = 0
        for reader in readers() if with_pages else ():
            results = measure.measure(reader, rounds=size.rounds, seconds=size.seconds)
            missed += len(measure.misses(results))
            say(report.pages(reader, results))
        if with_import:
            measure_imports(size)
        say(f"\n{missed} of the aims missed by pages.")


def run_import(name: str) -> None:
    from benchmarks.database import own_database
    from benchmarks.seed import SIZES

    with own_database(keep=False):
        measure_imports(SIZES[name])


def measure_imports(size: "Size") -> None:
    from benchmarks import imports, report

    timed = [each for rows in size.imported for each in imports.measure_import(rows)]
    say(report.imports(timed, imports.peak_memory()))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
