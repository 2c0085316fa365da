"""TABLE: the languages that she may speak, by code: in bokmål, nynorsk and English.

https://www.rfc-editor.org/rfc/rfc5646 (the codes); what is no code here stays as it was written.
"""

ORDER = ("nb", "nn", "en")
LANGUAGES: dict[str, tuple[str, str, str]] = {
    "no": ("norsk", "norsk", "Norwegian"),
    "nb": ("bokmål", "bokmål", "Norwegian Bokmål"),
    "nn": ("nynorsk", "nynorsk", "Norwegian Nynorsk"),
    "se": ("nordsamisk", "nordsamisk", "Northern Sami"),
    "en": ("engelsk", "engelsk", "English"),
    "ar": ("arabisk", "arabisk", "Arabic"),
    "fa": ("farsi", "farsi", "Farsi"),
    "fr": ("fransk", "fransk", "French"),
    "pl": ("polsk", "polsk", "Polish"),
    "so": ("somali", "somali", "Somali"),
    "ti": ("tigrinja", "tigrinja", "Tigrinya"),
    "tr": ("tyrkisk", "tyrkisk", "Turkish"),
    "am": ("amharisk", "amharisk", "Amharic"),
    "da": ("dansk", "dansk", "Danish"),
    "de": ("tysk", "tysk", "German"),
    "es": ("spansk", "spansk", "Spanish"),
    "ku": ("kurdisk", "kurdisk", "Kurdish"),
    "lt": ("litauisk", "litauisk", "Lithuanian"),
    "ps": ("pashto", "pashto", "Pashto"),
    "ro": ("rumensk", "rumensk", "Romanian"),
    "ru": ("russisk", "russisk", "Russian"),
    "sv": ("svensk", "svensk", "Swedish"),
    "th": ("thai", "thai", "Thai"),
    "vi": ("vietnamesisk", "vietnamesisk", "Vietnamese"),
    "uk": ("ukrainsk", "ukrainsk", "Ukrainian"),
    "ur": ("urdu", "urdu", "Urdu"),
}


def code_of(written: str) -> str:
    """The code of a language that is written as a code or as a name; empty where it is not known."""
    text = written.strip().lower()
    if text in {"nb", "nn", "norsk", "bokmål", "nynorsk"}:
        return "no"
    return _code(text)


def called(written: str, reader: str = "nb") -> str:
    """A language as a reader of ``reader`` (``nb``, ``nn``, ``en``) names it."""
    code = _code(written.strip().lower())
    return LANGUAGES[code][ORDER.index(reader)] if code else written


def _code(text: str) -> str:
    if text.partition("-")[0] in LANGUAGES:
        return text.partition("-")[0]
    return next((code for code, names in LANGUAGES.items() if text in {name.lower() for name in names}), "")
