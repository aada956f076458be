"""Many records: a store on this machine."""

from trialwright.registry.store import Loaded, Registry

__all__ = ["Loaded", "Registry"]
