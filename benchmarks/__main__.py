"""python -m benchmarks [small|england] [--keep]"""

import argparse
import os
import sys
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"

import django


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure pages and jobs on PostgreSQL.")
    parser.add_argument("size", nargs="?", choices=("small", "england"), default="small")
    parser.add_argument("--keep", action="store_true", help="use the database again if it is there, and leave it there")
    parser.add_argument("--no-import", action="store_true", help="measure pages only")
    arguments = parser.parse_args()
    django.setup()
    run(arguments.size, keep=arguments.keep, with_import=not arguments.no_import)


def run(name: str, *, keep: bool, with_import: bool) -> None:
    from benchmarks import imports, measure, report
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
        missed = 0
        for reader in readers():
            results = measure.measure(reader, rounds=size.rounds, seconds=size.seconds)
            missed += len(measure.misses(results))
            say(report.pages(reader, results))
        if with_import:
            say(report.imports(*imports.measure_import(size.imported)))
        say(f"\n{missed} of the aims missed by pages.")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
