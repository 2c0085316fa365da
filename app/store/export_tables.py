"""The tables of bulk exports, beside ``tables.py``: https://hl7.org/fhir/uv/bulkdata/STU2/export.html

A file is kept as what it holds, not as its bytes: the bodies stand in ``resource_version`` and are read, decided on
and masked anew when the file is fetched. So nothing about a woman lies twice, and what is erased is erased here too.
"""

from sqlalchemy import ARRAY, BigInteger, Column, Identity, Index, Integer, Table, Text, text

from app.store.tables import INSTANT, metadata

export = Table(  # who asked for what, and how far it has come
    "export",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("organization", Text, nullable=False),  # the subject itself where there is none
    Column("role", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("caller", Text, nullable=False),  # what the token said, without the token and without any number
    Column("patient", Text),  # a citizen's own
    Column("request", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("slot", Integer, nullable=False),
    Column("moment", INSTANT, nullable=False),  # transactionTime
    Column("stage", Text, nullable=False),
    Column("unit", Text, nullable=False),  # a woman, or a type of what is about none
    Column("after_type", Text, nullable=False),
    Column("after_id", Text, nullable=False),
    Column("resources", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text),
    Column("touched", INSTANT, nullable=False),
    Column("expires", INSTANT, nullable=False),
)
Index("export_moment", export.c.moment)
Index(  # so many at a time for a client of an organisation
    "export_slot",
    export.c.client,
    export.c.organization,
    export.c.slot,
    unique=True,
    postgresql_where=text("state = 'running'"),
)

export_chunk = Table(  # a piece of a file: versions of resources, all of one woman or of none
    "export_chunk",
    metadata,
    Column("n", BigInteger, Identity(always=True), primary_key=True),
    Column("export", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("part", Integer, nullable=False),
    Column("patient", Text),
    Column("rids", ARRAY(BigInteger), nullable=False),
    Column("versions", ARRAY(Integer), nullable=False),
    Column("size", BigInteger, nullable=False),
)
Index(
    "export_chunk_file",
    export_chunk.c.export,
    export_chunk.c.kind,
    export_chunk.c.type,
    export_chunk.c.part,
    export_chunk.c.n,
)
Index("export_chunk_patient", export_chunk.c.patient)
