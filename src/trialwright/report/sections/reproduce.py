"""How to make this report again: commands, seed, digest of the record, version."""

from __future__ import annotations

from trialwright.report.contents import Contents
from trialwright.report.markup import Child, Markup, facts, join, note, tag


def reproduce(contents: Contents) -> Markup:
    """The body of the section."""
    origin = contents.record.origin if contents.record else None
    reference = contents.protocol.record
    pairs: list[tuple[Child, Child]] = [
        ("Record", origin.name if origin else f"a protocol file, drafted from {reference.nct_id or 'a record'}"),
        ("Rendering", origin.rendering.value if origin else reference.rendering),
        ("SHA-256 of the record", tag("code", origin.sha256 if origin else reference.sha256)),
        ("Version", f"trialwright {contents.version}" if contents.version else "not stated"),
        ("Seed of the simulated trial", str(contents.trial.seed) if contents.trial else "nothing was simulated"),
    ]
    commands: Child = (
        tag("pre", tag("code", "\n".join(contents.commands)), tabindex="0")
        if contents.commands
        else note("No command was handed over.", kind="why")
    )
    return join(
        tag("p", "The same record, version and seed give the same report, number for number."),
        commands,
        facts(pairs, class_="facts"),
    )
