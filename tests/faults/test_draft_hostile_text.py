"""Drafting takes any text: nothing raises, and no text takes long."""

import pytest

from trialwright.protocol import check, draft, files
from trialwright.record.model import (
    ArmGroup,
    ArmsInterventionsModule,
    DescriptionModule,
    DesignModule,
    Intervention,
    ProtocolSection,
    Study,
)
from trialwright.record.provenance import Coverage, Provenance
from trialwright.record.record import Origin, Record, Rendering


def record_of(text: str, arms: int) -> Record:
    groups = tuple(ArmGroup(label=text[:200], description=text, intervention_names=("x",)) for _ in range(arms))
    section = ProtocolSection(
        description_module=DescriptionModule(detailed_description=text),
        design_module=DesignModule(study_type="INTERVENTIONAL"),
        arms_interventions_module=ArmsInterventionsModule(
            arm_groups=groups, interventions=(Intervention(name="x", description=text),)
        ),
    )
    return Record(
        Study(protocol_section=section), Provenance(), Origin("x", Rendering.V2_JSON, "0" * 64), Coverage(0, 0)
    )


@pytest.mark.parametrize("arms", [0, 2])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 x " * 2500,
        "10 " * 3000,
        "1:" * 4000,
        "day 1, " * 3000,
        "grade 3 or " * 2000,
        "3 x 4 " * 2000,
        "\\" * 20000,
        "first and " * 2000,
        "2 patients " * 2000,
        "1.1" * 6000,
        "((( " * 2500,
        "1 x 10 8 cells " * 1500,
        "escalating " * 2000,
        "\x00\ufeff\u2028",
        "0 cells/kg, 0 mg",
        "1e99 cells",
        "1x10^99 cells/kg",
    ],
)
@pytest.mark.usefixtures("ends")
def test_any_text_is_drafted(text, arms):
    protocol = draft(record_of(text, arms))
    assert check(protocol) is not None
    if len(text) < 100:
        assert files.load(files.dump(protocol)) == protocol
