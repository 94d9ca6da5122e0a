"""What comes with the code as rows, and is loaded after migrate: policy, and what the apps above register.

Each app fills `shipments` in `AppConfig.ready()`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from schoolimprove.ui.registry import Registry


@dataclass(frozen=True)
class Shipment:
    """`load()` adds the rows that are missing, never over an edit, and says how many. `table` is where they go."""

    key: str
    order: int
    table: str
    load: Callable[[], int]


shipments: Registry[Shipment] = Registry()


def ship(tables: Collection[str]) -> None:
    """Load what is missing, as far as its tables are there: a database may be migrated only half the way."""
    for shipment in shipments:
        if shipment.table in tables:
            shipment.load()
