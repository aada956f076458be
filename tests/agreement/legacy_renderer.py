"""Renders a v2 study as the registry's other downloads show it: legacy XML, legacy JSON, tables, saved HTML.

Written from what the downloads look like, not from the readers; only the names of the legacy fields, a plain list that
real files check, come from one table.
"""

import csv
import html as escapes
import io
import json
import re
import textwrap
from xml.sax.saxutils import escape

import page_renderer
from page_renderer import lines, module, worded

from trialwright.record import terms
from trialwright.record.readers.legacy_json.pieces import PIECES
from trialwright.record.terms import label_of

KIND = {"ACTUAL": "Actual", "ESTIMATED": "Anticipated"}
URL = "https://clinicaltrials.gov/show/"


def yes(value):
    return "Yes" if value else "No"


# --- the legacy public XML ----------------------------------------------------------------------------


class _Xml:
    """Elements in the order of the download, each on a line, empty ones left out."""

    def __init__(self):
        self.out = []

    def put(self, name, value, **attributes):
        if value not in (None, ""):
            given = "".join(f' {key}="{escape(item)}"' for key, item in attributes.items() if item)
            self.out.append(f"<{name}{given}>{escape(str(value))}</{name}>")

    def block(self, name, text):
        """A text as it is wrapped: six blanks, paragraphs apart, items hanging."""
        if text:
            self.out.append(f"<{name}><textblock>\n{escape(wrapped(text))}\n    </textblock></{name}>")

    def within(self, name, fill, *arguments):
        before, self.out = self.out, []
        fill(self, *arguments)
        inner, self.out = self.out, before
        if inner:
            self.out += [f"<{name}>", *("  " + line for line in inner), f"</{name}>"]


def wrapped(text):
    blocks = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        item = re.match(r"( *)([*-]|\d+[.)]) +(.*)", line)
        depth = 10 + 2 * len(item[1]) if item else 6
        mark = f"{'-' if item[2] in '*-' else item[2]}  " if item else ""
        words = (item[3] if item else line.strip()).replace("\\", "") if item else line.strip()
        blocks.append(
            textwrap.fill(
                words, 80, initial_indent=" " * depth + mark, subsequent_indent=" " * (depth + len(mark)),
                break_long_words=False, break_on_hyphens=False,
            )
        )  # fmt: skip
    return "\n\n".join(blocks)


def xml(study):
    out = _Xml()
    ident, status, design = (module(study, n) for n in ("identificationModule", "statusModule", "designModule"))
    out.within("id_info", _xml_ids, ident)
    out.put("brief_title", ident.get("briefTitle"))
    out.put("acronym", ident.get("acronym"))
    out.put("official_title", ident.get("officialTitle"))
    sponsors = module(study, "sponsorCollaboratorsModule")
    out.within("sponsors", _xml_sponsors, sponsors)
    out.put("source", ident.get("organization", {}).get("fullName"))
    out.within("oversight_info", _xml_oversight, module(study, "oversightModule"))
    described = module(study, "descriptionModule")
    out.block("brief_summary", described.get("briefSummary"))
    out.block("detailed_description", described.get("detailedDescription"))
    _xml_status(out, status)
    _xml_design(out, design)
    _xml_arms(out, study)
    out.within("eligibility", _xml_eligibility, module(study, "eligibilityModule"))
    _xml_people(out, module(study, "contactsLocationsModule"))
    _xml_references(out, module(study, "referencesModule"))
    _xml_dates(out, status)
    out.within("responsible_party", _xml_party, sponsors.get("responsibleParty", {}))
    for word in module(study, "conditionsModule").get("keywords", []):
        out.put("keyword", word)
    for name in ("condition", "intervention"):
        meshes = study.get("derivedSection", {}).get(f"{name}BrowseModule", {}).get("meshes", [])
        out.within(f"{name}_browse", lambda o, found: [o.put("mesh_term", m.get("term")) for m in found], meshes)
    removed = study.get("derivedSection", {}).get("miscInfoModule", {}).get("removedCountries", [])
    out.within("removed_countries", lambda o, names: [o.put("country", name) for name in names], removed)
    out.within("patient_data", _xml_ipd, module(study, "ipdSharingStatementModule"))
    body = "\n".join("  " + line for line in out.out)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<clinical_study rank="1">\n{body}\n</clinical_study>\n'


def _xml_ids(out, ident):
    out.put("org_study_id", ident.get("orgStudyIdInfo", {}).get("id"))
    for other in ident.get("secondaryIdInfos", []):
        out.put("secondary_id", other.get("id"))
    out.put("nct_id", ident.get("nctId"))
    for alias in ident.get("nctIdAliases", []):
        out.put("nct_alias", alias)


def _xml_sponsors(out, sponsors):
    for name, agencies in (
        ("lead_sponsor", [sponsors["leadSponsor"]] if "leadSponsor" in sponsors else []),
        ("collaborator", sponsors.get("collaborators", [])),
    ):
        for agency in agencies:
            out.within(
                name, lambda o, a: (o.put("agency", a.get("name")), o.put("agency_class", a.get("class"))), agency
            )


def _xml_oversight(out, oversight):
    for name, key in (
        ("has_dmc", "oversightHasDmc"), ("is_fda_regulated_drug", "isFdaRegulatedDrug"),
        ("is_fda_regulated_device", "isFdaRegulatedDevice"), ("is_unapproved_device", "isUnapprovedDevice"),
        ("is_ppsd", "isPpsd"), ("is_us_export", "isUsExport"),
    ):  # fmt: skip
        if key in oversight:
            out.put(name, yes(oversight[key]))


def _xml_status(out, status):
    out.put("overall_status", label_of(status.get("overallStatus", ""), terms.STATUS))
    out.put("last_known_status", label_of(status.get("lastKnownStatus", ""), terms.STATUS))
    out.put("why_stopped", status.get("whyStopped"))
    for name, key in (
        ("start_date", "startDateStruct"),
        ("completion_date", "completionDateStruct"),
        ("primary_completion_date", "primaryCompletionDateStruct"),
    ):
        _xml_struct(out, name, status.get(key, {}), KIND)


def _xml_struct(out, name, struct, kinds):
    if struct.get("date"):
        out.put(name, worded(struct["date"]), type=kinds.get(struct.get("type")))


def _xml_dates(out, status):
    for name, key in (
        ("verification_date", "statusVerifiedDate"), ("study_first_submitted", "studyFirstSubmitDate"),
        ("study_first_submitted_qc", "studyFirstSubmitQcDate"), ("results_first_submitted", "resultsFirstSubmitDate"),
        ("results_first_submitted_qc", "resultsFirstSubmitQcDate"),
        ("disposition_first_submitted", "dispFirstSubmitDate"),
        ("disposition_first_submitted_qc", "dispFirstSubmitQcDate"), ("last_update_submitted", "lastUpdateSubmitDate"),
    ):  # fmt: skip
        if status.get(key):
            out.put(name, worded(status[key]))
    for name, key in (
        ("study_first_posted", "studyFirstPostDateStruct"), ("results_first_posted", "resultsFirstPostDateStruct"),
        ("disposition_first_posted", "dispFirstPostDateStruct"), ("last_update_posted", "lastUpdatePostDateStruct"),
    ):  # fmt: skip
        _xml_struct(out, name, status.get(key, {}), {"ACTUAL": "Actual", "ESTIMATED": "Estimate"})
    access = status.get("expandedAccessInfo", {})
    if "hasExpandedAccess" in access:
        out.put("has_expanded_access", yes(access["hasExpandedAccess"]))


def _xml_design(out, design):
    info = design.get("designInfo", {})
    masking = info.get("maskingInfo", {})
    kind = label_of(design.get("studyType", ""), terms.STUDY_TYPE)
    out.put("phase", "/".join(label_of(phase, terms.PHASE) for phase in design.get("phases", [])) or "N/A")
    out.put("study_type", kind + (" [Patient Registry]" if design.get("patientRegistry") else ""))

    def parts(o):
        for name, code, known in (
            ("allocation", info.get("allocation"), terms.ALLOCATION),
            ("intervention_model", info.get("interventionModel"), terms.INTERVENTION_MODEL),
            ("primary_purpose", info.get("primaryPurpose"), terms.PRIMARY_PURPOSE),
            ("observational_model", info.get("observationalModel"), terms.OBSERVATIONAL_MODEL),
            ("time_perspective", info.get("timePerspective"), terms.TIME_PERSPECTIVE),
        ):
            o.put(name, code and label_of(code, known))
        who = ", ".join(label_of(w, terms.WHO_MASKED) for w in masking.get("whoMasked", []))
        if "masking" in masking:
            o.put("masking", label_of(masking["masking"], terms.MASKING) + (f" ({who})" if who else ""))
        o.put("intervention_model_description", info.get("interventionModelDescription"))
        o.put("masking_description", masking.get("maskingDescription"))

    out.within("study_design_info", parts)
    out.put("target_duration", design.get("targetDuration"))
    enrolled = design.get("enrollmentInfo", {})
    out.put("enrollment", enrolled.get("count"), type=KIND.get(enrolled.get("type")))
    bio = design.get("bioSpec", {})
    out.put("biospec_retention", label_of(bio.get("retention", ""), terms.BIOSPEC_RETENTION))
    out.block("biospec_descr", bio.get("description"))


def _xml_arms(out, study):
    outcomes, arms = module(study, "outcomesModule"), module(study, "armsInterventionsModule")
    for name in ("primary", "secondary", "other"):
        for one in outcomes.get(f"{name}Outcomes", []):
            out.within(f"{name}_outcome", _xml_outcome, one)
    for condition in module(study, "conditionsModule").get("conditions", []):
        out.put("condition", condition)
    for arm in arms.get("armGroups", []):
        out.within("arm_group", _xml_arm, arm)
    for drug in arms.get("interventions", []):
        out.within("intervention", _xml_intervention, drug)


def _xml_outcome(out, one):
    for name, key in (("measure", "measure"), ("time_frame", "timeFrame"), ("description", "description")):
        out.put(name, one.get(key))


def _xml_arm(out, arm):
    out.put("arm_group_label", arm.get("label"))
    out.put("arm_group_type", label_of(arm.get("type", ""), terms.ARM_TYPE))
    out.put("description", arm.get("description"))


def _xml_intervention(out, drug):
    out.put("intervention_type", label_of(drug.get("type", ""), terms.INTERVENTION_TYPE))
    out.put("intervention_name", drug.get("name"))
    out.put("description", drug.get("description"))
    for label in drug.get("armGroupLabels", []):
        out.put("arm_group_label", label)
    for name in drug.get("otherNames", []):
        out.put("other_name", name)


def _xml_eligibility(out, eligible):
    out.block("study_pop", eligible.get("studyPopulation"))
    out.put("sampling_method", label_of(eligible.get("samplingMethod", ""), terms.SAMPLING_METHOD))
    out.block("criteria", eligible.get("eligibilityCriteria"))
    out.put("gender", label_of(eligible.get("sex", ""), terms.SEX))
    if "genderBased" in eligible:
        out.put("gender_based", yes(eligible["genderBased"]))
    out.put("gender_description", eligible.get("genderDescription"))
    out.put("minimum_age", eligible.get("minimumAge", "N/A"))
    out.put("maximum_age", eligible.get("maximumAge", "N/A"))
    if "healthyVolunteers" in eligible:
        volunteers = eligible["healthyVolunteers"]
        out.put("healthy_volunteers", "Accepts Healthy Volunteers" if volunteers else "No")


def _xml_person(out, person):
    out.put("last_name", person.get("name"))
    if person.get("role") not in (None, "CONTACT"):
        out.put("role", label_of(person["role"], terms.CONTACT_ROLE))
    for name, key in (
        ("phone", "phone"),
        ("phone_ext", "phoneExt"),
        ("email", "email"),
        ("affiliation", "affiliation"),
    ):
        out.put(name, person.get(key))


def _xml_people(out, people):
    for official in people.get("overallOfficials", []):
        out.within("overall_official", _xml_person, official)
    for number, contact in enumerate(people.get("centralContacts", [])):
        out.within("overall_contact_backup" if number else "overall_contact", _xml_person, contact)
    for site in people.get("locations", []):
        out.within("location", _xml_site, site)


def _xml_site(out, site):
    def address(o):
        for key in ("city", "state", "zip", "country"):
            o.put(key, site.get(key))

    out.within("facility", lambda o: (o.put("name", site.get("facility")), o.within("address", address)))
    out.put("status", label_of(site.get("status", ""), terms.STATUS))
    contacts = [p for p in site.get("contacts", []) if p.get("role") == "CONTACT"]
    for number, person in enumerate(contacts):
        out.within("contact_backup" if number else "contact", _xml_person, person)
    for person in site.get("contacts", []):
        if person not in contacts:
            out.within("investigator", _xml_person, person)


def _xml_references(out, held):
    for link in held.get("seeAlsoLinks", []):
        out.within("link", lambda o, n: (o.put("url", n.get("url")), o.put("description", n.get("label"))), link)
    for given in held.get("references", []):
        name = "reference" if given.get("type") == "BACKGROUND" else "results_reference"
        out.within(name, lambda o, r: (o.put("citation", r.get("citation")), o.put("PMID", r.get("pmid"))), given)


def _xml_party(out, party):
    out.put("responsible_party_type", label_of(party.get("type", ""), terms.RESPONSIBLE_PARTY))
    for name, key in (
        ("investigator_affiliation", "investigatorAffiliation"), ("investigator_full_name", "investigatorFullName"),
        ("investigator_title", "investigatorTitle"), ("name_title", "oldNameTitle"),
        ("organization", "oldOrganization"),
    ):  # fmt: skip
        out.put(name, party.get(key))


def _xml_ipd(out, ipd):
    out.put("sharing_ipd", label_of(ipd.get("ipdSharing", ""), terms.IPD_SHARING))
    out.put("ipd_description", ipd.get("description"))
    for kind in ipd.get("infoTypes", []):
        out.put("ipd_info_type", label_of(kind, terms.IPD_INFO_TYPE))
    for name, key in (
        ("ipd_time_frame", "timeFrame"), ("ipd_access_criteria", "accessCriteria"), ("ipd_url", "url"),
    ):  # fmt: skip
        out.put(name, ipd.get(key))


# --- the legacy API -----------------------------------------------------------------------------------

NAMES = {path if path.startswith(("derived", "document")) else f"protocolSection.{path}": name
         for name, (path, _) in PIECES.items()}  # fmt: skip
_TERMS = {path.replace("[]", ""): known for path, known in terms.FIELD_TERMS.items()}


def _legacy_text(path, value):
    """A value as the legacy API writes it: always a text, codes as labels, dates in words."""
    if isinstance(value, bool):
        return yes(value)
    bare = path.replace("[]", "")
    if (known := _TERMS.get(bare)) is not None:
        return (
            KIND.get(value, value)
            if bare.endswith(("DateStruct.type", "enrollmentInfo.type"))
            else label_of(value, known)
        )
    if isinstance(value, str) and re.fullmatch(r"\d{4}(-\d\d){1,2}", value) and "Date" in path:
        return worded(value)
    return str(value)


def _walk(value, path=""):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, path + "[]")
    else:
        yield path, value


def flat(study):
    fields = {}
    for path, value in _walk({k: v for k, v in study.items() if k != "hasResults"}):
        if path in NAMES:
            fields.setdefault(NAMES[path], []).append(_legacy_text(path, value))
    whole = {"Rank": 1, "NCTId": fields.pop("NCTId", [])}
    return json.dumps({**whole, **{name: fields.get(name, []) for name in NAMES.values() if name != "NCTId"}}, indent=1)


def full(study):
    sections = {}
    for key, value in study.items():
        if key in ("protocolSection", "derivedSection"):
            sections[key[0].upper() + key[1:]] = _full(value, key)
    answer = {"APIVrs": "1.01.05", "FullStudies": [{"Rank": 1, "Study": sections}]}
    return json.dumps({"FullStudiesResponse": answer}, indent=1)


def _full(value, path):
    made = {}
    for key, item in value.items():
        here = f"{path}.{key}"
        name = NAMES.get(here, key[0].upper() + key[1:])
        if isinstance(item, dict):
            if below := _full(item, here):
                made[name] = below
        elif isinstance(item, list):
            each = NAMES.get(here + "[]", name.removesuffix("s"))
            shown = [_full(i, here + "[]") if isinstance(i, dict) else _legacy_text(here + "[]", i) for i in item]
            made[f"{each}List"] = {each: shown}
        elif here in NAMES:
            made[name] = _legacy_text(here, item)
    return made


# --- the tables ---------------------------------------------------------------------------------------


def table(row):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row))
    writer.writeheader()
    writer.writerow(row)
    return out.getvalue()


def _shared(study, date):
    ident, status, design = (module(study, n) for n in ("identificationModule", "statusModule", "designModule"))
    ids = [ident.get("orgStudyIdInfo", {}).get("id"), *(i.get("id") for i in ident.get("secondaryIdInfos", []))]
    places = [
        ", ".join(site[k] for k in ("facility", "city", "state", "zip", "country") if site.get(k))
        for site in module(study, "contactsLocationsModule").get("locations", [])
    ]
    dates = {
        name: date(status[key]["date"]) if status.get(key, {}).get("date") else ""
        for name, key in (
            ("Start Date", "startDateStruct"), ("Primary Completion Date", "primaryCompletionDateStruct"),
            ("Completion Date", "completionDateStruct"), ("First Posted", "studyFirstPostDateStruct"),
            ("Results First Posted", "resultsFirstPostDateStruct"), ("Last Update Posted", "lastUpdatePostDateStruct"),
        )
    }  # fmt: skip
    return {
        "NCT Number": ident.get("nctId", ""),
        "Acronym": ident.get("acronym", ""),
        "Conditions": "|".join(module(study, "conditionsModule").get("conditions", [])),
        "Enrollment": design.get("enrollmentInfo", {}).get("count", ""),
        "Other IDs": "|".join(filter(None, ids)),
        **dates,
        "Locations": "|".join(places),
        "Study Documents": "",
    }


def _design(info, say):
    masking = info.get("maskingInfo", {})
    who = ", ".join(say(w, terms.WHO_MASKED) for w in masking.get("whoMasked", []))
    parts = [
        ("Allocation", info.get("allocation"), terms.ALLOCATION),
        ("Intervention Model", info.get("interventionModel"), terms.INTERVENTION_MODEL),
        ("Observational Model", info.get("observationalModel"), terms.OBSERVATIONAL_MODEL),
        ("Time Perspective", info.get("timePerspective"), terms.TIME_PERSPECTIVE),
        ("Masking", masking.get("masking"), terms.MASKING),
        ("Primary Purpose", info.get("primaryPurpose"), terms.PRIMARY_PURPOSE),
    ]
    shown = [f"{n}: {say(c, k)}{f' ({who})' if n == 'Masking' and who else ''}" for n, c, k in parts if c]
    return "|".join(shown)


def _ages(eligible):
    least, most = eligible.get("minimumAge"), eligible.get("maximumAge")
    groups = ", ".join(label_of(a, terms.STANDARD_AGE) for a in eligible.get("stdAges", []))
    limits = (
        f"{least} to {most}" if least and most else f"{least} and older" if least else f"up to {most}" if most else ""
    )
    return f"{limits}   ({groups})" if limits else groups


def legacy_table(study):
    ident, status, design = (module(study, n) for n in ("identificationModule", "statusModule", "designModule"))
    sponsors, outcomes = module(study, "sponsorCollaboratorsModule"), module(study, "outcomesModule")
    eligible = module(study, "eligibilityModule")
    agencies = [sponsors.get("leadSponsor", {}), *sponsors.get("collaborators", [])]
    kinds = {"INDUSTRY": "Industry", "NIH": "NIH", "FED": "U.S. Fed"}
    return table({
        "Rank": "1",
        "Title": ident.get("briefTitle", ""),
        "Status": label_of(status.get("overallStatus", ""), terms.STATUS),
        "Study Results": "Has Results" if study.get("hasResults") else "No Results Available",
        "Interventions": "|".join(
            f"{label_of(d['type'], terms.INTERVENTION_TYPE)}: {d['name']}"
            for d in module(study, "armsInterventionsModule").get("interventions", [])
        ),
        "Outcome Measures": "|".join(
            one["measure"]
            for level in ("primary", "secondary", "other")
            for one in outcomes.get(f"{level}Outcomes", [])
        ),
        "Sponsor/Collaborators": "|".join(a.get("name", "") for a in agencies),
        "Gender": label_of(eligible.get("sex", ""), terms.SEX),
        "Age": _ages(eligible),
        "Phases": "|".join(label_of(p, terms.PHASE) for p in design.get("phases", [])),
        "Funded Bys": "|".join(dict.fromkeys(kinds.get(a.get("class"), "Other") for a in agencies)),
        "Study Type": label_of(design.get("studyType", ""), terms.STUDY_TYPE)
        + (": Patient Registry" if design.get("patientRegistry") else ""),
        "Study Designs": _design(design.get("designInfo", {}), label_of),
        **_shared(study, worded),
        "URL": URL + ident.get("nctId", ""),
    })  # fmt: skip


def current_table(study):
    ident, status, design = (module(study, n) for n in ("identificationModule", "statusModule", "designModule"))
    sponsors, outcomes = module(study, "sponsorCollaboratorsModule"), module(study, "outcomesModule")
    eligible = module(study, "eligibilityModule")
    levels = {
        f"{level.capitalize()} Outcome Measures": "|".join(
            ", ".join(one[k] for k in ("measure", "description", "timeFrame") if one.get(k))
            for one in outcomes.get(f"{level}Outcomes", [])
        )
        for level in ("primary", "secondary", "other")
    }
    return table({
        "NCT Number": ident.get("nctId", ""),
        "Study Title": ident.get("briefTitle", ""),
        "Study URL": URL + ident.get("nctId", ""),
        "Study Status": status.get("overallStatus", ""),
        "Brief Summary": module(study, "descriptionModule").get("briefSummary", ""),
        "Study Results": "YES" if study.get("hasResults") else "NO",
        "Interventions": "|".join(
            f"{d['type']}: {d['name']}" for d in module(study, "armsInterventionsModule").get("interventions", [])
        ),
        **levels,
        "Sponsor": sponsors.get("leadSponsor", {}).get("name", ""),
        "Collaborators": "|".join(c["name"] for c in sponsors.get("collaborators", [])),
        "Sex": eligible.get("sex", ""),
        "Age": ", ".join(eligible.get("stdAges", [])),
        "Phases": "|".join(design.get("phases", [])),
        "Funder Type": sponsors.get("leadSponsor", {}).get("class", ""),
        "Study Type": design.get("studyType", ""),
        "Study Design": _design(design.get("designInfo", {}), lambda code, _known: code),
        **_shared(study, str),
    })  # fmt: skip


# --- saved HTML ---------------------------------------------------------------------------------------


def saved(text):
    """A page's lines as elements: rows of tables, items of lists, paragraphs; scripts and menus stand around them."""
    body = []
    for line in text.split("\n"):
        bare = line.strip()
        if not bare or re.fullmatch(r"[-|]+", bare):
            body += ["<p>|</p>"] if bare == "|" else []
        elif bare.startswith("- "):
            body.append(f"<ul><li>{escapes.escape(bare[2:])}</li></ul>")
        elif bare.endswith(" |") and bare.count("|") > 1:
            cells = "".join(f"<td>{escapes.escape(c.strip())}</td>" for c in bare[:-1].split("|"))
            body.append(f"<table><tr>{cells}</tr></table>")
        else:
            body.append(f"<div><span>{escapes.escape(line.strip())}</span></div>")
    inner = "\n".join(body)
    return (
        f"<!DOCTYPE html>\n<html><head><title>t</title><script>var a = '<p>x</p>';</script></head>\n"
        f"<body><style>p {{}}</style>\n{inner}\n<script>document.write('y')</script></body></html>\n"
    )


RENDERINGS = {
    "classic page": lambda s: page_renderer.classic(s, headings=True),
    "classic page, headings lost": lambda s: page_renderer.classic(s, headings=False),
    "classic page, saved HTML": lambda s: saved(page_renderer.classic(s, headings=True)),
    "labelled page": lambda s: page_renderer.explorer(s, labelled=True),
    "labelled page, saved HTML": lambda s: saved(page_renderer.explorer(s, labelled=True)),
    "unlabelled page": lambda s: page_renderer.explorer(s, labelled=False),
    "unlabelled page, saved HTML": lambda s: saved(page_renderer.explorer(s, labelled=False)),
    "legacy XML": xml,
    "legacy flat JSON": flat,
    "legacy full JSON": full,
    "legacy table": legacy_table,
    "current table": current_table,
    "v2 JSON": json.dumps,
    "Python literal": repr,
}
__all__ = ["RENDERINGS", "lines"]
