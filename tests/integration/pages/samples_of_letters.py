"""Samples of the lists and forms of letters."""

from datetime import date
from typing import Any

from django.urls import reverse

from schoolimprove.accounts.roles import Role
from schools.letters.actions import issue_letters, record_service, revise_letter
from tests.factories.county import TUESDAY, County
from tests.factories.letters import LetterFactory, approve_letters, drafted, issued, withdraw_letter
from tests.factories.schools import SchoolFactory, appointed
from tests.integration.pages.sampling import ListSample, VerbSample, again, day


def list_samples(county: County) -> dict[str, ListSample]:
    def letters(count: int, text: str) -> None:
        for number in range(count):
            school = SchoolFactory.create(district=county.school.district)
            stamp = {"status": "issued", "issued_on": date(2026, 10, 1 + number), "issued_by": county.head}
            LetterFactory.create(school=school, heading=text, **stamp)

    outsider = appointed(Role.CLERK, school=county.school)
    return {"schools:letters": ListSample(county.head, outsider, letters, "q=nowhere+at+all")}


def verb_samples(county: County) -> dict[str, VerbSample]:
    """Of letters that lie in the scope of county.head and county.dsim, which the DSIM cannot issue."""
    schools = SchoolFactory.create_batch(6, district=county.school.district)
    edited, approved, discarded, alone, together = (drafted(each, on=TUESDAY) for each in schools[:5])
    sent = issued(schools[5], by=county.head, on=TUESDAY)
    delivery = sent.deliveries.all()[0]

    def at(name: str, *args: Any) -> str:
        return reverse(f"schools:{name}", args=args)

    served: dict[str, Any] = {"method": "by_hand", "proof": "Signed for", "sent_on": TUESDAY, "served_on": TUESDAY}
    typed = {**served, **day("sent_on", TUESDAY), **day("served_on", TUESDAY)}
    return {
        "schools:letter_edit": VerbSample(
            at("letter_edit", edited.pk),
            county.dsim,
            county.director,
            {"heading": "Your category", "body": "Dear {recipient}, in short"},
            "Dear {recipient}, in short",
            finish=lambda: revise_letter(again(edited), by=county.head, seen_version=1, heading="Other", body="Other"),
            closes=False,
        ),
        "schools:letter_approve": VerbSample(
            at("letter_approve", approved.pk),
            county.dsim,
            county.director,
            {},
            "Approve letter",
            finish=lambda: approve_letters([again(approved)], by=county.head),
        ),
        "schools:letter_discard": VerbSample(
            at("letter_discard", discarded.pk),
            county.dsim,
            county.director,
            {"reason": "The wrong category"},
            "The wrong category",
            finish=lambda: withdraw_letter(again(discarded), by=county.head, seen_version=1, reason="Twice"),
        ),
        "schools:letter_issue": VerbSample(
            at("letter_issue", alone.pk),
            county.head,
            county.dsim,
            {},
            "Issue letter",
            finish=lambda: issue_letters([again(alone)], by=county.head, on=TUESDAY),
        ),
        "schools:letter_withdraw": VerbSample(
            at("letter_withdraw", sent.pk),
            county.head,
            county.dsim,
            {"reason": "The wrong school"},
            "The wrong school",
            finish=lambda: withdraw_letter(again(sent), by=county.head, seen_version=2, reason="Twice"),
            checks=True,
        ),
        "schools:letters_issue": VerbSample(
            at("letters_issue"),
            county.head,
            county.dsim,
            {"rows": [f"{together.pk}.1"]},
            "Letters to issue",
            finish=lambda: issue_letters([again(together)], by=county.head, on=TUESDAY),
            checks=True,
            closes=False,
        ),
        "schools:letter_service": VerbSample(
            at("letter_service", sent.pk, delivery.pk),
            county.dsim,
            county.director,
            {name: value for name, value in typed.items() if name not in ("sent_on", "served_on")},
            "Signed for",
            finish=lambda: record_service(again(delivery), by=county.head, on=TUESDAY, seen_version=1, **served),
        ),
    }
