"""The columns of the registers, by their names in the register, and their meanings in Vipu."""

from typing import Final

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

# The meaning of each column of a format; a column with an empty meaning is ignored.
HEADERS: Final[dict[Format, dict[str, str]]] = {
    Format.esr_2007_2013: {**_ESR_2014, "programme_part": "programme_part"},
    Format.esr_2007_2013_raw: _ESR_2007_RAW,
    Format.esr_2014_2020: _ESR_2014,
    Format.eura_2021: _EURA_2021,
}

# The columns by which a format is recognised. An older list must have all of its columns.
NEEDED: Final[dict[Format, frozenset[str]]] = {
    Format.esr_2007_2013: frozenset(HEADERS[Format.esr_2007_2013]),
    Format.esr_2007_2013_raw: frozenset(_ESR_2007_RAW),
    Format.esr_2014_2020: frozenset(_ESR_2014),
    Format.eura_2021: frozenset({"Hankekoodi", "Rahasto", "Hankkeen nimi", "Toteuttajan nimi", "Toiminnan tila"}),
}

# The fields that a row must have.
REQUIRED: Final[dict[Format, frozenset[str]]] = {
    **{
        known: frozenset(HEADERS[known].values())
        for known in (Format.esr_2007_2013, Format.esr_2007_2013_raw, Format.esr_2014_2020)
    },
    Format.eura_2021: frozenset({"code", "name", "state", "beneficiary"}),
}
