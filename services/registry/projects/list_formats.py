"""The lists of projects that registers publish: their columns, each with the field that it means."""

from dataclasses import dataclass
from typing import Final

from services.registry.nouns.rows import RowFormat

from .terms import IdentifierScheme

_ESR_2014: Final = {
    "code": "code",
    "fund": "fund",
    "name_fi": "name",
    "priority_axis": "priority_axis",
    "authority": "authority",
    "status": "state",
    "start": "starts_on",
    "end": "ends_on",
    "beneficiary": "beneficiary",
    "granted_eu_state_eur": "granted",
    "realised_eu_state_eur": "realised",
    "planned_public_eur": "planned_public",
    "realised_public_eur": "realised_public",
}
_ESR_2007: Final = {**_ESR_2014, "programme_part": "programme_part"}
_ESR_2007_RAW: Final = {
    "Koodi": "code",
    "Rahasto": "fund",
    "Projektin nimi": "name",
    "Ohjelma / osio": "programme_part",
    "Tl": "priority_axis",
    "Viranomainen": "authority",
    "Toiminnan tila": "state",
    "Aloituspvm": "starts_on",
    "Päättymispvm": "ends_on",
    "Toteuttajan nimi": "beneficiary",
    "Myönnetty EU- ja valtion rahoitus": "granted",
    "Toteutunut EU- ja valtion rahoitus": "realised",
    "Suunniteltu julkinen rahoitus yhteensä": "planned_public",
    "Toteutunut julkinen rahoitus yhteensä": "realised_public",
}
# Source: the workbook of the EURA 2021 information service. A column without a field is ignored: several projects
# share the number of a group and the address of a home page, so neither is an identifier; a postcode is no area.
_EURA_2021: Final = {
    "Hankekoodi": "code",
    "Ryhmähanketunnus": "",
    "Rahasto": "fund",
    "EAKR-/JTF-alatyyppi": "",
    "Tl": "priority_axis",
    "Et": "specific_objective",
    "Hankkeen nimi": "name",
    "Toteuttajan nimi": "beneficiary",
    "Toteuttajan Y-tunnus": "business_id",
    "Rahoittava viranomainen": "authority",
    "Toiminnan tila": "state",
    "Aloituspvm": "starts_on",
    "Päättymispvm": "ends_on",
    "Suunniteltu EU- ja valtion rahoitus": "planned_eu_and_state",
    "Suunniteltu julkinen rahoitus": "planned_public",
    "Suunniteltu rahoitus yhteensä": "planned_total",
    "Toteutunut EU- ja valtion rahoitus": "realised",
    "Toteutunut julkinen rahoitus": "realised_public",
    "Toteutunut rahoitus yhteensä": "realised_total",
    "Toteutunut EU-rahoituksen määrä": "realised_eu",
    "Tukitoimen ala": "",
    "Sijainti": "location",
    "Toteutuspaikan postinumero": "",
    "Toteutuspaikan postitoimipaikka": "",
    "Tuensaajan postinumero": "",
    "Tuensaajan postitoimipaikka": "",
    "Tukimuoto": "",
    "Alueellinen täytäntöönpanomekanismi ja alueellinen painopiste": "",
    "Taloudellinen toiminta": "",
    "Toissijainen teema, vain ESR+": "",
    "Sukupuolten tasa-arvo": "",
    "Itämeren alueen strategia": "",
    "Suunnitelman mukainen tiivistelmä hankkeen toteutuksesta": "summary",
    "Hankekuvauksen osoite": "",
    "Hankkeen kotisivun osoite": "",
}


@dataclass(frozen=True, slots=True)
class ProjectFormat(RowFormat):
    """One form of a list of projects: the register of its numbers, and the programme period of all its rows."""

    scheme: IdentifierScheme
    programme_period: str


def _older(name: str, columns: dict[str, str], period: str, scheme: IdentifierScheme) -> ProjectFormat:
    """Return a form of which every column must be in the file, and every field in a row."""
    return ProjectFormat(
        name=name,
        list_kind=f"esr_{period.replace('-', '_')}",
        label=f"rakennerahastot.fi: hankelista {period}",
        columns=columns,
        needed=frozenset(columns),
        required=frozenset(columns.values()),
        key="code",
        scheme=scheme,
        programme_period=period,
    )


FORMATS: Final = (
    _older("esr_2007_2013", _ESR_2007, "2007-2013", IdentifierScheme.eura2007),
    _older("esr_2007_2013_raw", _ESR_2007_RAW, "2007-2013", IdentifierScheme.eura2007),
    _older("esr_2014_2020", _ESR_2014, "2014-2020", IdentifierScheme.eura2014),
    ProjectFormat(
        name="eura_2021",
        list_kind="eura_2021",
        label="eura2021.fi: hankelista 2021-2027",
        columns=_EURA_2021,
        needed=frozenset({"Hankekoodi", "Rahasto", "Hankkeen nimi", "Toteuttajan nimi", "Toiminnan tila"}),
        required=frozenset({"code", "name", "state", "beneficiary"}),
        key="code",
        scheme=IdentifierScheme.eura2021,
        programme_period="2021-2027",
    ),
)
