"""Search conditions as SQL: the nodes of a shape on the ``resource`` table or an alias of it.

Every resource that a condition goes through is decided by the access rows as if it were read: what the caller may not
see is neither found nor told of. https://hl7.org/fhir/R4/search.html#chaining
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import singledispatchmethod
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    any_,
    false,
    literal_column,
    not_,
    or_,
    select,
    true,
    union_all,
)

from app.access.caller import Role
from app.store.access_sql import allowed, rule
from app.store.facet_columns import FacetColumns, Standing
from app.store.newborns import of_child
from app.store.search_forms import Binds, Bool, comparison, instant, own
from app.store.search_groups import Group
from app.store.search_shape import Back, Constant, Hop, InList, Leaf, Member, Missing, Node, Own
from app.store.search_tables import TABLES, numbered, typed
from app.store.statement import FENCE
from app.store.tables import index_reference, index_uri, resource

ONE: ColumnElement[Any] = literal_column("1")
ONE_WOMAN = Own("patient", (Group(("id",), many=False),))


@dataclass(slots=True)
class Builder:
    """Builds the clauses of one statement for callers of one role; parameters are made in the order of the shape.

    ``by_row``: the rows are few already, such as those of one woman; each is looked at, and no condition is taken for a
    better way to find rows. Plans are made before values are known: of a code they cannot tell how common it is.
    """

    role: Role
    binds: Binds
    by_row: bool = False
    woman: ColumnElement[Any] | None = field(default=None, init=False)  # whom every row must be about
    standing: Standing | None = field(default=None, init=False)  # what was looked up of her

    def _there(self, found: Select[Any]) -> Bool:
        """Whether ``found``, which looks at one row, has any; OFFSET keeps the planner from turning it around."""
        return (found.offset(FENCE) if self.by_row else found).exists()

    def _any_of(self, found: list[Select[Any]], on: Any) -> Bool:
        """Whether the row is one of those that any of the selects finds."""
        if len(found) == 1 or self.by_row:
            return or_(false(), *(self._there(of_row(one, on)) for one in found))
        return on.c.rid.in_(union_all(*found)) if found else false()

    @singledispatchmethod
    def clause(self, node: Node, on: Any, types: Sequence[str]) -> Bool:
        """``node`` as a condition on the row ``on``, which is of one of ``types``."""
        raise TypeError(f"{type(node).__name__} on {on} of {types}")

    @clause.register
    def _missing(self, node: Missing, on: Any, _types: Sequence[str]) -> Bool:
        table = TABLES[node.kind]
        there = self._there(select(ONE).where(table.c.rid == on.c.rid, numbered(table.c.param, node.numbers)))
        return not_(there) if node.absent else there

    @clause.register
    def _constant(self, node: Constant, _on: Any, _types: Sequence[str]) -> Bool:
        return true() if node.holds else false()

    @clause.register
    def _leaf(self, node: Leaf, on: Any, _types: Sequence[str]) -> Bool:
        found = [self._rows(node, group) for group in node.groups]
        if node.negated:
            return not_(or_(*(self._there(of_row(rows, on)) for rows in found)))
        return self._any_of(found, on)

    def _rows(self, node: Leaf, group: Group) -> Select[Any]:
        table = TABLES[node.kind].alias(self.binds.name("i"))
        compared = comparison(node.kind, group.form)
        values, rows = self.binds.given(compared, many=group.many)
        source: FromClause = table if rows is None else table.join(rows, compared.where(table.c, values))
        found = select(table.c.rid).select_from(source).where(numbered(table.c.param, node.numbers))
        return found if rows is not None else found.where(compared.where(table.c, values))

    @clause.register
    def _own(self, node: Own, on: Any, _types: Sequence[str]) -> Bool:
        parts: list[Bool] = []
        for group in node.groups:
            compared = instant(group.form[0]) if node.column == "updated" else own(node.column)
            values, rows = self.binds.given(compared, many=group.many)
            where = compared.where(on.c, values)
            parts.append(where if rows is None else select(ONE).select_from(rows).where(where).exists())
        if on is resource and node == ONE_WOMAN:
            self.woman = values[0]
        if node.column == "patient":
            parts = [and_(or_(*parts), ~of_child(on.c.labels))]
        return not_(or_(*parts)) if node.negated else or_(*parts)

    def visible(self, row: Any, types: Sequence[str]) -> Bool:
        """Whether the row is of one of ``types`` and the caller may see it; what is deleted nobody sees."""
        return and_(there(row, types), allowed(self.rule(row, types)))

    def rule(self, row: Any, types: Sequence[str] = ()) -> ColumnElement[Any]:
        """The access row that decides about ``row``, which is of one of ``types`` (none: of any)."""
        one = facets_of(row)
        if row is resource and self.woman is not None:  # what is hers is then decided once, not row by row
            one = one._replace(patient=self.woman, standing=self.standing)
        return rule(self.role, "read", one, types[0] if len(types) == 1 else None)

    @clause.register
    def _hop(self, node: Hop, on: Any, _types: Sequence[str]) -> Bool:
        found = []
        for type_name, url, inner in node.branches:
            link = index_reference.alias(self.binds.name("r"))
            target = resource.alias(self.binds.name("t"))
            if node.canonical:
                address = index_uri.alias(self.binds.name("u"))
                source = link.join(address, address.c.uri == link.c.url).join(
                    target, target.c.rid == address.c.rid
                )
                joined = numbered(address.c.param, (url,)) if url is not None else false()
            else:
                source = link.join(
                    target, and_(target.c.id == link.c.target_id, target.c.type == link.c.target_type)
                )
                joined = typed(link.c.target_type, (type_name,))
            found.append(
                select(link.c.rid)
                .select_from(source)
                .where(
                    numbered(link.c.param, node.numbers),
                    joined,
                    self.visible(target, (type_name,)),
                    self.clause(inner, target, (type_name,)),
                )
            )
        return self._any_of(found, on)

    @clause.register
    def _back(self, node: Back, on: Any, types: Sequence[str]) -> Bool:
        link = index_reference.alias(self.binds.name("r"))
        source = resource.alias(self.binds.name("s"))
        joined: FromClause = link.join(source, source.c.rid == link.c.rid)
        if node.urls:
            address = index_uri.alias(self.binds.name("u"))
            joined = joined.join(address, address.c.uri == link.c.url)
            here = and_(numbered(address.c.param, node.urls), address.c.rid == on.c.rid)
        else:
            here = and_(typed(link.c.target_type, types), link.c.target_id == on.c.id)
            here = here if len(types) == 1 else and_(here, link.c.target_type == on.c.type)
        return self._there(
            select(ONE)
            .select_from(joined)
            .where(
                numbered(link.c.param, (node.number,)),
                here,
                self.visible(source, (node.source,)),
                self.clause(node.inner, source, (node.source,)),
            )
        )

    @clause.register
    def _in_list(self, node: InList, on: Any, _types: Sequence[str]) -> Bool:
        link = index_reference.alias(self.binds.name("r"))
        collection = resource.alias(self.binds.name("l"))
        return self._there(
            select(ONE)
            .select_from(link.join(collection, collection.c.rid == link.c.rid))
            .where(
                collection.c.id == any_(self.binds.next(ARRAY(Text))),
                self.visible(collection, ("List",)),
                numbered(link.c.param, (node.number,)),
                link.c.target_type == on.c.type,
                link.c.target_id == on.c.id,
            )
        )

    @clause.register
    def _member(self, node: Member, on: Any, _types: Sequence[str]) -> Bool:
        id_ = self.binds.next(Text())
        link = index_reference.alias(self.binds.name("r"))
        found = []
        if node.numbers:
            found.append(
                select(link.c.rid).where(
                    numbered(link.c.param, node.numbers),
                    typed(link.c.target_type, (node.type,)),
                    link.c.target_id == id_,
                )
            )
        if node.itself:
            same = resource.alias(self.binds.name("o"))
            found.append(select(same.c.rid).where(typed(same.c.type, (node.type,)), same.c.id == id_))
        return self._any_of(found, on)


def there(row: Any, types: Sequence[str]) -> Bool:
    """Whether the row is of one of ``types`` and not deleted; whether it may be seen is another question."""
    return and_(typed(row.c.type, types), ~row.c.deleted)


def facets_of(row: Any) -> FacetColumns:
    """What a decision reads of a row of ``resource``."""
    return FacetColumns(row.c.type, row.c.patient, row.c.labels, row.c.author, bodies=(row.c.body,))


def of_row(found: Select[Any], on: Any) -> Select[Any]:
    """The rows of ``found`` that belong to the row ``on``."""
    return found.where(found.selected_columns.rid == on.c.rid)
