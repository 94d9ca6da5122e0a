"""The office's words (domain 1), for people who do not work in it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """`stands_for` is the long form of an abbreviation, or what others call it."""

    word: str
    meaning: str
    stands_for: str = ""


_WORDS = (
    Word("Academic year", "1 September to 31 August, in three terms."),
    Word("Allocation", "Which School Improvement Partner has which school, and from when."),
    Word("Appointment", "A role that a person has in a school, a district or the authority, from one day to another."),
    Word("Assure", "To read a record as its author’s line manager, and approve it or return it with comments."),
    Word("By invitation", "An academy or free school that we visit when it accepts visits for the year."),
    Word(
        "Chair", "The chair of a school’s governors, who responds to a Record of Visit separately from the headteacher."
    ),
    Word("Clerk", "The person who keeps a school’s governors’ meetings and papers."),
    Word("Core visit", "The visit that every school we serve has each term, on topics from the visit programme."),
    Word("Corporate Director", "The person who leads the authority’s services for children and manages the Head."),
    Word("Correction", "A new version of a shared record, with the reason for the change."),
    Word("Coverage", "The progress of each school’s core visit of a term, and what is overdue."),
    Word("Create core visits", "The page that adds a term’s core visit for every school we serve."),
    Word("Deputy Head", "The Head of School Improvement’s deputy for the primary or the secondary phase."),
    Word("District", "The part of the authority a school is in; two districts make a double district under one DSIM."),
    Word(
        "District administrator",
        "The person who keeps diaries, contacts and meetings for the schools in some districts.",
    ),
    Word(
        "DSIM",
        "The manager of School Improvement Partners in some districts, who assures their records.",
        "District Strategic Improvement Manager; elsewhere Senior School Improvement Officer",
    ),
    Word("EIP", "An officer who works with schools in a locality.", "Education Improvement Professional"),
    Word("Entitled", "A maintained school or pupil referral unit, which the authority must visit every year."),
    Word("Entitlement", "The number of days of visits a school has in an academic year."),
    Word("ERA", "The authority’s data analysts, who import the register and other data."),
    Word("Financial year", "1 April to 31 March."),
    Word("GIAS", "The Department for Education’s register of schools.", "Get Information About Schools"),
    Word("Head", "The person who leads the authority’s school improvement service.", "Head of School Improvement"),
    Word("HT", "The headteacher of a school."),
    Word(
        "IEB",
        "A board that replaces a school’s governors when powers of intervention are used.",
        "Interim Executive Board",
    ),
    Word(
        "LAESTAB",
        "A school’s number within its authority: three digits for the authority and four for the school.",
        "DfE number",
    ),
    Word("LA review", "A visit by a team that a DSIM commissions, with a scope and a lead."),
    Word("Partnership", "A group of schools that work together.", "elsewhere a cluster"),
    Word("Performance management", "A headteacher’s appraisal, for which we keep only the date, people and days."),
    Word(
        "Policy", "A figure, time limit or list that the authority can change, if a second person approves the change."
    ),
    Word("Presented", "The governors have seen the record of a core visit at a meeting."),
    Word("Record of Visit", "The author’s account of a visit, which the school can read once it is approved.", "RoV"),
    Word("School day", "A weekday in term that is not in half-term, a bank holiday or a closure of that school."),
    Word("School improvement link", "The senior teacher a school names for its improvement plan."),
    Word("SEF", "A school’s own evaluation of its work, with a grade for each aspect.", "self-evaluation form"),
    Word("Shared", "Approved, so that the school’s headteacher, chair and clerk can read it."),
    Word("Single conversation", "The year’s sequence of visits by a School Improvement Partner."),
    Word(
        "SIP",
        "The person who visits a school, supports and challenges it, and writes the Record of Visit.",
        "School Improvement Partner; elsewhere School Improvement Officer or link adviser",
    ),
    Word(
        "Strength to share", "Good practice found on a visit, which other schools can read if the headteacher agrees."
    ),
    Word("URN", "A school’s number in the national register, with five to seven digits.", "unique reference number"),
    Word("Visit programme", "What the core visits of a phase cover in each term."),
    Word(
        "Working day",
        "A day that is not a Saturday, a Sunday or a bank holiday in England, including days in school holidays.",
    ),
)
WORDS = sorted(_WORDS, key=lambda word: word.word.casefold())
