"""One step of the main job: what was sent, what came back, and whether it was what it should be."""

import json
import textwrap
from dataclasses import dataclass, field
from typing import Any

WIDTH = 100


@dataclass(slots=True)
class Step:
    """``name`` is its field in the result of ``--check``; ``facts`` stand there; ``broken`` names what did not hold."""

    name: str
    title: str
    sent: list[str] = field(default_factory=list)
    came: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return not self.broken

    def expect(self, holds: bool, what: str) -> None:
        """Note ``what`` as broken unless it ``holds``."""
        if not holds:
            self.broken.append(what)

    def result(self) -> dict[str, Any]:
        """The step's field in the result of ``--check``."""
        return {"held": self.held, **self.facts, **({"broken": self.broken} if self.broken else {})}

    def shown(self, number: int) -> str:
        """The step for a reader at a terminal."""
        lines = [f"{number:2d}. {self.title}"]
        lines += [_indented("→ ", line) for line in self.sent]
        lines += [_indented("← ", line) for line in self.came]
        lines += [_indented("✗ ", line) for line in self.broken]
        return "\n".join(lines)


def _indented(mark: str, line: str) -> str:
    return textwrap.fill(line, WIDTH, initial_indent=f"    {mark}", subsequent_indent="      ")


def short(value: Any, width: int = 160) -> str:
    """``value`` as JSON, cut to ``width``."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= width else f"{text[: width - 1]}…"
