"""The kind of an organisation by its name in a register; `other` where the name does not show it."""

import re
from typing import Final

from services.contracts.vocabulary import OrganisationKind

# Tried in order: a name of a unit begins with its owner, and a company of a university is a company.
_SIGNS: Final[tuple[tuple[str, OrganisationKind], ...]] = (
    (r"elinkeino-?,? li[ik]k?enne- ja ympäristökeskus|ely-keskus", OrganisationKind.ely_centre),
    (r"elinvoimakeskus", OrganisationKind.vitality_centre),
    (r"ministeriö", OrganisationKind.ministry),
    (r"maakuntaliitto|satakuntaliitto|(hämeen|kainuun|lapin|maan|savon|karjalan|suomen|laakson) liitto",
     OrganisationKind.regional_council),
    (r"hyvinvointialue|hyvinvointikuntayhtymä", OrganisationKind.wellbeing_county),
    (r"ammattikorkeakoulu|yrkeshögskolan?", OrganisationKind.university_of_applied_sciences),
    (r"yliopisto|universitet|åbo akademi", OrganisationKind.university),
    (r"ammattiopisto|koulutuskes|aikuiskoulutus|kansanopisto|opisto\b", OrganisationKind.educational_institution),
    (r"kuntayhtymä|samkommun", OrganisationKind.joint_municipal_authority),
    (r"kaupunki|kaupungin|\bkunta\b|\bkunnan\b|\bstad\b", OrganisationKind.municipality),
    (r"säätiö|stiftelse", OrganisationKind.foundation),
    (r"\b(oy|oyj|ab|osakeyhtiö|ky|tmi)\b", OrganisationKind.company),
    (r"\b(ry|r\.y\.|rf)(\b|$)|yhdistys|förening|liitto", OrganisationKind.association),
    (r"opetushallitus|virasto|keha-keskus|työvoimatoimisto|te-toimisto|lääninhallitus", OrganisationKind.agency),
    (r"tutkimuslaitos|tutkimuskeskus|työterveyslaitos", OrganisationKind.research_institute),
)  # fmt: skip
_COMPILED: Final = tuple((re.compile(sign), kind) for sign, kind in _SIGNS)


def kind_of_name(name: str) -> OrganisationKind:
    """Return the first kind whose sign the name contains."""
    lowered = name.lower()
    return next((kind for sign, kind in _COMPILED if sign.search(lowered)), OrganisationKind.other)
