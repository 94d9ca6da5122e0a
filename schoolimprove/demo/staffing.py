"""Who holds what in the invented authority: every role at least once, and in schools nearly every post."""

from collections.abc import Iterator
from datetime import date
from random import Random

from schoolimprove.accounts.roles import Role
from schoolimprove.policy.values import policy_value
from schools.models import Appointment, Diocese, District, DoubleDistrict, LocalAuthority, Partnership, Person, School
from schools.policy import SERVICE_BY_TYPE
from schools.register.establishments import Service
from schools.register.models.school import Establishment, Phase
from schools.register.people.appointing import Saving, save_together

from . import places, signins
from .cast import Cast
from .days import Days
from .places import Place

OFFICERS = (
    Role.HEAD_OF_SERVICE,
    Role.CORPORATE_DIRECTOR,
    Role.DEPUTY_DIRECTOR,
    Role.ERA,
    Role.FINANCE,
    Role.LEAD_MEMBER,
    Role.BEHAVIOUR_OFFICER,
    Role.PROVIDER,
    Role.DATA_PROTECTION_OFFICER,
)
"""One each, over the authority."""

DSIM_ADDRESSES = (signins.address(Role.DSIM), signins.COVERING, "", "")
"""Of the four double districts, in the order of DISTRICTS; empty: made from the name."""

LEAVER_DISTRICT, SUCCESSOR_DISTRICT = "Garthwell", "Hollinsea"
"""The SIP of the first leaves in the year, and that of the second takes over."""

ANSWERS = (places.LISTED, "Priory Lane Primary School", "Our Lady of the Fens Catholic Primary School")
"""Schools whose head and chair both sign in, whatever the seed."""

_NO_HEAD = (Phase.NONE,)
_NO_GOVERNORS = ("11", "08", "18", "47")
_HEADS_WHO_SIGN_IN, _CHAIRS_WHO_SIGN_IN = 0.7, 0.5


class Staffing:
    """Takes everybody on, as of the day the service came into use."""

    def __init__(self, cast: Cast, authority: LocalAuthority, days: Days, luck: Random) -> None:
        self._cast, self._authority, self._luck = cast, authority, luck
        self._today = days.beginning
        self._savings: list[Saving] = []

    def take_on_everybody(self) -> None:
        self._officers()
        self._districts()
        self._partners()
        heads = self._heads()
        self._chairs()
        self._around_the_listed_school()
        self._sips(heads[places.HEAD_HERE])
        save_together(self._savings)

    def _officers(self) -> None:
        for role in OFFICERS:
            self._appoint(self._cast.listed(role), role, authority=self._authority)
        self._appoint(self._cast.somebody(), Role.SYSTEM_ADMINISTRATOR, authority=self._authority)
        self._appoint(self._cast.listed(Role.DEPUTY_HEAD), Role.DEPUTY_HEAD, phase=Phase.PRIMARY)
        self._appoint(self._cast.somebody(), Role.DEPUTY_HEAD, phase=Phase.SECONDARY)

    def _districts(self) -> None:
        doubles = DoubleDistrict.objects.order_by("pk")
        administrators = (signins.address(Role.DISTRICT_ADMINISTRATOR), "", "", "")
        for double, dsim, administrator in zip(doubles, DSIM_ADDRESSES, administrators, strict=True):
            self._over(Role.DSIM, dsim, double_district=double)
            self._over(Role.DISTRICT_ADMINISTRATOR, administrator, double_district=double)
        for name, email in (("Aldermarch", signins.address(Role.EIP)), ("Dunfallow", "")):
            self._over(Role.EIP, email, district=District.objects.get(name=name))

    def _partners(self) -> None:
        """Dioceses, the behaviour service's centres, panels and bases."""
        for number, diocese in enumerate(Diocese.objects.order_by("pk")):
            email = "" if number else signins.address(Role.DIOCESAN_OFFICER)
            self._over(Role.DIOCESAN_OFFICER, email, diocese=diocese)
        coordinator = self._cast.listed(Role.CENTRE_COORDINATOR)
        for partnership in Partnership.objects.order_by("pk")[:2]:
            self._appoint(coordinator, Role.CENTRE_COORDINATOR, partnership=partnership)
        first = Partnership.objects.order_by("pk")[0]
        self._over(Role.PANEL_MEMBER, signins.address(Role.PANEL_MEMBER), partnership=first)
        self._over(Role.BASE_LEAD, signins.address(Role.BASE_LEAD), school=School.objects.get(name=places.WITH_BASE))

    def _over(self, role: Role, email: str, **scope: object) -> None:
        self._appoint(self._cast.somebody(address=email), role, **scope)

    def _appoint(self, person: Person, role: Role, **scope: object) -> None:
        """Everybody has been in post for a while."""
        since = date(self._today.year - self._luck.randint(1, 9), self._luck.choice((1, 4, 9)), 1)
        appointment = Appointment(person=person, role=role, starts_on=since, **scope)
        self._savings.append(Saving(appointment, "appointed", by=self._cast.administrator, reason=""))

    # Schools.

    def _heads(self) -> dict[str, Person]:
        heads: dict[str, Person] = {}
        for place, school in self._open_schools():
            if place.phase in _NO_HEAD:
                continue
            first_of_two = heads.get(places.HEAD_OF_TWO[0]) if place.name == places.HEAD_OF_TWO[1] else None
            heads[place.name] = first_of_two or self._head(place)
            self._appoint(heads[place.name], Role.HEADTEACHER, school=school)
        return heads

    def _head(self, place: Place) -> Person:
        if place.name == places.LISTED:
            return self._cast.listed(Role.HEADTEACHER)
        if place.name == places.HEAD_HERE:
            return self._cast.somebody(address=signins.TWO_HATS)
        return self._cast.somebody(signs_in=self._signs_in(place, _HEADS_WHO_SIGN_IN))

    def _chairs(self) -> None:
        for place, school in self._open_schools():
            if place.type_code in _NO_GOVERNORS or place.name == places.WITHOUT_CHAIR:
                continue
            self._appoint(self._chair(place), Role.CHAIR, school=school)

    def _chair(self, place: Place) -> Person:
        if place.name == places.LISTED:
            return self._cast.listed(Role.CHAIR)
        return self._cast.somebody(signs_in=self._signs_in(place, _CHAIRS_WHO_SIGN_IN))

    def _signs_in(self, place: Place, share: float) -> bool:
        drawn = self._luck.random()
        return place.name in ANSWERS or (drawn < share and place.type_code not in _NO_GOVERNORS)

    def _around_the_listed_school(self) -> None:
        """A clerk who serves two schools, and the senior teacher whom the school names as its link."""
        clerk = self._cast.listed(Role.CLERK)
        for name in ANSWERS[:2]:
            self._appoint(clerk, Role.CLERK, school=School.objects.get(name=name))
        link = self._cast.listed(Role.SCHOOL_LINK)
        self._appoint(link, Role.SCHOOL_LINK, school=School.objects.get(name=places.LISTED))

    def _sips(self, head_who_is_sip: Person) -> None:
        """One for the visited schools of each district, but for two: one has another's head, one nobody yet."""
        policy = policy_value(SERVICE_BY_TYPE, on=self._today)
        for district in places.DISTRICTS:
            email = "" if district != places.DISTRICTS[0] else signins.address(Role.SIP)
            sip = self._cast.somebody(address=email)
            for place, school in self._open_schools():
                if place.district != district.name or place.name == places.WITHOUT_SIP:
                    continue
                if place.agreed or school.service(policy) is Service.ENTITLED:
                    person = head_who_is_sip if place.name == places.SIP_THERE else sip
                    self._appoint(person, Role.SIP, school=school)

    def _open_schools(self) -> Iterator[tuple[Place, School]]:
        schools = {school.name: school for school in School.objects.filter(establishment=Establishment.OPEN)}
        return ((place, schools[place.name]) for place in places.SCHOOLS if place.name in schools)
