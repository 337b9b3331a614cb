"""The functions behind the protections, in plain plpgsql; `protection.install` puts them into the database.

``EPOCH_OFFSET`` stands for the number that the current epoch adds to PostgreSQL's transaction numbers: they start again
in another cluster, and ``tx`` must not. It is written into the functions, so that nobody can set it for a session.
"""

EPOCH_OFFSET = "EPOCH_OFFSET"

FUNCTIONS = """
CREATE OR REPLACE FUNCTION arteria_stamp_tx() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.tx := pg_current_xact_id()::text::bigint + EPOCH_OFFSET; RETURN NEW; END $$;

CREATE OR REPLACE FUNCTION arteria_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% on % refused: its rows are written once', TG_OP, TG_TABLE_NAME USING ERRCODE = 'AR001'; END $$;

CREATE OR REPLACE FUNCTION arteria_refuse_old_tx() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_current_xact_id()::text::bigint + EPOCH_OFFSET
     < (SELECT s.horizon_to FROM records_seal s ORDER BY s.number DESC LIMIT 1) THEN
    RAISE EXCEPTION 'act refused: transaction numbers started again, as after a restore into another cluster; open an epoch'
      USING ERRCODE = 'AR004';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION arteria_guard_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE free text[] := string_to_array(TG_ARGV[0], ','); moves text[] := string_to_array(TG_ARGV[1], ',');
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'draft' THEN
      RAISE EXCEPTION 'DELETE on % refused: the revision is %', TG_TABLE_NAME, OLD.state USING ERRCODE = 'AR002';
    END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' THEN
      RAISE EXCEPTION 'INSERT on % refused: a revision starts as a draft', TG_TABLE_NAME USING ERRCODE = 'AR002';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> NEW.state AND NOT (OLD.state || '>' || NEW.state) = ANY (moves) THEN
    RAISE EXCEPTION 'UPDATE on % refused: no way from % to %', TG_TABLE_NAME, OLD.state, NEW.state USING ERRCODE = 'AR003';
  END IF;
  IF OLD.state <> 'draft' AND (to_jsonb(OLD) - free) IS DISTINCT FROM (to_jsonb(NEW) - free) THEN
    RAISE EXCEPTION 'UPDATE on % refused: the content of a revision is frozen once it left draft', TG_TABLE_NAME
      USING ERRCODE = 'AR002';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION arteria_guard_revision_content() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE parent bigint; parents bigint[] := '{}'; found text;
BEGIN
  IF TG_OP <> 'INSERT' THEN parents := parents || (to_jsonb(OLD) ->> TG_ARGV[1])::bigint; END IF;
  IF TG_OP <> 'DELETE' THEN parents := parents || (to_jsonb(NEW) ->> TG_ARGV[1])::bigint; END IF;
  FOREACH parent IN ARRAY parents LOOP
    EXECUTE format('SELECT state FROM %I WHERE id = $1 FOR KEY SHARE', TG_ARGV[0]) INTO found USING parent;
    IF found IS DISTINCT FROM 'draft' THEN
      RAISE EXCEPTION '% on % refused: its revision is not a draft', TG_OP, TG_TABLE_NAME USING ERRCODE = 'AR002';
    END IF;
  END LOOP;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
"""

DIGEST = r"""
CREATE OR REPLACE FUNCTION arteria_act_digest(formats jsonb) RETURNS bytea LANGUAGE plpgsql STABLE
  SET TimeZone = 'UTC' SET DateStyle = 'ISO, MDY' SET IntervalStyle = 'postgres' SET bytea_output = 'hex'
  SET extra_float_digits = 1
AS $$
DECLARE t_name text; t_format bigint; t_line text; t_key text; part bytea; whole bytea := ''::bytea;
BEGIN
  FOR t_name, t_format IN SELECT e.key, e.value::bigint FROM jsonb_each_text(formats) e ORDER BY e.key COLLATE "C" LOOP
    SELECT f.key, string_agg(
      format('CASE WHEN r.%1$I IS NULL THEN ''\N'' ELSE replace(replace(replace(replace(replace(replace(replace(concat(r.%1$I), '
        || '''\'', ''\\''), chr(8), ''\b''), chr(9), ''\t''), chr(10), ''\n''), chr(11), ''\v''), chr(12), ''\f''), '
        || 'chr(13), ''\r'') END', c.name),
      ' || chr(9) || ' ORDER BY c.position)
    INTO t_key, t_line
    FROM records_leafformat f
    CROSS JOIN LATERAL jsonb_array_elements_text(f.columns) WITH ORDINALITY AS c(name, position)
    WHERE f.id = t_format AND f.table_name = t_name
    GROUP BY f.key;
    EXECUTE format('SELECT coalesce(sha256(string_agg(sha256(''\x00''::bytea || convert_to(%s, ''UTF8'')), ''''::bytea '
      || 'ORDER BY r.%I)), ''''::bytea) FROM %I r WHERE r.tx = $1', t_line, t_key, t_name)
    INTO part USING pg_current_xact_id()::text::bigint + EPOCH_OFFSET;
    whole := whole || sha256(convert_to(t_name, 'UTF8')) || part;
  END LOOP;
  RETURN sha256(whole);
END $$;
"""


def functions(offset: int) -> str:
    """Every function, for an epoch with this offset."""
    return (FUNCTIONS + DIGEST).replace(EPOCH_OFFSET, str(int(offset)))
