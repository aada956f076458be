"""What the registry says: records in any rendering, with the source of every value."""

from trialwright.record.read import read
from trialwright.record.record import Origin, Record, Rendering
from trialwright.record.write import record_json, write

__all__ = ["Origin", "Record", "Rendering", "read", "record_json", "write"]
