"""Sentences that several rows tell her in the same words, in bokmål: whom to call, and that nobody watches."""

NOBODY_WATCHES = "Ingen følger med på denne siden. Får du ikke tak i fødeavdelingen, ring 116 117; ved akutt fare, ring 113."
URGENT_SIGNS = (
    "Får du kraftig hodepine, synsforstyrrelser eller vondt øverst i magen, ring fødeavdelingen med en gang."
)
