"""Renders a v2 study as the pages would show it, with their losses; written from the pages, not from the readers."""

import re

from trialwright.record import terms
from trialwright.record.readers.explorer.layout import NO_INTERVENTION, RESULTS_PENDING, SECTIONS
from trialwright.record.terms import label_of

MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905


def lines(text):
    """The non-blank lines of a text."""
    return [line.strip() for line in (text or "").split("\n") if line.strip()]


def module(study, name):
    return study["protocolSection"].get(name, {})


# --- the third-party page ---------------------------------------------------------------------------


def explorer(study, *, labelled):
    """The third-party page: blocks with blank lines between them with labels, lines without them without."""
    page = _Explorer(labelled)
    ident, status, design = (module(study, n) for n in ("identificationModule", "statusModule", "designModule"))
    page.add(ident["briefTitle"], f"NCT ID: {ident['nctId']}")
    if updated := status.get("lastUpdatePostDateStruct", {}).get("date"):
        page.add(f"Last Updated: {updated}")
    page.add("Study Results")
    if not study.get("hasResults"):
        page.add(*RESULTS_PENDING[0 if labelled else 1 :])
    _basic(page, status, design)
    described = module(study, "descriptionModule")
    page.text("Brief Summary", described.get("briefSummary"))
    page.text("Detailed Description", described.get("detailedDescription"))
    page.section("Conditions")
    if labelled:
        page.add(" ".join(module(study, "conditionsModule").get("conditions", [])))
    _design(page, design.get("designInfo", {}))
    _groups(page, module(study, "armsInterventionsModule"))
    _eligibility(page, module(study, "eligibilityModule"))
    _sponsors(page, module(study, "sponsorCollaboratorsModule"))
    _people(page, module(study, "contactsLocationsModule"))
    _identifiers(page, ident)
    page.section("More Related Trials")
    return page.whole()


class _Explorer:
    def __init__(self, labelled):
        self.labelled = labelled
        self.blocks = []

    def add(self, *blocks):
        self.blocks += [block for block in blocks if block]

    def section(self, title):
        self.add(title, SECTIONS[title])

    def label(self, label, value):
        """A value under its label; without labels the value alone."""
        if value not in (None, ""):
            self.add(*([label, str(value)] if self.labelled else [str(value)]))

    def tag(self, line):
        """A label and its value in one line, which goes with the labels."""
        if self.labelled:
            self.add(line)

    def text(self, title, text):
        """A free text; without labels its first block is dropped."""
        self.section(title)
        self.add(*lines(text)[0 if self.labelled else 1 :])

    def whole(self):
        return ("\n\n" if self.labelled else "\n").join(self.blocks) + "\n"


def _basic(page, status, design):
    page.section("Basic Information")
    page.label("Recruitment Status", status.get("overallStatus"))
    page.label("Clinical Phase", "/".join(design.get("phases", [])))
    if (count := design.get("enrollmentInfo", {}).get("count")) is not None:
        page.label("Total Enrollment", f"{count} participants")
    page.label("Study Classification", design.get("studyType"))
    page.label("Study Start Date", status.get("startDateStruct", {}).get("date"))
    page.label("Study Completion Date", status.get("completionDateStruct", {}).get("date"))


def _design(page, info):
    page.section("Study Design")
    page.label("Allocation Method", info.get("allocation"))
    page.label("Intervention Model", info.get("interventionModel"))
    page.label("Primary Study Purpose", info.get("primaryPurpose"))
    page.label("Blinding Strategy", info.get("maskingInfo", {}).get("masking"))


def _groups(page, arms):
    drugs = arms.get("interventions", [])
    page.section("Study Groups")
    for arm in arms.get("armGroups", []):
        page.add(arm["label"], *lines(arm.get("description")))
        page.tag(f"Group Type {arm.get('type', '-')}")
        named = [d for d in drugs if arm["label"] in d.get("armGroupLabels", [])]
        for drug in named:
            page.add(drug["name"])
            page.tag(f"Intervention Type {drug['type']}")
            page.add(*lines(drug.get("description")))
        if not named:
            page.add(NO_INTERVENTION)
    page.section("Interventions")
    for drug in drugs:
        page.add(drug["name"], *lines(drug.get("description")))
        page.tag(f"Intervention Type {drug['type']}")


def _eligibility(page, eligible):
    page.section("Eligibility Criteria")
    kept = []
    after_heading = False
    for line in lines(eligible.get("eligibilityCriteria")):
        heading = re.fullmatch(r"(Inclusion|Exclusion) Criteria:", line)
        dropped = after_heading and not page.labelled and line.startswith("1. ")
        if not dropped:
            kept.append(line.rstrip(":") if heading else line)
        after_heading = heading is not None
    page.add("\n".join(kept))
    page.label("Minimum Eligible Age", eligible.get("minimumAge"))
    page.label("Maximum Eligible Age", eligible.get("maximumAge"))
    page.label("Eligible Sex", eligible.get("sex"))
    if "healthyVolunteers" in eligible:
        page.label("Accepts Healthy Volunteers", "Yes" if eligible["healthyVolunteers"] else "No")


def _sponsors(page, sponsors):
    page.section("Sponsors")
    lead = sponsors.get("leadSponsor")
    for sponsor, role in [*((c, "collaborator") for c in sponsors.get("collaborators", [])), (lead, "lead")]:
        if sponsor:
            page.add(sponsor["name"], sponsor["class"])
            page.tag(f"Sponsor Role {role}")
    page.section("Responsible Party")
    if kind := sponsors.get("responsibleParty", {}).get("type"):
        page.tag(f"Responsibility Role {kind}")


def _people(page, people):
    if officials := people.get("overallOfficials"):
        page.section("Principal Investigators")
        for one in officials:
            page.add(one["name"], f"Role: {one['role']}" if "role" in one else "", one.get("affiliation"))
    if sites := people.get("locations"):
        page.section("Locations")
        for site in sites:
            page.add(site.get("facility"), ", ".join(site[k] for k in ("city", "state", "country") if site.get(k)))
            if site.get("status"):
                page.tag(f"Site Status {site['status']}")
        page.section("Countries")
        if page.labelled:
            page.add(*dict.fromkeys(site["country"] for site in sites if site.get("country")))
    if contacts := people.get("centralContacts"):
        page.section("Central Contacts")
        for one in contacts if page.labelled else ():
            page.add(one["name"], f"Role: {one['role']}", one.get("phone"))


def _identifiers(page, ident):
    page.section("Other Identifiers")
    found = [(i["id"], i.get("type", "-"), "secondary_id") for i in ident.get("secondaryIdInfos", []) if "id" in i]
    if own := ident.get("orgStudyIdInfo", {}).get("id"):
        found.append((own, ident["orgStudyIdInfo"].get("type", "-"), "org_study_id"))
    for value, kind, source in found:
        page.add(value, f"Identifier Type: {kind}", f"Identifier Source: {source}")


# --- the classic page ---------------------------------------------------------------------------------


def worded(date):
    """An ISO date as the classic page writes it."""
    year, *rest = date.split("-")
    if not rest:
        return year
    month = MONTHS[int(rest[0]) - 1]
    return f"{month} {int(rest[1])}, {year}" if len(rest) > 1 else f"{month} {year}"


def plain(text):
    """Markdown as the classic page shows it."""
    return re.sub(r"\\([<>*^_\[\]~+.#-])", r"\1", text or "").replace("|", "/")


def classic(study, *, headings):
    """The classic page; without headings, what stands directly under them is dropped, too."""
    ident = module(study, "identificationModule")
    acronym = f" ({plain(ident['acronym'])})" if "acronym" in ident else ""
    out = [plain(ident["briefTitle"]) + acronym]
    out += _classic_header(study, headings)
    if headings:
        out += ["Study Description", "Go to", "Brief Summary:"]
        out += plain_lines(module(study, "descriptionModule").get("briefSummary"))
        if detail := module(study, "descriptionModule").get("detailedDescription"):
            out += ["Detailed Description:", *plain_lines(detail)]
    out += _classic_tables(study, headings)
    out += _classic_outcomes(
        module(study, "outcomesModule"), module(study, "designModule").get("bioSpec", {}), headings
    )
    out += _classic_eligibility(module(study, "eligibilityModule"), headings)
    out += _classic_people(study, headings)
    out += _classic_more(study, headings)
    return "\n".join(line for line in out if line is not None) + "\n"


def plain_lines(text):
    return [re.sub(r"^\* ", "- ", line) for line in lines(plain(text))]


def _classic_header(study, headings):
    status, sponsors = module(study, "statusModule"), module(study, "sponsorCollaboratorsModule")
    why = f" ({plain(' '.join(lines(status['whyStopped'])))})" if status.get("whyStopped") else ""
    out = ["![]() |", f"ClinicalTrials.gov Identifier: {module(study, 'identificationModule')['nctId']} |"]
    if "overallStatus" in status:
        known = status.get("lastKnownStatus")
        shown = (
            "Unknown"
            if status["overallStatus"] == "UNKNOWN" and known
            else label_of(status["overallStatus"], terms.STATUS)
        )
        out += ["Recruitment Status :", shown + why]
        if known:
            out.append(f"Verified {worded(status['statusVerifiedDate'])} by {plain(sponsors['leadSponsor']['name'])}.")
            out.append(f"Recruitment status was: {label_of(known, terms.STATUS)}")
    for label, key in (
        ("First Posted", "studyFirstPostDateStruct"),
        ("Results First Posted", "resultsFirstPostDateStruct"),
        ("Last Update Posted", "lastUpdatePostDateStruct"),
    ):
        if date := status.get(key, {}).get("date"):
            out.append(f"{label} : {worded(date)}")
    out.append("|")
    if headings:
        out += ["Sponsor:", plain(sponsors["leadSponsor"]["name"])]
        if others := sponsors.get("collaborators"):
            out += ["Collaborators:" if len(others) > 1 else "Collaborator:", *(plain(c["name"]) for c in others)]
        if party := _party(sponsors):
            out += ["Information provided by (Responsible Party):", plain(party)]
    results = "Study Results" if study.get("hasResults") else "No Results Posted"
    return [*out, "- Study Details", "- Tabular View", f"- {results}", "- Disclaimer", "- How to Read a Study Record"]


def _party(sponsors):
    """Who is responsible, as the page shows it: the sponsor's name, or a person with title and affiliation."""
    party = sponsors.get("responsibleParty", {})
    if party.get("type") == "SPONSOR":
        return sponsors["leadSponsor"]["name"]
    return ", ".join(party[k] for part in ("FullName", "Title", "Affiliation") if (k := f"investigator{part}") in party)


def _classic_tables(study, headings):
    design, arms = module(study, "designModule"), module(study, "armsInterventionsModule")
    info = design.get("designInfo", {})
    drugs = arms.get("interventions", [])
    links = [f"{label_of(d['type'], terms.INTERVENTION_TYPE)}: {plain(d['name'])}" for d in drugs]
    conditions = " ".join(plain(c) for c in module(study, "conditionsModule").get("conditions", []))
    phases = " ".join(label_of(p, terms.PHASE) for p in design.get("phases", []))
    out = ["Condition or disease | Intervention/treatment | Phase |", "---|---|---|"]
    out += [f"{conditions} | {' '.join(links)} | {phases} |"]
    out += ["Study Design", "Go to"] if headings else []
    out += _classic_design(study, design, info)
    if not arms.get("armGroups"):
        return out
    out += ["Arms and Interventions"] if headings else []
    first = "Group/Cohort" if design.get("studyType") == "OBSERVATIONAL" else "Arm"
    out += [f"{first} | Intervention/treatment |", "---|---|"]
    for arm in arms["armGroups"]:
        head = f"{label_of(arm['type'], terms.ARM_TYPE)}: " if "type" in arm else ""
        out += [head + plain(arm["label"]), *plain_lines(arm.get("description")), "|"]
        for link, drug in zip(links, drugs, strict=True):
            if arm["label"] in drug.get("armGroupLabels", []):
                out += [link, *plain_lines(drug.get("description"))]
                out += [f"Other Name: {plain(name)}" for name in drug.get("otherNames", [])]
        out.append("|")
    return out


def _classic_design(study, design, info):
    status = module(study, "statusModule")
    masking = info.get("maskingInfo", {})
    who = ", ".join(label_of(w, terms.WHO_MASKED) for w in masking.get("whoMasked", []))
    enrolled = design.get("enrollmentInfo", {})
    registry = " [Patient Registry]" if design.get("patientRegistry") else ""
    kind = {"INTERVENTIONAL": "Interventional (Clinical Trial)", "OBSERVATIONAL": f"Observational{registry}"}
    out = [f"Study Type : | {kind.get(design.get('studyType'), 'Expanded Access')} |"]
    if "count" in enrolled:
        type_ = label_of(enrolled["type"], terms.ACTUAL_OR_ESTIMATED) + " " if "type" in enrolled else ""
        out.append(f"{type_}Enrollment : | {enrolled['count']} participants |")
    pairs = [
        ("Allocation:", info.get("allocation"), terms.ALLOCATION),
        ("Intervention Model:", info.get("interventionModel"), terms.INTERVENTION_MODEL),
        ("Observational Model:", info.get("observationalModel"), terms.OBSERVATIONAL_MODEL),
        ("Time Perspective:", info.get("timePerspective"), terms.TIME_PERSPECTIVE),
        ("Primary Purpose:", info.get("primaryPurpose"), terms.PRIMARY_PURPOSE),
    ]
    out += [f"{label} | {label_of(code, known)} |" for label, code, known in pairs if code]
    if "targetDuration" in design:
        out.append(f"Target Follow-Up Duration: | {design['targetDuration']} |")
    if "masking" in masking:
        out.append(f"Masking: | {label_of(masking['masking'], terms.MASKING)}{f' ({who})' if who else ''} |")
    for label, text in (
        ("Intervention Model Description:", info.get("interventionModelDescription")),
        ("Masking Description:", masking.get("maskingDescription")),
        ("Official Title:", module(study, "identificationModule").get("officialTitle")),
    ):
        if text:
            out.append(f"{label} | {' '.join(plain_lines(text))} |")
    for label, key in (
        ("Study Start Date", "startDateStruct"),
        ("Primary Completion Date", "primaryCompletionDateStruct"),
        ("Study Completion Date", "completionDateStruct"),
    ):
        if date := status.get(key, {}).get("date"):
            type_ = status[key].get("type")
            head = label_of(type_, terms.ACTUAL_OR_ESTIMATED) + " " if type_ else ""
            out.append(f"{head}{label} : | {worded(date)} |")
    return out


def _classic_outcomes(outcomes, bio, headings):
    out = []
    for level, name in (("Primary", "primaryOutcomes"), ("Secondary", "secondaryOutcomes"), ("Other", "otherOutcomes")):
        found = outcomes.get(name, [])
        if found and headings:
            out.append(f"{level} Outcome Measures :")
        for one in found:
            frame, text = " ".join(lines(plain(one.get("timeFrame")))), plain_lines(one.get("description"))
            measure = " ".join(lines(plain(one["measure"])))
            out.append(f"- {measure} [ Time Frame: {frame} ]{text[0] if text else ''}")
            out += text[1:]
    if retained := bio.get("retention"):
        out.append(f"Biospecimen Retention: | {label_of(retained, terms.BIOSPEC_RETENTION)} |")
    if "description" in bio:
        out.append(f"Biospecimen Description: | {' '.join(plain_lines(bio['description']))} |")
    return out


def _classic_eligibility(eligible, headings):
    least, most = eligible.get("minimumAge"), eligible.get("maximumAge")
    groups = ", ".join(label_of(a, terms.STANDARD_AGE) for a in eligible.get("stdAges", []))
    ages = (
        f"{least} to {most}" if least and most else f"{least} and older" if least else f"up to {most}" if most else ""
    )
    out = ["Eligibility Criteria", "Go to"] if headings else []
    out += ["Choosing to participate in a study is an important personal decision. Talk with your doctor."]
    out.append(f"Ages Eligible for Study: | {f'{ages}   ({groups})' if ages else groups} |")
    if "sex" in eligible:
        out.append(f"Sexes Eligible for Study: | {label_of(eligible['sex'], terms.SEX)} |")
    if "genderBased" in eligible:
        out.append(f"Gender Based Eligibility: | {'Yes' if eligible['genderBased'] else 'No'} |")
    if "genderDescription" in eligible:
        out.append(f"Gender Eligibility Description: | {' '.join(plain_lines(eligible['genderDescription']))} |")
    if "healthyVolunteers" in eligible:
        out.append(f"Accepts Healthy Volunteers: | {'Yes' if eligible['healthyVolunteers'] else 'No'} |")
    if "samplingMethod" in eligible:
        out.append(f"Sampling Method: | {label_of(eligible['samplingMethod'], terms.SAMPLING_METHOD)} |")
    if headings and "studyPopulation" in eligible:
        out += ["Study Population", *plain_lines(eligible["studyPopulation"])]
    return [*out, *(["Criteria"] if headings else []), *plain_lines(eligible.get("eligibilityCriteria"))]


def _classic_people(study, headings):
    people, sponsors = module(study, "contactsLocationsModule"), module(study, "sponsorCollaboratorsModule")
    nct = module(study, "identificationModule")["nctId"]
    out = ["Contacts and Locations", "Go to"] if headings else []
    out += [f"Please refer to this study by its ClinicalTrials.gov identifier (NCT number): {nct}"]
    if headings and people.get("centralContacts"):
        out += ["Contacts", *(_contact(person) for person in people["centralContacts"])]
    out += ["Locations"] if headings and people.get("locations") else []
    for site in people.get("locations", []):
        country = site.get("country", "")
        place = ", ".join(site[k] for k in ("city", "state", "country", "zip") if site.get(k))
        state = label_of(site["status"], terms.STATUS) if site.get("status") and headings else ""
        out.append(f"{country} | |")
        if site.get("facility"):
            out.append(f"{plain(site['facility'])} | {state} |")
        out.append(f"{place} |")
        if headings:
            out += [_contact(person) for person in site.get("contacts", [])]
    if headings:
        out += ["Sponsors and Collaborators", plain(sponsors["leadSponsor"]["name"])]
        out += [plain(c["name"]) for c in sponsors.get("collaborators", [])]
        out += ["Investigators"]
    for one in people.get("overallOfficials", []):
        if "role" in one:
            role = label_of(one["role"], terms.OFFICIAL_ROLE)
            out.append(f"{role}: | {plain(one['name'])} | {plain(one.get('affiliation'))} |")
    return out


def _classic_more(study, headings):
    ident, status, oversight = (module(study, n) for n in ("identificationModule", "statusModule", "oversightModule"))
    sponsors = module(study, "sponsorCollaboratorsModule")
    out = ["More Information", "Go to"] if headings else []
    if headings:
        out += _classic_references(module(study, "referencesModule"))
    if party := _party(sponsors):
        out.append(f"Responsible Party: | {plain(party)} |")
    out += [f"ClinicalTrials.gov Identifier: | {ident['nctId']} |"]
    if own := ident.get("orgStudyIdInfo", {}).get("id"):
        out += ["Other Study ID Numbers: |", f"{own} |"]
        for other in ident.get("secondaryIdInfos", []):
            domain = f": {other['domain']}" if "domain" in other else ""
            kind = f" ( {label_of(other['type'], terms.ID_TYPE)}{domain} )" if "type" in other else ""
            out.append(f"{other['id']}{kind} |")
    for label, key in (
        ("First Posted", "studyFirstPostDateStruct"),
        ("Results First Posted", "resultsFirstPostDateStruct"),
        ("Last Update Posted", "lastUpdatePostDateStruct"),
    ):
        if date := status.get(key, {}).get("date"):
            out.append(f"{label}: | {worded(date)}{' Key Record Dates' if label == 'First Posted' else ''} |")
    if "statusVerifiedDate" in status:
        out.append(f"Last Verified: | {worded(status['statusVerifiedDate'])} |")
    if headings:
        out += _classic_ipd(module(study, "ipdSharingStatementModule"))
    for label, key in (
        ("Studies a U.S. FDA-regulated Drug Product", "isFdaRegulatedDrug"),
        ("Studies a U.S. FDA-regulated Device Product", "isFdaRegulatedDevice"),
        ("Device Product Not Approved or Cleared by U.S. FDA", "isUnapprovedDevice"),
        ("Pediatric Postmarket Surveillance of a Device Product", "isPpsd"),
        ("Product Manufactured in and Exported from the U.S.", "isUsExport"),
    ):
        if key in oversight:
            out.append(f"{label}: | {'Yes' if oversight[key] else 'No'} |")
    words, mesh = _terms(study)
    if words and headings:
        out += ["Keywords provided by the sponsor:", f"{' '.join(words[0::2])} |", f"{' '.join(words[1::2])} |"]
    if mesh:
        out += ["Additional relevant MeSH terms:"] if headings else []
        out += [f"{' '.join(mesh[0::2])} |", f"{' '.join(mesh[1::2])} |"] if len(mesh) > 1 else [f"{mesh[0]} |"]
    return out


def _classic_references(held):
    """Publications by kind, then links with their addresses lost to the text of the page."""
    out = []
    for heading, kind in (
        ("Publications of Results:", "RESULT"),
        ("Publications:", "BACKGROUND"),
        ("Publications automatically indexed to this study by ClinicalTrials.gov Identifier (NCT Number):", "DERIVED"),
    ):
        cited = [plain(" ".join(r["citation"].split())) for r in held.get("references", []) if r.get("type") == kind]
        out += [heading, *cited] if cited else []
    links = [plain(" ".join((link.get("label") or link["url"]).split())) for link in held.get("seeAlsoLinks", [])]
    return out + (["Additional Information:", *links] if links else [])


def _classic_ipd(ipd):
    if not ipd:
        return []
    out = ["Individual Participant Data (IPD) Sharing Statement:"]
    if "ipdSharing" in ipd:
        out.append(f"Plan to Share IPD: | {label_of(ipd['ipdSharing'], terms.IPD_SHARING)} |")
    if "description" in ipd:
        out.append(f"Plan Description: | {' '.join(plain_lines(ipd['description']))} |")
    if kinds := [label_of(kind, terms.IPD_INFO_TYPE) for kind in ipd.get("infoTypes", [])]:
        out += [f"Supporting Materials: | {kinds[0]}", *kinds[1:]]
        out[-1] += " |"
    for label, key in (("Time Frame", "timeFrame"), ("Access Criteria", "accessCriteria"), ("URL", "url")):
        if key in ipd:
            out.append(f"{label}: | {' '.join(plain_lines(ipd[key]))} |")
    return out


def _contact(person):
    """A contact's row: role and name, number, address, each in a cell."""
    number = person.get("phone", "") + (f" ext {person['phoneExt']}" if "phoneExt" in person else "")
    role = label_of(person.get("role", "CONTACT"), terms.CONTACT_ROLE)
    return f"{role}: {plain(person.get('name', ''))} | {number} | {person.get('email', '')} |"


def _terms(study):
    derived = study.get("derivedSection", {}).get("conditionBrowseModule", {})
    words = [plain(word) for word in module(study, "conditionsModule").get("keywords", [])]
    return words, [mesh["term"] for mesh in derived.get("meshes", []) + derived.get("ancestors", [])]
