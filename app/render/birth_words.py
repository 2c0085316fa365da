"""TABLE: words of a birth and of each child, in bokmål, nynorsk and English side by side; items by their own names.

https://www.sprakradet.no/klarsprak
"""

BIRTH_WORDS: dict[str, tuple[str, str, str]] = {
    "child": ("Barn {name}", "Barn {name}", "Child {name}"),
    "birth-mother": ("Mor", "Mor", "Mother"),
    # items
    "birth-mode": ("Fødselsmåte", "Fødemåte", "Mode of birth"),
    "birth-weight": ("Fødselsvekt", "Fødselsvekt", "Birth weight"),
    "birth-length": ("Lengde", "Lengd", "Length"),
    "birth-head": ("Hodeomkrets", "Hovudomkrins", "Head circumference"),
    "apgar-1": ("Apgar 1 min", "Apgar 1 min", "Apgar 1 min"),
    "apgar-5": ("Apgar 5 min", "Apgar 5 min", "Apgar 5 min"),
    "apgar-10": ("Apgar 10 min", "Apgar 10 min", "Apgar 10 min"),
    "cord-ph": ("pH i navlesnor", "pH i navlestreng", "Cord pH"),
    "blood-loss": ("Blodtap", "Blodtap", "Blood loss"),
    "perineal-tear": ("Rift, grad", "Rift, grad", "Tear, degree"),
    "discharged": ("Utskrevet fra fødestedet", "Utskriven frå fødestaden", "Discharged"),
    "newborn-hepatitis-b": ("Hepatitt B, barnet", "Hepatitt B, barnet", "Hepatitis B, the child"),
    "breastfeeding": ("Amming", "Amming", "Breastfeeding"),
    # answers
    "birth-spontaneous": ("spontan", "spontan", "spontaneous"),
    "birth-vacuum": ("vakuum", "vakuum", "vacuum"),
    "birth-forceps": ("tang", "tong", "forceps"),
    "birth-breech": ("seteforløsning", "seteforløysing", "breech"),
    "birth-caesarean-planned": ("planlagt keisersnitt", "planlagt keisarsnitt", "planned caesarean"),
    "birth-caesarean-acute": ("akutt keisersnitt", "akutt keisarsnitt", "acute caesarean"),
    "birth-yes": ("ja", "ja", "yes"),
    "birth-no": ("nei", "nei", "no"),
    "birth-unknown": ("vet ikke", "veit ikkje", "not known"),
    "birth-given": ("gitt", "gitt", "given"),
    "birth-declined": ("avslått", "avslått", "declined"),
    "birth-not-given": ("ikke gitt", "ikkje gitt", "not given"),
    "birth-full": ("fullammer", "fullammar", "exclusive"),
    "birth-partial": ("delvis", "delvis", "partial"),
    "birth-none": ("ammer ikke", "ammar ikkje", "none"),
}
