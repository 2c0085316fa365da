"""TABLE: words of the birth plan's summary, in bokmål, nynorsk and English side by side; answers stand in the code system.

https://www.sprakradet.no/klarsprak
"""

BIRTH_PLAN_PHRASES: dict[str, tuple[str, str, str]] = {
    "plan-companion": ("Med på fødselen", "Med på fødselen", "With her at the birth"),
    "plan-language": ("Språk", "Språk", "Language"),
    "plan-experience": ("Erfaring og frykt", "Erfaring og frykt", "Experience and fears"),
    "plan-pain": ("Smertelindring", "Smertelindring", "Pain relief"),
    "plan-birth": ("Fødselen", "Fødselen", "The birth"),
    "plan-after": ("Etter fødselen", "Etter fødselen", "After the birth"),
    "plan-companion.doula": ("Doula", "Doula", "Doula"),
    "plan-language.interpreter": ("Tolk", "Tolk", "Interpreter"),
    "plan-experience.fears": ("Gruer seg til", "Gruar seg til", "Fears"),
    "plan-birth.culture": ("Tro, kultur, kropp", "Tru, kultur, kropp", "Faith, culture, body"),
    "plan-birth.wishes": ("Ønsker", "Ønske", "Wishes"),
    "plan-after.skin": ("Hud mot hud", "Hud mot hud", "Skin to skin"),
    "plan-more": ("mer i fødeplanen", "meir i fødeplanen", "more in the birth plan"),
}
