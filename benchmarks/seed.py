"""An invented country by set-based SQL: schools, everybody who is appointed, and years of visits with their records.

Everything follows from the number of a school, so that rows can be made without looking others up: the user with a
school's number is its head, and a visit's number is its record's and its version's.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Model

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.lib.search import search_key
from schoolimprove.records.models import AuditEvent
from schoolimprove.reminders.models import Deadline
from schools.models import (
    Appointment,
    District,
    DoubleDistrict,
    LocalAuthority,
    Person,
    RecordAction,
    RecordOfVisit,
    RecordVersion,
    Response,
    School,
    Visit,
)
from schools.records import deadlines as record_deadlines
from schools.records.content import Owner
from schools.records.states import RecordStatus
from schools.visits import deadlines as visit_deadlines


@dataclass(frozen=True)
class Size:
    """`county` is the number of schools of the first authority; the others share the rest evenly."""

    schools: int
    closed: int
    authorities: int
    county: int
    years: int
    imported: tuple[int, ...]
    """Rows of the files of GIAS."""
    rounds: int
    seconds: float
    """Of each turn of each page, of which there are so many rounds."""

    @property
    def all_schools(self) -> int:
        return self.schools + self.closed

    @property
    def visits_per_school(self) -> int:
        return self.years * VISITS_A_YEAR


VISITS_A_YEAR = 6
SCHOOLS_PER_SIP = 40
DISTRICTS = 6
"""Per authority, two to a double district."""
SIZES = {
    "small": Size(schools=600, closed=60, authorities=3, county=400, years=2, imported=(590,), rounds=2, seconds=0.02),
    "england": Size(
        schools=22_000,
        closed=3_000,
        authorities=152,
        county=600,
        years=10,
        imported=(590, 50_000),
        rounds=9,
        seconds=0.15,
    ),
}
FIRST = (
    "St Mary's",
    "Holy Trinity",
    "St. Peter's",
    "Oakwood",
    "Riverside",
    "The Grove",
    "Høyland",
    "Manor",
    "All Saints'",
)
PLACES = tuple(
    f"{start}{end}"
    for start in ("Ash", "Bram", "Cold", "Dun", "East", "Far", "Green", "Hal", "In", "Kirk")
    for end in ("bury", "combe", "dale", "field", "ford", "ham", "hurst", "ley", "stead", "ton", "wick", "worth")
)
KINDS = (
    "Primary School",
    "CofE Primary School",
    "Infant School",
    "Junior School",
    "Academy",
    "Community School",
    "High School",
)
TEXT = "Pupils in year 4 read aloud, answered questions on the text and explained how they had improved their writing. "


def fill(size: Size) -> None:
    """Fill an empty, migrated database."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET work_mem = '128MB'")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        with _without_indexes(cursor):
            _Seed(cursor, size).everything()
        # What autovacuum would have done in the years it took to gather this.
        cursor.execute(f"VACUUM ANALYZE {', '.join(model._meta.db_table for model in FILLED)}")
    # What is measured afterwards has a session as users have it: with the memory that was set here, PostgreSQL planned
    # a query of the home page otherwise, ten times as slow.
    connection.close()


@contextmanager
def _without_indexes(cursor: Any) -> Iterator[None]:
    """Indexes are built faster than kept. Foreign keys hold by construction, so they are not looked up row by row."""
    tables = [model._meta.db_table for model in LARGE]
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid::regclass::text ="
        " ANY(%s) AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)",
        [tables],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    role = "replica" if cursor.fetchone()[0] else "origin"
    cursor.execute(f"SET session_replication_role = {role}")
    yield
    cursor.execute("SET session_replication_role = origin")
    for _, definition in indexes:
        cursor.execute(definition)


class _Seed:
    def __init__(self, cursor: Any, size: Size) -> None:
        self.cursor = cursor
        self.size = size
        self.today = clock.today()
        self.staff = size.all_schools + 1
        """Users above the heads: SIPs first."""
        self.sips = -(-size.all_schools // SCHOOLS_PER_SIP)

    def everything(self) -> None:
        self._authorities()
        self._schools()
        self._users()
        self._appointments()
        self._visits()
        self._records()
        self._what_followed()
        self._audit()
        self._deadlines()
        self._to_come()
        self._actions()
        self._sequences()

    def _insert(self, model: type[Model], source: str, /, **columns: str) -> None:
        """INSERT … SELECT; columns that are neither named nor nullable get the model's default."""
        defaults: dict[str, Any] = {}
        for field in model._meta.concrete_fields:
            if not (field.name in columns or field.null or field.primary_key):
                defaults[field.name] = field.get_db_prep_save(field.get_default(), connection)
        made = {**columns, **dict.fromkeys(defaults, "%s")}
        names = ", ".join(str(model._meta.get_field(name).column) for name in made)  # type: ignore[union-attr]
        statement = f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(made.values())} {source}"
        self.cursor.execute(statement, list(defaults.values()))

    def _authorities(self) -> None:
        codes = range(1, self.size.authorities + 1)
        self._insert(
            LocalAuthority,
            f"FROM generate_series(1, {len(codes)}) a",
            id="a",
            code="(200 + a)::text",
            name="'County ' || a",
            own="a = 1",
        )
        doubles, districts = len(codes) * DISTRICTS // 2, len(codes) * DISTRICTS
        self._insert(DoubleDistrict, f"FROM generate_series(1, {doubles}) d", id="d", name="'Double district ' || d")
        self._insert(
            District,
            f"FROM generate_series(1, {districts}) d",
            id="d",
            name="'District ' || d",
            authority=f"1 + (d - 1) / {DISTRICTS}",
            double_district="1 + (d - 1) / 2",
        )
        self.cursor.execute(
            "CREATE TEMPORARY TABLE place AS SELECT n, a, district, 1 + (district - 1) / 2 AS double_district,"
            f" {self.staff} + (n - 1) / {SCHOOLS_PER_SIP} AS sip,"
            f" {self.staff + self.sips} + (district - 1) / 2 AS dsim"
            f" FROM (SELECT n, a, (a - 1) * {DISTRICTS} + 1 + (n / {SCHOOLS_PER_SIP}) %% {DISTRICTS} AS district"
            f" FROM (SELECT n, {self._authority_of('n')} AS a FROM generate_series(1, {self.size.all_schools}) n) x) y",
            [],
        )
        self.cursor.execute("ANALYZE place")

    def _authority_of(self, school: str) -> str:
        rest, others = self.size.all_schools - self.size.county, self.size.authorities - 1
        return (
            f"CASE WHEN {school} <= {self.size.county} THEN 1"
            f" ELSE 2 + ({school} - {self.size.county} - 1)::bigint * {others} / {rest} END"
        )

    def _schools(self) -> None:
        lists = {"first": FIRST, "place": PLACES, "kind": KINDS}
        picked = {"first": "n * 7", "place": "n / 3", "kind": "n * 5"}

        def word(name: str, *, keyed: bool) -> str:
            words = ", ".join(_quoted(search_key(each) if keyed else each) for each in lists[name])
            return f"(ARRAY[{words}])[1 + ({picked[name]}) %% {len(lists[name])}]"

        def named(*, keyed: bool) -> str:
            return " || ' ' || ".join(word(name, keyed=keyed) for name in lists)

        one_in = self.size.all_schools // self.size.closed
        number, postcode = "(2000 + n %% 7000)", "'ZZ' || (1 + n %% 20) || ' ' || (n %% 9 + 1) || 'AA'"
        key = (
            f"{named(keyed=True)} || ' ' || 900000 + n || ' ' || (200 + a) || {number} || ' ' || (200 + a) || ' ' ||"
            f" {number} || ' ' || lower({postcode}) || ' ' || replace(lower({postcode}), ' ', '')"
        )
        self._insert(
            School,
            "FROM place",
            id="n",
            urn="900000 + n",
            authority="a",
            establishment_number=number,
            name=named(keyed=False),
            type_code="CASE WHEN n %% 5 < 3 THEN '01' ELSE '34' END",
            type_name="CASE WHEN n %% 5 < 3 THEN 'Community school' ELSE 'Academy converter' END",
            phase="CASE WHEN n %% 20 < 15 THEN 'primary' WHEN n %% 20 < 18 THEN 'secondary' ELSE 'special' END",
            establishment=f"CASE WHEN n %% {one_in} = 0 THEN 'closed' ELSE 'open' END",
            district="district",
            street="(n %% 90) || ' High Street'",
            town=word("place", keyed=False),
            postcode=postcode,
            low_age="4",
            high_age="11",
            capacity="210 + n %% 900",
            pupils="200 + n %% 900",
            search_key=key,
        )
        history = School.history.model
        shared = [field.name for field in history._meta.concrete_fields if field.name in _names(School)]
        self._insert(
            history,
            "FROM schools_school, generate_series(1, 3) version",
            **{name: str(School._meta.get_field(name).column) for name in shared if name != "version"},  # type: ignore[union-attr]
            version="version.version",
            history_date="now() - (4 - version.version) * interval '1 year'",
            history_type="CASE WHEN version.version = 1 THEN '+' ELSE '~' END",
        )

    def _users(self) -> None:
        doubles = self.size.authorities * DISTRICTS // 2
        self.heads_of_service = self.staff + self.sips + doubles
        self.deputy = self.heads_of_service + self.size.authorities
        common = {"password": "'!'", "search_key": "'person ' || u"}
        everybody = f"FROM generate_series(1, {self.deputy}) u"
        self._insert(
            User, everybody, id="u", email="'user' || u || '@example.invalid'", name="'Person ' || u", **common
        )
        self._insert(Person, everybody, id="u", name="'Person ' || u", user="u")

    def _appointments(self) -> None:
        staff, began = self.staff, {"starts_on": "date '2010-09-01'"}

        def appoint(role: Role, source: str, **columns: str) -> None:
            self._insert(Appointment, source, role=f"'{role.value}'", **{**began, **columns})

        authorities, doubles = self.size.authorities, self.size.authorities * DISTRICTS // 2
        appoint(Role.HEADTEACHER, "FROM place", person="n", school="n")
        appoint(Role.SIP, "FROM place", person="sip", school="n")
        of_double = f"FROM generate_series(1, {doubles}) d"
        appoint(Role.DSIM, of_double, person=f"{staff + self.sips - 1} + d", double_district="d")
        of_authority = f"FROM generate_series(1, {authorities}) a"
        appoint(Role.HEAD_OF_SERVICE, of_authority, person=f"{self.heads_of_service - 1} + a", authority="a")
        appoint(Role.DEPUTY_HEAD, "", person=str(self.deputy), phase="'primary'")
        # What heads before these held, so that the past is there too.
        appoint(
            Role.HEADTEACHER,
            "FROM place",
            person=f"1 + n %% {staff - 1}",
            school="n",
            starts_on="date '2001-09-01'",
            ends_on="date '2010-08-31'",
        )

    def _visits(self) -> None:
        """The n-th visit of a school, counted back from last week, every two months."""
        each = self.size.visits_per_school
        newest = (self.today - timedelta(days=2)).isoformat()
        self._insert(
            Visit,
            f"FROM place, generate_series(0, {each - 1}) k",
            id=f"(n - 1)::bigint * {each} + k + 1",
            school="n",
            held_on=f"date '{newest}' - k * {365 // VISITS_A_YEAR} - n %% 50",
            kind="(ARRAY['core', 'core', 'additional', 'monitoring', 'review', 'new_head'])[1 + k %% 6]",
            author="sip",
        )

    def _records(self) -> None:
        """Those of the last three weeks are drafts or await approval, older ones are shared."""
        recent = (self.today - timedelta(days=21)).isoformat()
        status = (
            f"CASE WHEN held_on < date '{recent}' THEN 'shared' WHEN v.id %% 2 = 0 THEN 'draft' ELSE 'submitted' END"
        )
        shared, handed_in = f"held_on < date '{recent}'", f"(held_on < date '{recent}' OR v.id %% 2 = 1)"
        year = "EXTRACT(year FROM held_on - interval '8 months')::int"
        texts = {name: f"repeat('{TEXT}', {times})" for name, times in TEXTS.items()}
        self._insert(
            RecordOfVisit,
            "FROM schools_visit v JOIN place ON n = school_id",
            id="v.id",
            visit="v.id",
            school="school_id",
            reference=f"'RV-' || {year} || '-' || lpad(v.id::text, 7, '0')",
            status=status,
            author="author_id",
            author_role=f"'{Role.SIP.value}'",
            submitted_at=f"CASE WHEN {handed_in} THEN held_on + interval '3 days' END",
            submitted_by=f"CASE WHEN {handed_in} THEN author_id END",
            approved_at=f"CASE WHEN {shared} THEN held_on + interval '6 days' END",
            approved_by=f"CASE WHEN {shared} THEN dsim END",
            shared_version=f"CASE WHEN {shared} THEN 1 END",
            **texts,
        )

    def _what_followed(self) -> None:
        """Shared records are frozen, and most heads answer."""
        pairs = ", ".join(f"'{name}', {name}" for name in TEXTS)
        self._insert(
            RecordVersion,
            f"FROM schools_recordofvisit WHERE status = '{RecordStatus.SHARED}'",
            id="id",
            record="id",
            number="1",
            texts=f"jsonb_build_object({pairs})",
            issued_at="approved_at",
            issued_by="approved_by_id",
        )
        self._insert(
            Response,
            "FROM schools_recordversion w JOIN schools_visit v ON v.id = w.record_id WHERE w.id %% 5 > 0",
            version="w.id",
            role=f"'{Role.HEADTEACHER.value}'",
            by="school_id",
            at="issued_at + interval '9 days'",
            accurate="true",
            on_content="'Thank you for this helpful report.'",
        )

    def _audit(self) -> None:
        verbs = {
            "started": ("r.author_id", "v.held_on + interval '1 day'", "true"),
            "submit": ("r.submitted_by_id", "r.submitted_at", "r.submitted_at IS NOT NULL"),
            "approve": ("r.approved_by_id", "r.approved_at", "r.approved_at IS NOT NULL"),
            "responded": (
                "v.school_id",
                "r.approved_at + interval '9 days'",
                "r.approved_at IS NOT NULL AND r.id %% 5 > 0",
            ),
        }
        for verb, (by, at, when) in verbs.items():
            self._insert(
                AuditEvent,
                f"FROM schools_recordofvisit r JOIN schools_visit v ON v.id = r.visit_id WHERE {when}",
                at=at,
                by=by,
                verb=f"'{verb}'",
                subject_kind=f"'{RecordOfVisit._meta.label_lower}'",
                subject_id="r.id",
                subject_name="r.reference || ', a school'",
                school_id="v.school_id",
                changes="'{}'",
            )
        self._insert(
            AuditEvent,
            "FROM place",
            at="timestamptz '2010-09-01'",
            verb="'appointed'",
            subject_kind=f"'{Appointment._meta.label_lower}'",
            subject_id="n",
            subject_name="'Person ' || n || ', Headteacher'",
            school_id="n",
            changes="'{}'",
        )

    def _deadlines(self) -> None:
        """One open on every record that is not finished, and those that were met in the last year."""
        year_ago = (self.today - timedelta(days=365)).isoformat()
        rules = {
            record_deadlines.SUBMIT: ("v.held_on + 7", "CASE WHEN r.status <> 'draft' THEN r.submitted_at END"),
            record_deadlines.ASSURE: ("v.held_on + 14", "r.approved_at"),
            record_deadlines.RESPOND: (
                "v.held_on + 21",
                "CASE WHEN r.id %% 5 > 0 THEN r.approved_at + interval '9 days' END",
            ),
        }
        reached = {
            record_deadlines.SUBMIT: "true",
            record_deadlines.ASSURE: "r.status <> 'draft'",
            record_deadlines.RESPOND: "r.status = 'shared'",
        }
        for rule, (due, met) in rules.items():
            self._insert(
                Deadline,
                "FROM schools_recordofvisit r JOIN schools_visit v ON v.id = r.visit_id"
                f" WHERE {reached[rule]} AND v.held_on > date '{year_ago}'",
                rule=f"'{rule}'",
                subject_kind=f"'{RecordOfVisit._meta.label_lower}'",
                subject_id="r.id",
                school_id="v.school_id",
                due_on=due,
                calendar="'working days'",
                first_day="v.held_on + 1",
                working="'{}'",
                met_at=met,
            )

    def _to_come(self) -> None:
        """One visit for each school, planned for a day of these eight weeks, a quarter of which are over."""
        last, first = self.size.all_schools * self.size.visits_per_school, self.today - timedelta(days=14)
        self._insert(
            Visit,
            "FROM place",
            id=f"{last} + n",
            school="n",
            planned_on=f"date '{first.isoformat()}' + n %% 56",
            kind="'monitoring'",
            status="(ARRAY['proposed', 'agreed'])[1 + n %% 2]",
            author="sip",
        )
        for rule, due, which in (
            (visit_deadlines.WRITE, "planned_on + 7", "true"),
            (visit_deadlines.AGREE, "planned_on", "status = 'proposed'"),
        ):
            self._open(rule, Visit, f"FROM schools_visit WHERE id > {last} AND {which}", due, "planned_on")

    def _actions(self) -> None:
        """One for each record of the last year, due after two months; half of them are not finished."""
        year_ago = (self.today - timedelta(days=365)).isoformat()
        self._insert(
            RecordAction,
            "FROM schools_recordofvisit r JOIN schools_visit v ON v.id = r.visit_id"
            f" WHERE r.status = '{RecordStatus.SHARED}' AND v.held_on > date '{year_ago}'",
            record="r.id",
            school="r.school_id",
            key="'a1'",
            what="'Agree with the governors how reading is taught in year ' || r.id %% 6",
            owner=f"CASE WHEN r.id %% 2 = 0 THEN '{Owner.SCHOOL}' ELSE '{Owner.AUTHORITY}' END",
            due_on="v.held_on + 60",
            status="CASE WHEN r.id %% 4 < 2 THEN 'open' ELSE 'done' END",
        )
        for rule, owner in (
            (record_deadlines.ACTION_OF_SCHOOL, Owner.SCHOOL),
            (record_deadlines.ACTION_OF_AUTHORITY, Owner.AUTHORITY),
        ):
            unfinished = f"FROM schools_recordaction WHERE status = 'open' AND owner = '{owner}'"
            self._open(rule, RecordAction, unfinished, "due_on", "due_on - 14")

    def _open(self, rule: str, model: type[Model], source: str, due_on: str, first_day: str) -> None:
        self._insert(
            Deadline,
            source,
            rule=f"'{rule}'",
            subject_kind=f"'{model._meta.label_lower}'",
            subject_id="id",
            school_id="school_id",
            due_on=due_on,
            first_day=first_day,
            working="'{}'",
        )

    def _sequences(self) -> None:
        """Numbers were given out by hand: the counters follow, so that the site can go on from here."""
        for model in (
            LocalAuthority,
            DoubleDistrict,
            District,
            School,
            User,
            Person,
            Visit,
            RecordOfVisit,
            RecordVersion,
        ):
            table = model._meta.db_table
            self.cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )


NUMBERED = (LocalAuthority, DoubleDistrict, District, School, User, Person, Visit, RecordOfVisit, RecordVersion)
LARGE = (School.history.model, Visit, RecordOfVisit, RecordVersion, RecordAction, Response, AuditEvent, Deadline)
FILLED = (*NUMBERED, School.history.model, Appointment, RecordAction, Response, AuditEvent, Deadline)
TEXTS: Mapping[str, int] = {"met": 1, "evidence": 3, "findings": 4, "judgements": 1}
"""How often each text of a record repeats `TEXT`: a page in all."""


def _names(model: type[Model]) -> set[str]:
    return {field.name for field in model._meta.concrete_fields if not field.primary_key} | {"id"}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
