"""What the scopes of a token cover: asked in every decision, answered here only for a token that is narrowed.

``grants`` are rows of ``type``, ``patient`` (where only what is about her, or about nobody, is covered) and ``where``
(of each ``path`` one of ``any`` must be there): see app/access/scopes.py, whose ``covers`` is the specification.
"""

from alembic import op

revision = "0016"
down_revision = "0015"

STATEMENTS = (
    """CREATE FUNCTION scope_values(found jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(form), '{}') FROM (
        SELECT CASE jsonb_typeof(one) WHEN 'object' THEN coalesce(one -> 'coding', jsonb_build_array(one))
            ELSE jsonb_build_array(one) END AS codings
        FROM jsonb_array_elements(
            CASE jsonb_typeof(found) WHEN 'array' THEN found ELSE jsonb_build_array(found) END) AS one
    ) AS concepts, jsonb_array_elements(codings) AS coding, unnest(
        CASE jsonb_typeof(coding) WHEN 'string' THEN ARRAY[coding #>> '{}'] ELSE ARRAY[
            coalesce(coding ->> 'system', '') || '|' || (coding ->> 'code'), coding ->> 'code',
            (coding ->> 'system') || '|'] END) AS form
    WHERE form IS NOT NULL
$$""",
    """CREATE FUNCTION scope_covers(grants jsonb, type_name text, about text, body bytea) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE COST 1 AS $$
DECLARE
    one jsonb;
    asked jsonb;
    parsed jsonb;
    held boolean;
BEGIN
    FOR one IN SELECT value FROM jsonb_array_elements(grants) LOOP
        CONTINUE WHEN one ->> 'type' NOT IN ('*', type_name);
        CONTINUE WHEN about IS NOT NULL AND one ? 'patient' AND about <> one ->> 'patient';
        IF NOT one ? 'where' THEN
            RETURN true;
        END IF;
        CONTINUE WHEN body IS NULL OR length(body) = 0;
        IF parsed IS NULL THEN
            parsed := convert_from(body, 'UTF8')::jsonb;
        END IF;
        held := true;
        FOR asked IN SELECT value FROM jsonb_array_elements(one -> 'where') LOOP
            held := held AND scope_values(parsed #> ARRAY(SELECT jsonb_array_elements_text(asked -> 'path')))
                && ARRAY(SELECT jsonb_array_elements_text(asked -> 'any'));
        END LOOP;
        IF held THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$""",
)


def upgrade() -> None:
    """Make the functions; whoever may connect may ask them, for they read nothing."""
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
