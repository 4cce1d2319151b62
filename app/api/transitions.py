"""The counter of what was done to dossiers: names of acts only, counted once the transaction is committed."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter

from app.core.acts import noting_acts
from app.domain.lifecycle import DossierAction
from app.services.dossiers.register import REGISTER

TRANSITIONS = Counter("motcua_transitions_total", "Acts on dossiers, committed.", ["action"])
for _action in (REGISTER, *(action.value for action in DossierAction)):
    TRANSITIONS.labels(_action)  # shown as 0 before the first


@contextmanager
def counting_transitions() -> Iterator[None]:
    """Count the acts of the transaction in the block, unless an error leaves it."""
    with noting_acts() as acts:
        yield
    for action in acts:
        TRANSITIONS.labels(action).inc()
