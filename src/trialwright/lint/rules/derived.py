"""Rules about what the registry derives, what is shared, and facts and words that do not hold together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.core.gates import gated
from trialwright.core.problem import Evidence, Severity
from trialwright.lint.finding import Confidence, Fixability
from trialwright.lint.rule import Answer, Found, Unknown, rule
from trialwright.lint.subject import Subject
from trialwright.lint.texts import around, prose

BROWSE = "derivedSection.conditionBrowseModule"
AGE = "protocolSection.eligibilityModule.minimumAge"
SEX = "protocolSection.eligibilityModule.sex"
SITES = "protocolSection.contactsLocationsModule.locations"
SHARING = "protocolSection.ipdSharingStatementModule"
_YOUNG = gated(
    r"\b(?:newborn|infant|premature(?! ejac| ovar| menop| cardiac)|neonat|child|pa?ediatric|perinatal)", re.IGNORECASE
)
ADULT = 18
_PREGNANT = gated(r"\bpregnan|obstetric|puerperal|postpartum", re.IGNORECASE)


@rule(
    "DV-001",
    Severity.WARNING,
    "a term of the registry's index for people whom the criteria shut out",
    why="A search by this term finds a trial that takes nobody of the kind.",
    fix=Fixability.RECORD,
    sure=Confidence.CERTAIN,
)
def outside_population(subject: Subject) -> Iterator[Answer]:
    browse = subject.record.study.derived_section.condition_browse_module
    terms = [(f"{BROWSE}.meshes[{i}].term", item.term) for i, item in enumerate(browse.meshes)]
    terms += [(f"{BROWSE}.ancestors[{i}].term", item.term) for i, item in enumerate(browse.ancestors)]
    if not terms:
        return
    years = re.match(r"(\d+) Year", subject.section.eligibility_module.minimum_age or "")
    if years is None and subject.unsure(AGE):
        if any(_YOUNG.search(term or "") for _, term in terms):
            yield Unknown("This rendering lost the ages.", AGE)
        return
    adults = years is not None and int(years.group(1)) >= ADULT
    men = subject.section.eligibility_module.sex == "MALE"
    for path, term in terms:
        young = _YOUNG.search(term or "")
        if adults and young is not None:
            yield Found(
                f"An index term is about {young.group()!r}, and the youngest admitted are {subject.record.value(AGE)}.",
                path,
                (subject.quote(path, around(term or "", young)), subject.quote(AGE)),
            )
            return
        if men and _PREGNANT.search(term or ""):
            yield Found(
                f"{term!r} is an index term, and only men are admitted.",
                path,
                (subject.quote(path), subject.quote(SEX)),
            )
            return


@rule(
    "DV-002",
    Severity.INFO,
    "sites that all share one point on the map",
    why="The point is the middle of a city: distances between sites, and to a patient, mean nothing.",
    fix=Fixability.PERSON,
    sure=Confidence.CERTAIN,
)
def one_point(subject: Subject) -> Iterator[Answer]:
    sites = subject.section.contacts_locations_module.locations
    points = {(site.geo_point.lat, site.geo_point.lon) for site in sites if site.geo_point is not None}
    if len({site.facility for site in sites}) > 1 and len(points) == 1 and all(site.geo_point for site in sites):
        path = f"{SITES}[0].geoPoint"
        lat, lon = next(iter(points))
        yield Found(f"{len(sites)} sites share the point {lat}, {lon}.", path, (subject.quote(path, f"{lat}, {lon}"),))


@rule(
    "DV-003",
    Severity.INFO,
    "data that are to be shared, without saying what, when or with whom",
    why="Nobody can ask for data on these terms.",
    fix=Fixability.SPONSOR,
    sure=Confidence.CERTAIN,
)
def sharing(subject: Subject) -> Iterator[Answer]:
    module = subject.section.ipd_sharing_statement_module
    if module.ipd_sharing != "YES":
        return
    held = (
        ("infoTypes", module.info_types),
        ("timeFrame", module.time_frame),
        ("accessCriteria", module.access_criteria),
    )
    if subject.unsure(*(f"{SHARING}.{name}" for name, _ in held)):
        yield Unknown("This rendering lost the terms of sharing.", SHARING)
        return
    missing = [name for name, value in held if not value]
    if missing:
        path = f"{SHARING}.ipdSharing"
        yield Found(f"Data are to be shared; {', '.join(missing)} not stated.", path, (subject.quote(path),))


_RATE = gated(
    r"\b(?P<what>mortality|case[- ]fatality|fatality|prevalence|incidence)(?: rate)?s?\b(?P<of>[^.;%\d]{0,60}?)"
    r"(?P<value>\d{1,2}(?:\.\d+)?(?: ?(?:-|–|to) ?\d{1,2}(?:\.\d+)?)?) ?%",
    re.IGNORECASE,
)


@rule(
    "DV-004",
    Severity.INFO,
    "one rate given with two values",
    why="The effect that the trial looks for was computed from one of them.",
    fix=Fixability.SPONSOR,
    sure=Confidence.POSSIBLE,
)
def two_rates(subject: Subject) -> Iterator[Answer]:
    if not subject.may(_RATE):
        return
    seen: dict[str, dict[str, Evidence]] = {}
    for path, text in prose(subject):
        if "eligibility" in path:
            continue
        for match in _RATE.finditer(text):
            of = " ".join(re.findall(r"[a-z]{5,}", match["of"].lower()))
            key = f"{match['what'].lower()} {of}".strip()
            value = re.sub(r"\s", "", match["value"])
            seen.setdefault(key, {}).setdefault(value, subject.quote(path, around(text, match)))
    for key, values in seen.items():
        if len(values) > 1:
            yield Found(
                f"The {key} is given as {' and as '.join(f'{value} %' for value in values)}.",
                None,
                tuple(values.values()),
            )
            return


_MISSPELT = gated(
    r"\b(?:maxium|maximun|minium|hemtolog\w+|approporiate|appropiate|subcuteous|subcutanous|consistsof|ferritine"
    r"|unwilingness"
    r"|principle investigator|recieve[ds]?|recieving|occured|occurence|seperate\w*|untill|wich|patiens|pateints?"
    r"|particpants?"
    r"|partcipants?|infomed|inform consent|writen|diagnosised|treament|tratment|adminstration|adminstered|administrated"
    r"|intraveneous|intravenious|mesenchimal|mesenchymel|effiacy|efficay|saftey|adversed|questionaire|measurment"
    r"|accordind"
    r"|abnormalites|diabetis|hypertention|haemorrage|hemorrage|anaesthetia|pregant|preganant|lactacting|contracepion"
    r"|theraphy|randomzied|randomizied|ramdomi[sz]ed|controled|comparision|evalute[ds]?|evalation|signifcant|significan"
    r"|phyiscal|phsyical|inflamation|inflamatory|resistence|exsiting|exculsion|inclusionary|heigth|weigth|lenght"
    r"|dosis)\b",
    re.IGNORECASE,
)
_FASTER = re.compile(_MISSPELT.pattern.pattern)  # for small letters only


@rule(
    "DV-005",
    Severity.INFO,
    "misspelt words",
    why="A search does not find them, and a misspelt name of a product or a measure may be taken for another.",
    fix=Fixability.SPONSOR,
    sure=Confidence.CERTAIN,
)
def spelling(subject: Subject) -> Iterator[Answer]:
    if not subject.may(_MISSPELT) or _FASTER.search(subject.low) is None:
        return
    found: dict[str, Evidence] = {}
    for path, text in prose(subject):
        for match in _MISSPELT.finditer(text):
            found.setdefault(match.group().lower(), subject.quote(path, match.group()))
    if found:
        yield Found(f"Misspelt: {', '.join(found)}.", None, tuple(found.values())[:8])


RULES = (outside_population, one_point, sharing, two_rates, spelling)
