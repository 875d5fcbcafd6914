"""The columns of the registers, by their names in the register, and their meanings in Vipu."""

from typing import Final

from .reading.formats import ListFormat, Repair
from .repair import repair
from .terms import Format

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
# Source: the workbook of the EURA 2021 information service; columns without a meaning here are ignored.
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
    "Sijainti": "",
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

_ESR_2007: Final = {**_ESR_2014, "programme_part": "programme_part"}


def _older(name: Format, columns: dict[str, str], repair: Repair | None = None) -> ListFormat:
    """Return a format of which every column must be in the file, and every field in a row."""
    return ListFormat(
        name, columns, needed=frozenset(columns), required=frozenset(columns.values()), key="code", repair=repair
    )


FORMATS: Final[dict[Format, ListFormat]] = {
    Format.esr_2007_2013: _older(Format.esr_2007_2013, _ESR_2007),
    Format.esr_2007_2013_raw: _older(Format.esr_2007_2013_raw, _ESR_2007_RAW, repair),
    Format.esr_2014_2020: _older(Format.esr_2014_2020, _ESR_2014),
    Format.eura_2021: ListFormat(
        Format.eura_2021,
        _EURA_2021,
        needed=frozenset({"Hankekoodi", "Rahasto", "Hankkeen nimi", "Toteuttajan nimi", "Toiminnan tila"}),
        required=frozenset({"code", "name", "state", "beneficiary"}),
        key="code",
    ),
}
