"""FHIR R4 flattened into tables by our own code: Bundles, NDJSON files and folders of both."""
