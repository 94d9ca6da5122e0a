"""Where the demonstration is: an invented county, its districts, dioceses and schools. None of it is on any map."""

from typing import NamedTuple

from schools.register.models.school import Phase

from .names import words

AUTHORITY_CODE = "999"
AUTHORITY_NAME = "Merrowshire County Council"
AUTHORITY_COLOUR = "#6b2d5c"
COUNTY = "Merrowshire"


class DistrictPlace(NamedTuple):
    name: str
    double_district: str
    partnership: str


DISTRICTS = (
    DistrictPlace("Aldermarch", "Aldermarch and Bramblecote", "Aldermarch Partnership"),
    DistrictPlace("Bramblecote", "Aldermarch and Bramblecote", "Aldermarch Partnership"),
    DistrictPlace("Cressingdale", "Cressingdale and Dunfallow", "Cress Valley Partnership"),
    DistrictPlace("Dunfallow", "Cressingdale and Dunfallow", "Cress Valley Partnership"),
    DistrictPlace("Elverwick", "Elverwick and Fenwardine", "Elver Learning Partnership"),
    DistrictPlace("Fenwardine", "Elverwick and Fenwardine", "Wardine Partnership"),
    DistrictPlace("Garthwell", "Garthwell and Hollinsea", "Garth and Coast Partnership"),
    DistrictPlace("Hollinsea", "Garthwell and Hollinsea", "Garth and Coast Partnership"),
)

DIOCESES = {
    "A": ("Diocese of Aldermarch", "Church of England"),
    "H": ("Diocese of Hollinsea", "Church of England"),
    "C": ("Catholic Diocese of Elverwick", "Roman Catholic"),
}

FEDERATION = "Bramblecote Federation"
TRUST = "Merrow Learning Trust"


VILLAGES = frozenset(words("villages"))
"""Schools named after one of these stand there, and not in the town of their district."""


class Place(NamedTuple):
    """One school. `diocese` is a key of DIOCESES; `agreed`: an academy that accepted the authority's invitation."""

    district: str
    name: str
    type_code: str
    phase: str
    low_age: int
    high_age: int
    pupils: int | None
    diocese: str = ""
    agreed: bool = False


_NURSERY, _PRIMARY, _SECONDARY = Phase.NURSERY, Phase.PRIMARY, Phase.SECONDARY
_LOWER, _UPPER, _WHOLE = Phase.MIDDLE_DEEMED_PRIMARY, Phase.MIDDLE_DEEMED_SECONDARY, Phase.ALL_THROUGH
_SIXTEEN, _SPECIAL, _OTHER, _NONE = Phase.SIXTEEN_PLUS, Phase.SPECIAL, Phase.ALTERNATIVE, Phase.NONE

# Schools that the stories call by name.
LISTED = "Wrenmarsh Primary School"
"""Of the headteacher, the chair, the clerk and the school improvement link who are listed as sign-ins."""
HEAD_OF_TWO = ("Bramblecote Infant School", "Bramblecote Junior School")
WITHOUT_CHAIR = "Oxmead Primary School"
CONVERTED, CONVERTER = "Dunfallow Primary School", "Dunfallow Primary Academy"
PROPOSED = "Foxgarth Free School"
CLOSES = "Elverwick House School"
"""An independent school, by the newest file from GIAS."""
HEAD_HERE, SIP_THERE = "Larkenby Primary School", "Ashquarter Primary School"
UNANSWERED = ("Elverwick Academy", "Hexwold Academy")
"""Academies whose trusts have not answered the authority's invitation."""
WITH_BASE = "Quillbeck Primary School"
WITHOUT_SIP = "Bramblecote Infant School"
"""Entitled to a SIP, and waiting for one to be chosen on the board."""
OWN_TERMS = "Dalewood Free School"

# What files from outside say.
NEW_TELEPHONE = "01632 960990"
"""Of the listed school."""
NOT_IN_FILE = "Garthwell Children’s Centre"
"""Open here, and in no file of GIAS."""
PROPOSED_NAME, PROPOSED_URN = "Sallowby Meadows Free School", 900_201
UNKNOWN_URN = 900_999
NEIGHBOUR_CODE, NEIGHBOUR_NAME = "998", "Saltmere"
NEIGHBOURS = {
    900_901: "Saltmere Primary School",
    900_902: "Marrowgate Academy",
    900_903: "St Wulfram’s Catholic Primary School",
}

SCHOOLS = (
    Place("Aldermarch", "Aldermarch Nursery School", "15", _NURSERY, 3, 4, 84),
    Place("Aldermarch", LISTED, "01", _PRIMARY, 3, 11, 214),
    Place("Aldermarch", "Priory Lane Primary School", "01", _PRIMARY, 4, 11, 418),
    Place("Aldermarch", "St Aidan’s Church of England Primary School", "03", _PRIMARY, 4, 11, 203, "A"),
    Place("Aldermarch", "Our Lady of the Fens Catholic Primary School", "02", _PRIMARY, 3, 11, 236, "C"),
    Place("Aldermarch", "Pellowdene Primary School", "01", _PRIMARY, 4, 11, 97),
    Place("Aldermarch", "Aldermarch High School", "05", _SECONDARY, 11, 18, 1184),
    Place("Aldermarch", "Castle Mead Academy", "34", _SECONDARY, 11, 16, 902, agreed=True),
    Place("Bramblecote", HEAD_OF_TWO[0], "01", _PRIMARY, 4, 7, 178),
    Place("Bramblecote", HEAD_OF_TWO[1], "01", _PRIMARY, 7, 11, 241),
    Place("Bramblecote", WITHOUT_CHAIR, "01", _PRIMARY, 4, 11, 187),
    Place("Bramblecote", SIP_THERE, "01", _PRIMARY, 4, 11, 306),
    Place("Bramblecote", "Corvingham Church of England Primary School", "02", _PRIMARY, 4, 11, 142, "A"),
    Place("Bramblecote", "Bramblecote Community School", "01", _SECONDARY, 11, 16, 871),
    Place("Bramblecote", "Hexwold Academy", "28", _PRIMARY, 4, 11, 264),
    Place("Bramblecote", "The Larches School", "07", _SPECIAL, 4, 19, 118),
    Place("Cressingdale", "Cressingdale Nursery School", "15", _NURSERY, 2, 4, 66),
    Place("Cressingdale", "Sallowby Church of England First School", "03", _PRIMARY, 4, 9, 131, "A"),
    Place("Cressingdale", WITH_BASE, "05", _PRIMARY, 4, 11, 209),
    Place("Cressingdale", "Tessingford Primary School", "01", _PRIMARY, 3, 11, 322),
    Place("Cressingdale", "St Columba’s Catholic Primary School", "02", _PRIMARY, 4, 11, 198, "C"),
    Place("Cressingdale", "Cressingdale Middle School", "01", _UPPER, 9, 13, 402),
    Place("Cressingdale", "Cress Valley Academy", "34", _SECONDARY, 13, 18, 1047, agreed=True),
    Place("Cressingdale", "Dalewood Free School", "35", _PRIMARY, 4, 11, 156, agreed=True),
    Place("Cressingdale", "The Cressing Centre", "14", _OTHER, 5, 16, 48),
    Place("Dunfallow", CONVERTED, "01", _PRIMARY, 4, 11, 224),
    Place("Dunfallow", CONVERTER, "34", _PRIMARY, 4, 11, 226, agreed=True),
    Place("Dunfallow", "Yarrowstead Church of England Primary School", "03", _PRIMARY, 4, 11, 88, "A"),
    Place("Dunfallow", "Marlowfen Primary School", "01", _PRIMARY, 3, 11, 271),
    Place("Dunfallow", "Kestrelby Church of England Middle School", "03", _LOWER, 8, 12, 318, "A"),
    Place("Dunfallow", "Dunfallow School", "01", _SECONDARY, 11, 18, 1322),
    Place("Dunfallow", "Fallow Bank School", "12", _SPECIAL, 11, 19, 94),
    Place("Dunfallow", "Dunfallow College", "18", _SIXTEEN, 16, 19, None),
    Place("Elverwick", "Elver Bridge Primary School", "01", _PRIMARY, 3, 11, 447),
    Place("Elverwick", "Dapplethorpe Primary School", "01", _PRIMARY, 4, 11, 165),
    Place("Elverwick", "Ormsgarth Church of England Primary School", "03", _PRIMARY, 4, 11, 73, "H"),
    Place("Elverwick", "St Oswin’s Catholic Primary School", "02", _PRIMARY, 4, 11, 212, "C"),
    Place("Elverwick", "Holy Cross Catholic High School", "02", _SECONDARY, 11, 16, 764, "C"),
    Place("Elverwick", "Elverwick Academy", "28", _SECONDARY, 11, 18, 1106),
    Place("Elverwick", "Elver Meadows School", "07", _SPECIAL, 2, 11, 76),
    Place("Elverwick", "Elverwick House School", "11", _WHOLE, 3, 18, 389),
    Place("Fenwardine", "Fenwardine Primary School", "01", _PRIMARY, 3, 11, 401),
    Place("Fenwardine", "Lapwinghoe Primary School", "01", _PRIMARY, 4, 11, 119),
    Place("Fenwardine", "Sedgeholt Church of England Primary School", "02", _PRIMARY, 4, 11, 104, "H"),
    Place("Fenwardine", "Fen Edge Academy", "34", _PRIMARY, 4, 11, 345, agreed=True),
    Place("Fenwardine", "Fenwardine School", "05", _SECONDARY, 11, 16, 688),
    Place("Fenwardine", "Wardine All-Through Academy", "34", _WHOLE, 3, 18, 1497, agreed=True),
    Place("Fenwardine", "The Wardine Centre", "14", _OTHER, 11, 16, 61),
    Place("Fenwardine", PROPOSED, "35", _SECONDARY, 11, 16, None),
    Place("Garthwell", "Garthwell Primary School", "01", _PRIMARY, 3, 11, 389),
    Place("Garthwell", HEAD_HERE, "01", _PRIMARY, 4, 11, 151),
    Place("Garthwell", "Garth Hills Church of England Primary School", "03", _PRIMARY, 4, 11, 62, "H"),
    Place("Garthwell", "Tolverstone Church of England Primary School", "02", _PRIMARY, 4, 11, 127, "H"),
    Place("Garthwell", "Garthwell High School", "01", _SECONDARY, 11, 18, 1241),
    Place("Garthwell", "Merrowshire University Technical College", "40", _SECONDARY, 14, 19, 284),
    Place("Garthwell", "Beacon Rise Academy", "33", _SPECIAL, 4, 19, 132, agreed=True),
    Place("Garthwell", "Garthwell Children’s Centre", "47", _NONE, 0, 5, None),
    Place("Hollinsea", "Hollinsea Sands Primary School", "05", _PRIMARY, 3, 11, 356),
    Place("Hollinsea", "Withercombe Primary School", "01", _PRIMARY, 4, 11, 93),
    Place("Hollinsea", "St Elfleda’s Catholic Primary School", "02", _PRIMARY, 4, 11, 181, "C"),
    Place("Hollinsea", "Hollinsea Academy", "34", _SECONDARY, 11, 18, 1163, agreed=True),
    Place("Hollinsea", "Seaward Sixth Form Academy", "45", _SIXTEEN, 16, 19, 512),
    Place("Hollinsea", "Coastline Free School", "38", _OTHER, 11, 16, 54),
    Place("Hollinsea", "Harbour View School", "08", _SPECIAL, 5, 19, 58),
)
