"""On what a draft is judged beside itself: the resources whose stored copy decides too."""

from collections.abc import Iterator, Sequence
from itertools import chain

from app.access.rules import masked_types
from app.interactions import course_checks, mirrored, newborns, releasing
from app.interactions.belonging import Draft
from app.interactions.context import Context


def bodies(context: Context, drafts: Sequence[Draft], base: str) -> list[str]:
    """The resources whose stored copy decides too: what may be hidden, a woman's identity numbers, what is rested on."""
    types = masked_types(context.caller.role) | {"Patient", "Subscription", "Consent"}
    changed = (
        f"{draft.type}/{draft.id}" for draft in drafts if draft.method != "create" and draft.type in types
    )
    agreeing = _women_who_choose(drafts)
    grounds = (
        course_checks.grounds(drafts, base),
        newborns.grounds(drafts),
        releasing.grounds(drafts),
        mirrored.grounds(context, drafts, base),
    )
    return [*changed, *agreeing, *chain.from_iterable(grounds)]


def _women_who_choose(drafts: Sequence[Draft]) -> Iterator[str]:
    """Whose age decides, in what words they themselves named her."""
    for draft in drafts:
        if draft.type == "Consent" and draft.resource:
            yield str(draft.resource.get("patient", {}).get("reference", ""))
