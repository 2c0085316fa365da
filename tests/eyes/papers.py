"""What no sheet of paper may show: words beyond its margins, and words on other words.

The boxes of the words are those that PDFium finds: https://pdfium.googlesource.com/pdfium/
"""

from itertools import combinations

import pypdfium2

LEFT, RIGHT = 33.9, 561.4  # points: 12 mm from either edge of A4
Box = tuple[float, float, float, float]


def found(pdf: bytes) -> list[str]:
    """What is wrong on the sheets of ``pdf``, each with its page and a word of it."""
    wrong = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf), 1):
        words = page.get_textpage()
        boxes: list[Box] = [words.get_rect(index) for index in range(words.count_rects())]
        cut = [box for box in boxes if box[0] < LEFT or box[2] > RIGHT]
        covered = [one for one, other in combinations(boxes, 2) if _over(one, other)]
        wrong += [f"page {number}: beyond the margin: {words.get_text_bounded(*box)}" for box in cut]
        wrong += [f"page {number}: words on words: {words.get_text_bounded(*box)}" for box in covered]
    return wrong


def _over(one: Box, other: Box) -> bool:
    """Whether two boxes (left, bottom, right, top) share more than their edges."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide > 1 and high > 1
