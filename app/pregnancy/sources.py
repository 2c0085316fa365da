"""TABLE: where the sources of rules and visits are read: how a source begins, and its address.

The addresses are those at the head of the files of ``rows``; a source that is not listed was read on paper or in parts.
"""

ADDRESSES: tuple[tuple[str, str], ...] = (
    (
        "Helsedirektoratet, svangerskapsdiabetes",
        "https://www.helsedirektoratet.no/retningslinjer/svangerskapsdiabetes",
    ),
    (
        "Helsedirektoratet, svangerskapsomsorgen, «ABO/RhD-typing",
        "https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen/rutinemalinger-i-blodet-til-gravide",
    ),
    (
        "Helsedirektoratet, svangerskapsomsorgen",
        "https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen",
    ),
    (
        "Helsedirektoratet, retningslinje for svangerskapsomsorgen",
        "https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen",
    ),
    ("Helsedirektoratet, barselomsorgen", "https://www.helsebiblioteket.no/retningslinjer/barselomsorgen"),
    (
        "Helsedirektoratet, retningslinje for barselomsorgen",
        "https://www.helsedirektoratet.no/retningslinjer/barselomsorgen",
    ),
    ("NGF, Lite liv", "https://metodebok.no/index.php?action=topic&item=bTNzAXSx"),
    ("NGF, ", "https://metodebok.no"),
    ("WHO ANC.DT", "https://www.who.int/publications/i/item/9789240020306"),
)


def address(source: str) -> str:
    """Where ``source`` is read; empty where no address is known."""
    return next((url for beginning, url in ADDRESSES if source.startswith(beginning)), "")
