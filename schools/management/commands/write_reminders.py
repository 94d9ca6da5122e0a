from collections.abc import Iterable

from schoolimprove.reminders.policy import REMINDER_STEPS
from schoolimprove.reminders.registry import Rule, rules
from schoolimprove.reminders.steps import STEP_LABELS, ReminderSteps, Step
from schools.management.documents import WritesDocument

HEAD = """# Reminders

Written by `manage.py write_reminders` from the rules in the code. Do not edit.

The service reminds people in two ways: on the page **Reminders**, whose number of unread reminders stands at the top of
every page, and by email.

- **A new task.** When work becomes yours – a record is submitted or returned to you, a correction is proposed, a visit
  is given to you, an import is checked – you see a reminder straight away. We do not remind the person who handed it
  over.
- **A date.** Each morning at six, London time, the service looks for dates that are near or have passed. It tells each
  person once at each step.

| | what happens |
|---|---|
| The daily email | One on each working day, at seven or at the hour you choose. |
| New tasks | In the daily email, or at once if you choose so. |
| Dates set by law | By email at once. You cannot switch this off. |
| A date that moves | Your reminder shows the new date, as your home page does. |
| Remove from my reminders | Takes a reminder off your page. The work itself is still to be done. |
| Say why it is late | Your reason is kept with the date. The next person we remind can read it. |
| Work given to someone else | Its reminders leave your page. |
| You are covered for | You find your reminders when you are back. We email the person who covers for you. |
| An email that is refused or comes back | We try four more times, a quarter of an hour apart. |
| The service was down | The next run tells what was missed. Nothing is told twice. |

For administrators:

- An email that still did not arrive is on the page *Email that did not arrive*. Let the mail server pipe what arrives
  at the sender’s address to `manage.py note_bounce`.
- Without a task queue, `manage.py run_reminders` does the same. `--on 2026-11-27` runs as on that day, `--dry-run`
  counts and writes nothing, `--json` answers `due`, `created` and `delivered`.

How many working days there are between the steps is policy (*When we send reminders, and when a late date goes
up*). A school’s own lateness goes to its School Improvement Partner and their DSIM, and no further.

## Who is told, at which step
"""
TURN = """
## Core visits created automatically

A week before a term begins (policy *When we create core visits automatically*) we create the core visits of that term.
The page *Core visits created automatically*, linked from *Create core visits*, shows when that ran and what it created,
and before it runs, what it will create. If it fails, press *Try again*.
"""


class Command(WritesDocument):
    help = "Write docs/reminders.md from the rules that remind; with --check, fail when it is not up to date."
    document = "reminders.md"

    def text(self) -> str:
        return document(rule for rule in rules if rule.ladder)


def document(told: Iterable[Rule]) -> str:
    return HEAD + "".join(_section(each) for each in told) + TURN


def _section(rule: Rule) -> str:
    law = " It is set by law." if rule.statutory else ""
    rows = "".join(f"| {_when(rung.step)} | {rung.audience.label} |\n" for rung in rule.ladder)
    source = f"{rule.source[:1].upper()}{rule.source[1:]}.{law}\n\n" if rule.source else ""
    return f"\n### {rule.label}\n\n{source}| step | told |\n|---|---|\n{rows}"


def _when(step: Step) -> str:
    """With the working days that are shipped."""
    shipped: ReminderSteps = next(iter(REMINDER_STEPS.shipped.values()))
    after = {
        Step.ASKED: "when the work becomes theirs",
        Step.COMING: f"{shipped.coming_working_days} working days before",
        Step.LATE: "the day after",
        Step.FIRST: f"{shipped.first_working_days} working days after",
        Step.SECOND: f"{shipped.second_working_days} working days after",
        Step.THIRD: f"{shipped.third_working_days} working days after",
    }
    return f"{STEP_LABELS[step]}, {after[step]}"
