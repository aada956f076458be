"""Places as pages write them: `City, State, Zip, Country`, with the countries' names as the registry spells them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from trialwright.record.readers.page.text import Piece

# countries whose registry name holds a comma
_INVERTED = (
    "Congo, The Democratic Republic of the",
    "Iran, Islamic Republic of",
    "Korea, Democratic People's Republic of",
    "Korea, Republic of",
    "Macedonia, The Former Yugoslav Republic of",
    "Micronesia, Federated States of",
    "Moldova, Republic of",
    "Palestinian Territories, Occupied",
    "Palestinian Territory, occupied",
    "Tanzania, United Republic of",
    "Virgin Islands (U.S.)",
)
_NAMES = """
Afghanistan;Albania;Algeria;American Samoa;Andorra;Angola;Antigua and Barbuda;Argentina;Armenia;Aruba;
Australia;Austria;Azerbaijan;Bahamas;The Bahamas;Bahrain;Bangladesh;Barbados;Belarus;Belgium;Belize;Benin;
Bermuda;Bhutan;Bolivia;Bosnia and Herzegovina;Botswana;Brazil;Brunei;Brunei Darussalam;Bulgaria;Burkina Faso;
Burundi;Cabo Verde;Cambodia;Cameroon;Canada;Cape Verde;Cayman Islands;Central African Republic;Chad;Chile;
China;Colombia;Comoros;Congo;Democratic Republic of the Congo;Republic of the Congo;Costa Rica;Côte d'Ivoire; Côte
D'Ivoire;Ivory Coast;Croatia;Cuba;Curaçao;Cyprus;Czech Republic;Czechia;Denmark;Djibouti;Dominica; Dominican
Republic;Ecuador;Egypt;El Salvador;Equatorial Guinea;Eritrea;Estonia;Eswatini;Swaziland;Ethiopia; Faroe
Islands;Fiji;Finland;Former Serbia and Montenegro;Former Yugoslavia;France;French Guiana; French
Polynesia;Gabon;Gambia;The Gambia;Georgia;Germany;Ghana;Gibraltar;Greece;Greenland;Grenada;Guadeloupe;
Guam;Guatemala;Guernsey;Guinea;Guinea-Bissau;Guyana;Haiti;Holy See;Honduras;Hong Kong;Hungary;Iceland;India;
Indonesia;Iran;Iraq;Ireland;Isle of Man;Israel;Italy;Jamaica;Japan;Jersey;Jordan;Kazakhstan;Kenya;Kiribati; North
Korea;South Korea;Kosovo;Kuwait;Kyrgyzstan;Lao People's Democratic Republic;Laos;Latvia;Lebanon;Lesotho;
Liberia;Libya;Libyan Arab Jamahiriya;Liechtenstein;Lithuania;Luxembourg;Macau;Macao;Macedonia;North Macedonia;
Madagascar;Malawi;Malaysia;Maldives;Mali;Malta;Marshall Islands;Martinique;Mauritania;Mauritius;Mayotte;
Mexico;Micronesia;Moldova;Monaco;Mongolia;Montenegro;Morocco;Mozambique;Myanmar;Myanmar (Burma);Namibia;Nauru;
Nepal;Netherlands;The Netherlands;Netherlands Antilles;New Caledonia;New Zealand;Nicaragua;Niger;Nigeria; Northern
Mariana Islands;Norway;Oman;Pakistan;Palau;Palestine;Panama;Papua New Guinea;Paraguay;Peru;
Philippines;Poland;Portugal;Puerto Rico;Qatar;Réunion;Reunion;Romania;Russia;Russian Federation;Rwanda; Saint Kitts
and Nevis;Saint Lucia;Saint Martin;Saint Vincent and the Grenadines;Samoa;San Marino; Sao Tome and Principe;São Tomé
and Príncipe;Saudi Arabia;Senegal;Serbia;Seychelles;Sierra Leone;Singapore; Slovakia;Slovenia;Solomon
Islands;Somalia;South Africa;South Sudan;Spain;Sri Lanka;Sudan;Suriname;Sweden; Switzerland;Syria;Syrian Arab
Republic;Taiwan;Tajikistan;Tanzania;Thailand;Timor-Leste;Togo;Tonga; Trinidad and Tobago;Tunisia;Turkey;Turkey
(Türkiye);Türkiye;Turkmenistan;Tuvalu;U.S. Virgin Islands;Uganda; Ukraine;United Arab Emirates;United Kingdom;United
States;Uruguay;Uzbekistan;Vanuatu;Venezuela;Viet Nam; Vietnam;West Bank;Gaza;Yemen;Zambia;Zimbabwe
"""
_COUNTRIES = frozenset(" ".join(name.split()).casefold() for name in (*_INVERTED, *_NAMES.split(";")))
_DOTTED = re.compile(r"(?:[A-Z]\.){2,}")
_ZIP = re.compile(r"[A-Z]{0,3}[- ]?\d[\dA-Z -]{1,11}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}")


def is_country(text: str) -> bool:
    """Whether a text is a country's name as the registry has spelt it at some time.

    >>> is_country("Korea, Republic of"), is_country("Tijuana")
    (True, False)
    """
    return text.strip().casefold() in _COUNTRIES


def are_countries(text: str) -> bool:
    """Whether a line is made of countries' names and nothing else, in a row or with commas between them.

    >>> are_countries("United States South Korea France"), are_countries("United States of mind")
    (True, False)
    """
    words = text.replace(",", " ").replace(";", " ").split()
    at = 0
    while at < len(words):
        size = next((n for n in range(min(7, len(words) - at), 0, -1) if is_country(" ".join(words[at : at + n]))), 0)
        if not size:
            return False
        at += size
    return bool(words)


def ends_in_country(text: str) -> bool:
    """Whether a line ends in a comma and a country's name.

    >>> ends_in_country("Seoul, Korea, Republic of"), ends_in_country("China"), ends_in_country("Hospital, Shanghai")
    (True, False, False)
    """
    return _country_start(text) > 0


def _country_start(text: str) -> int:
    """The offset at which the country begins in a place; 0 if it ends in none that is known."""
    commas = [found.start() for found in re.finditer(",", text)][-2:]
    for at in commas:
        if is_country(text[at + 1 :]):
            return at + 1
    return 0


def place_of(piece: Piece, *, zip_last: bool = False) -> Iterator[tuple[str, Piece]]:
    """The city, state, zip and country of a place, as (name of the v2 field, piece).

    The order of the registry's page is `City, State, Country, Zip` (`zip_last`), of the other `City, State, Country`.
    """
    body = piece
    if zip_last and not ends_in_country(piece.text):
        head, comma, _ = piece.text.rpartition(",")
        if comma and ends_in_country(head):
            yield "zip", piece.part(len(head) + 1)
            body = piece.part(0, len(head))
    start = _country_start(body.text) or body.text.rfind(",") + 1
    yield "country", body.part(start)
    parts = list(body.part(0, max(0, start - 1)).cells(",")) if start else []
    parts = [part for part in parts if part.text]
    if len(parts) > 1 and _ZIP.fullmatch(parts[-1].text):
        yield "zip", parts.pop()
    if parts:
        yield "city", parts[0]
    if len(parts) > 1:
        first, last_part = parts[1], parts[-1]
        begin = first.column - body.column
        yield "state", body.part(begin, last_part.column - body.column + len(last_part.text))


def doubt_of(name: str, place: Mapping[str, Piece]) -> tuple[tuple[str, ...], str]:
    """The readings of one part of a place, and why there are several: an abbreviation after a city (`D.C.`, `D.F.`) may
    be a part of the city's name. Nothing where there is no doubt."""
    city, state = place.get("city"), place.get("state")
    if name not in ("city", "state") or city is None or state is None or _DOTTED.fullmatch(state.text) is None:
        return (), ""
    other = f"{city.text}, {state.text}" if name == "city" else "none"
    return (place[name].text, other), "the abbreviation after the city may be a part of its name"
