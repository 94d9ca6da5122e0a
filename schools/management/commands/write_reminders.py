from collections.abc import Iterable

from schoolimprove.reminders.policy import REMINDER_STEPS
from schoolimprove.reminders.registry import Rule, rules
from schoolimprove.reminders.steps import STEP_LABELS, ReminderSteps, Step
from schools.management.documents import WritesDocument

HEAD = """# Reminders

Written by `manage.py write_reminders` from the rules in the code. Do not edit.

Every rule with a date makes a deadline. Each morning at six, London time, the service looks which dates come near or
have passed, and tells each person once a step: on the page **Reminders**, whose number of unread stands at the top of
every page, and by e-mail.

- **By e-mail** there is one digest a person and working day, at seven or at the hour you choose under *Choose when the
  daily e-mail comes*. What is new at a weekend comes on the next working day. Dates set by law are mailed at once, and
  cannot be switched off; everything else can. Each says the rule, the date, why that date, and where to go.
- **Put away as done** clears a reminder from your page; the date itself is met by the work. **Say why it is late**
  keeps your reason with the date, for whoever is told next. Both are in the audit.
- **Whoever is covered for** finds what they were told on their page when they are back, and gets no e-mail meanwhile;
  whoever covers is told in their place.
- **A sweep that was missed**, because the service or its queue was down, is made good by the next. Nothing is told
  twice: what was said to whom at which step is unique in the database.
- **E-mail that is refused or comes back** is tried again four times, a quarter of an hour apart, and then stands on the
  page *E-mail that did not arrive* for system administrators, who send it again as the same message. Let the mail
  server pipe what arrives at the sender's address to `manage.py note_bounce`.
- **Without a broker**, `manage.py run_reminders` does the same: `--on 2026-11-27` as on another day, `--dry-run` counts
  and writes nothing, `--json` answers `due`, `created` and `delivered`.

How many working days before or after its date each step is, is policy (*When a date is told of, and to whom it goes up
when it is late*). A school's own lateness goes to its partner and their DSIM, and no further. A date that moves is told
of anew, as the date it then is.

## Who is told, at which step
"""
TURN = """
## The turn of the term

A week before a term begins (policy *When a term is opened by itself*) its core visits are opened as the button does.
**The turn of the term**, reached from *Open a term*, says what was done by itself, when, what came of it, and leads to
what would be made. What failed waits there for somebody to press *Try again*.
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
    source = f"{rule.source[:1].upper()}{rule.source[1:]}"
    return f"\n### {rule.label}\n\n{source}.{law}\n\n| step | told |\n|---|---|\n{rows}"


def _when(step: Step) -> str:
    """With the working days that are shipped."""
    shipped: ReminderSteps = next(iter(REMINDER_STEPS.shipped.values()))
    after = {
        Step.COMING: f"{shipped.coming_working_days} working days before",
        Step.LATE: "the day after",
        Step.FIRST: f"{shipped.first_working_days} working days after",
        Step.SECOND: f"{shipped.second_working_days} working days after",
        Step.THIRD: f"{shipped.third_working_days} working days after",
    }
    return f"{STEP_LABELS[step]}, {after[step]}"
