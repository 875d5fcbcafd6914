"""Question sets of Vipu (CC BY 4.0)."""

from typing import Final

from services.feedback.versions.questions import Definition, LongTextQuestion, NpsQuestion, ScaleQuestion
from services.kernel.text import LocalizedLine

from .terms import TemplateKey

_POOR: Final = {"fi": "Huono", "sv": "Dålig", "en": "Poor"}
_EXCELLENT: Final = {"fi": "Erinomainen", "sv": "Utmärkt", "en": "Excellent"}
_NOT_AT_ALL: Final = {"fi": "Ei lainkaan", "sv": "Inte alls", "en": "Not at all"}
_VERY_MUCH: Final = {"fi": "Erittäin paljon", "sv": "Väldigt mycket", "en": "Very much"}


def _scale(question_id: str, label: LocalizedLine, ends: tuple[LocalizedLine, LocalizedLine]) -> ScaleQuestion:
    low, high = ends
    return ScaleQuestion(
        type="scale", id=question_id, label=label, required=question_id == "overall", min_label=low, max_label=high
    )


EVENT_CORE: Final = Definition(
    questions=[
        _scale(
            "overall",
            {
                "fi": "Minkä arvosanan annat tilaisuudelle kokonaisuutena?",
                "sv": "Vilket helhetsbetyg ger du tillfället?",
                "en": "How would you rate the event as a whole?",
            },
            (_POOR, _EXCELLENT),
        ),
        _scale(
            "usefulness",
            {
                "fi": "Kuinka paljon hyötyä tilaisuudesta on omassa työssäsi?",
                "sv": "Hur stor nytta har du av tillfället i ditt eget arbete?",
                "en": "How useful is the event for your own work?",
            },
            (_NOT_AT_ALL, _VERY_MUCH),
        ),
        _scale(
            "clarity",
            {
                "fi": "Kuinka selkeästi asiat esitettiin?",
                "sv": "Hur tydligt presenterades innehållet?",
                "en": "How clearly was the content presented?",
            },
            (_POOR, _EXCELLENT),
        ),
        _scale(
            "arrangements",
            {
                "fi": "Kuinka hyvin järjestelyt toimivat?",
                "sv": "Hur väl fungerade arrangemangen?",
                "en": "How well did the arrangements work?",
            },
            (_POOR, _EXCELLENT),
        ),
        NpsQuestion(
            type="nps",
            id="recommend",
            label={
                "fi": "Kuinka todennäköisesti suosittelisit vastaavaa tilaisuutta kollegallesi?",
                "sv": "Hur sannolikt är det att du skulle rekommendera ett liknande tillfälle för en kollega?",
                "en": "How likely would you recommend a similar event to a colleague?",
            },
            min_label={"fi": "En lainkaan", "sv": "Inte alls", "en": "Not at all likely"},
            max_label={"fi": "Erittäin todennäköisesti", "sv": "Mycket sannolikt", "en": "Extremely likely"},
        ),
        LongTextQuestion(
            type="long_text",
            id="practice",
            label={
                "fi": "Mitä aiot viedä käytäntöön?",
                "sv": "Vad kommer du att omsätta i praktiken?",
                "en": "What will you put into practice?",
            },
            help={
                "fi": "Älä kirjoita nimiä tai yhteystietoja.",
                "sv": "Skriv inte namn eller kontaktuppgifter.",
                "en": "Please leave out names and contact details.",
            },
        ),
    ]
)

TEMPLATES: Final = {TemplateKey.event_core: EVENT_CORE}
