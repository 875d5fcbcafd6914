"""Grammar beside the dictionary: the pieces that make a compound, and the words that restrict no query."""

import re
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Conjunctions, prepositions and the like in the three languages: a query finds its other words.
STOP_WORDS: Final = _words(
    "ja tai sekä eli että jotta kun kuin niin mutta vaan on ei joka jotka tämä se ne sen mm esim ym yms jne"
    " och eller samt att som för av på till med en ett den det de är inte i om från"
    " and or the a an of to in with by from at is are as"
)

# The words of three letters that compounds are made of. Another piece of three letters is an accident: `vai|kea`.
SHORT_WORDS: Final = _words(
    "aho ala apu ase elo ero eri etu haku hyvä idea ikä ilo itä jää kala koe koti kuu laki luu lasi maa meri moni muu"
    " oma opo osa ote ovi pii puu pää rae suo suu syy säe sää tae tie tuo työ uni ura vyö äiti"
)

# First parts of compounds that are no words, or that the dictionary knows as forms of other words alone.
FIRST_PARTS: Final = _words(
    "ali anti bio digi eko elektro epä esi etno etä euro geo hydro info itse jälki kehä kone kriisi lähi makro media"
    " mega meta mikro mini mono monitoimi multi nano opinto pien pika pro proto psyko päätoimi sivutoimi sosiaali sosio"
    " suur sisä tele toimi täsmä ulko vara virtuaali yhteis yksin yli ylä"
)

# Words that are endings: `kansalainen` is no compound of `kansa`, nor `monikulttuurisuus` one of `uusi`.
ENDINGS: Final = _words(
    "lainen läinen mainen mäinen tola isyys estää esti empiä voida anssi ansa uus uusi isi isiä ville tyvi tavata"
    " tari itu kas van oi sella see eka ee"
    # Pronouns.
    " joka jokin tämä mikä kuka hän minä sinä ei se ne me te he"
)

# Words that only look like a compound: the end of `moninainen` is no woman.
NO_COMPOUNDS: Final = _words(
    "moninainen kokonainen varsinainen suoranainen ulkonainen umpinainen vajanainen kaikkinainen kaksinainen"
    " puolinainen perunainen liikanainen halkinainen rikkonainen poikkinainen katkonainen leivonnainen kerrannainen"
    " valannainen valinnainen sovinnainen epäsovinnainen epäolennainen lounainen latinainen lehtinainen valinnaisuus"
    " kunnolla kokoelma aktivoida aktivointi"
)

# What follows `työllis`, the stem of a word in -nen, in words that are derived from it: `työllistyvä`, `moninaisuus`.
DERIVED: Final = re.compile(r"uu|yy|t[auyä][vm]|t[aä]{2}|te[tl]|esti$|empi|een$")

# What begins a suffix: `verkosto|itumis`, `verkosto|maisella`.
SUFFIX: Final = re.compile(r"mi|it|m[aä]|ll|st|[nj]")

# Last parts that occur in compounds alone: `työelämälähtöinen`, `yrityskohtaisuus`.
LAST_PARTS: Final = re.compile(
    r"((?:avuste|kohta|lähtö|muoto|painotte|perus(?:te|ta)|perä|pohja|rahoitte|taito|ehto|keske)i)"
    r"(?:(nen)|s(?:(yy[sdt]|uu[sdt])[a-zäö]*|(esti)|[a-zäö]*))$"
)

# Possessive suffixes and clitics: `toimintaansa`, `nuoretkin`.
CLITIC: Final = re.compile(r"(?<=.{5})(ns[aä]|mme|nne|kin|k[aä]{2}n)$")

# The forms of words in -minen, of which the rules of simplemma have a part.
ACTION: Final = re.compile(
    r"(?<=.{4}mi)(nen|s|st[aä]|sen|seen|set|sten|si[aä]|siin|se(ll|lt|ss|st)[aä]|si(ll|lt|ss|st)[aä]|s[ei](lle|ksi)|sen[aä])$"
)
