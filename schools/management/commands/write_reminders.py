from collections.abc import Iterable

from schoolimprove.reminders.policy import REMINDER_STEPS
from schoolimprove.reminders.registry import Rule, rules
from schoolimprove.reminders.steps import STEP_LABELS, ReminderSteps, Step
from schools.management.documents import WritesDocument
from schools.policy import TERM_OPENS

HEAD = f"""# Reminders

Written by `manage.py write_reminders` from the rules in the code. Do not edit.

The service reminds people in two ways: by email, and on the page **Reminders**. The top of every page shows how many
reminders you have not read.

- **A new task.** When work becomes yours – a record is submitted or returned to you, a correction is proposed, a visit
  is given to you, an import is checked – you see a reminder straight away. We do not remind the person who handed it
  over.
- **A date.** Each morning at six, London time, the service looks for dates that are near or have passed. It reminds
  each person once at each step.

| | what happens |
|---|---|
| The daily email | One on each working day, at seven or at the hour you choose. |
| New tasks | In the daily email, or straight away if you choose so. |
| Dates set by law | By email straight away. You cannot switch this off. |
| A date that moves | Your reminder shows the new date, as your home page does. |
| Remove from my reminders | Removes a reminder from your page. The task stays on your home page. |
| Say why it is overdue | We save your reason with the date. The next person we remind can read it. |
| Work given to someone else | Its reminders leave your page. |
| A colleague covers for you | We email your colleague. You find your reminders when you are back. |
| A mail server refuses an email | We try 4 more times, 15 minutes apart. |
| The service was down | The next run sends what was missed. It reminds no one twice. |

For administrators:

- The page *Email that did not arrive* lists emails that failed or came back. Set the mail server to pipe messages to
  the sender’s address into `manage.py note_bounce`.
- Without a task queue, `manage.py run_reminders` does the same. `--on 2026-11-27` runs as on that day, `--dry-run`
  counts and changes nothing, `--json` prints `due`, `created` and `delivered`.

The policy *{REMINDER_STEPS.label}* sets the working days between the steps. If a school is
overdue, we remind its School Improvement Partner and their DSIM, and no one else.

## Who we remind at each step
"""
TURN = f"""
## Core visits created automatically

A week before a term begins (policy *{TERM_OPENS.label}*) the service creates the core visits of that term.
The page *Core visits created automatically*, linked from *Create core visits*, shows when this will run or when it ran,
and which visits it creates. If it fails, select *Try again*.
"""


class Command(WritesDocument):
    help = "Write docs/reminders.md from the reminder rules. With --check, fail if it is out of date."
    document = "reminders.md"

    def text(self) -> str:
        return document(rule for rule in rules if rule.ladder)


def document(told: Iterable[Rule]) -> str:
    return HEAD + "".join(_section(each) for each in told) + TURN


def _section(rule: Rule) -> str:
    law = " It is set by law." if rule.statutory else ""
    rows = "".join(f"| {_when(rung.step)} | {rung.audience.label} |\n" for rung in rule.ladder)
    source = f"{rule.source[:1].upper()}{rule.source[1:]}.{law}\n\n" if rule.source else ""
    return f"\n### {rule.label}\n\n{source}| step | who we remind |\n|---|---|\n{rows}"


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
