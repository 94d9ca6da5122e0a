"""The office's words (domain 1), for people who do not work in it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """`stands_for` is the long form of an abbreviation, or what others call it."""

    word: str
    meaning: str
    stands_for: str = ""


_WORDS = (
    Word("Academic year", "1 September to 31 August, in three terms, each with a half-term break."),
    Word("Allocation", "Which school has which School Improvement Partner, and from when."),
    Word("Appointment", "A role somebody holds over a school, a district or the authority, from one day to another."),
    Word("Assure", "A line manager reads a record, and approves it or returns it with comments."),
    Word("By invitation", "An academy or free school is visited when it has accepted visits for the year."),
    Word("Chair", "The chair of a school’s governors. Answers a Record of Visit beside the headteacher."),
    Word("Clerk", "Whoever keeps the governors’ meetings and papers of a school."),
    Word("Core visit", "The visit each school served has in every term, on what the visit programme says."),
    Word("Corporate Director", "Answers for the authority’s services for children; manages the Head."),
    Word("Correction", "A new version of a shared record, with its reason. The version before stays readable."),
    Word("Coverage", "How far each school’s core visit of a term has come, and what is late."),
    Word("Deputy Head", "Deputy to the Head of School Improvement, for the primary or the secondary phase."),
    Word("District", "Where a school lies. Two districts are paired as a double district under one DSIM."),
    Word("District administrator", "Keeps diaries, contacts and meetings for the schools of some districts."),
    Word(
        "DSIM",
        "Manages School Improvement Partners in some districts and assures what they write.",
        "District Strategic Improvement Manager; elsewhere Senior School Improvement Officer",
    ),
    Word("EIP", "An officer who works with schools in a locality.", "Education Improvement Professional"),
    Word("Entitled", "A maintained school or pupil referral unit: the authority owes it visits every year."),
    Word("Entitlement", "How many days of visits a school has in an academic year."),
    Word("ERA", "The authority’s data analysts, who bring in the register and other data."),
    Word("Financial year", "1 April to 31 March."),
    Word("GIAS", "The Department for Education’s register of schools.", "Get Information About Schools"),
    Word("Head", "Leads the authority’s school improvement service.", "Head of School Improvement"),
    Word("HT", "Headteacher of a school."),
    Word(
        "IEB",
        "Governors put in place of a school’s own when powers of intervention are used.",
        "Interim Executive Board",
    ),
    Word(
        "LAESTAB",
        "A school’s number within its authority: three digits of the authority, four of the school.",
        "DfE number",
    ),
    Word("LA review", "A visit by a team that a DSIM commissions, with its scope and its lead."),
    Word("Opening a term", "Making the core visit of a term, to be planned, for every school that is served."),
    Word("Partnership", "A group of schools that work together.", "elsewhere a cluster"),
    Word("Performance management", "Of a headteacher: here only its date, people and days are kept, and no text."),
    Word("Policy", "A figure, time limit or list that the authority may change from a day on, by two people."),
    Word("Presented", "A core record has been before the governors."),
    Word("Record of Visit", "What the author of a visit writes of it; shared with the school once approved.", "RoV"),
    Word("School day", "A weekday in term, outside half-term, that is no bank holiday and no closure of that school."),
    Word("School improvement link", "The senior teacher a school names for its improvement plan."),
    Word("SEF", "What a school says of itself, graded by aspect.", "self-evaluation form"),
    Word("Shared", "Approved, and from then on readable for the headteacher, the chair and the clerk."),
    Word("Single conversation", "The year’s sequence of visits by a School Improvement Partner."),
    Word(
        "SIP",
        "Visits a school, supports and challenges it, and writes the Record of Visit.",
        "School Improvement Partner; elsewhere School Improvement Officer or link adviser",
    ),
    Word("Strength to share", "Good practice found on a visit; other schools may read it once the headteacher agrees."),
    Word("URN", "A school’s number in the national register, of five to seven digits.", "unique reference number"),
    Word("Visit programme", "What the core visits of a phase cover in each term. Schools may read it."),
    Word("Working day", "Not a Saturday, Sunday or bank holiday in England. Days of school holidays count."),
)
WORDS = sorted(_WORDS, key=lambda word: word.word.casefold())
