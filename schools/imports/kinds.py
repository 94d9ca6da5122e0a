ESTABLISHMENTS, LINKS, TYPES = "establishments", "links", "types"


def kind_of(header, name):
    return ESTABLISHMENTS
