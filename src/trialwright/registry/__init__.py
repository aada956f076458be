"""Many records: a store on this machine, with a search."""

from trialwright.registry.loading import Loaded
from trialwright.registry.store import Registry

__all__ = ["Loaded", "Registry"]
