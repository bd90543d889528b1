-- Row security: a transaction says whose it is (capdo.reach, capdo.body), and sees
-- and writes the rows of that body only, whatever is asked. Where nothing was
-- said, the questions below have no answer, and no row is seen. The program works
-- as a role that does not own the tables: their owner is not held back.
CREATE FUNCTION sees_all() RETURNS BOOLEAN LANGUAGE sql STABLE AS $$ SELECT current_setting('capdo.reach') = 'national' $$;
CREATE FUNCTION own_body() RETURNS TEXT LANGUAGE sql STABLE AS $$ SELECT NULLIF(current_setting('capdo.body'), '') $$;

-- guard keeps the rows of a table for national capacities and for whom the
-- predicate holds.
CREATE FUNCTION guard(what TEXT, predicate TEXT) RETURNS VOID LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', what);
  EXECUTE format('CREATE POLICY tenant ON %I USING ((SELECT sees_all()) OR %s)', what, predicate);
END $$;

SELECT guard('system', 'owner = (SELECT own_body())');
SELECT guard(t, 'EXISTS (SELECT 1 FROM system AS s WHERE s.id = system_id)') FROM unnest(ARRAY['dossier', 'dossier_editor', 'dossier_round', 'receipt', 'review', 'decision',
  'approval', 'confirmation', 'revocation', 'plan', 'plan_row', 'plan_head', 'inspection', 'transfer', 'suspension', 'suspension_lift', 'attachment', 'attachment_event',
  'field_save', 'remark', 'hold', 'status_place']) AS t;
-- Whoever is asked sees what was asked of it, and answers.
SELECT guard('consultation', 'EXISTS (SELECT 1 FROM system AS s WHERE s.id = system_id) OR asked = (SELECT own_body())');
-- Both sides see a connection and what was reported of it.
SELECT guard('connection', 'EXISTS (SELECT 1 FROM system AS s WHERE s.code IN (consumer, provider))');
SELECT guard('connection_step', 'EXISTS (SELECT 1 FROM connection AS c WHERE c.no = connection_no)');
SELECT guard('gate_use', 'EXISTS (SELECT 1 FROM system AS s WHERE s.code IN (consumer, provider))');
SELECT guard('year_row', 'agency = (SELECT own_body())');
SELECT guard('gateway', 'body = (SELECT own_body()) OR current_setting(''capdo.reach'') = ''service''');
SELECT guard('gate_decision', 'FALSE');

-- The rules that triggers keep rest on rows that the actor may not see: they look
-- as the owner.
DO $$ DECLARE f REGPROCEDURE; BEGIN
  FOR f IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE n.nspname = current_schema() AND p.prorettype = 'trigger'::regtype AND p.proname <> 'refuse' LOOP
    EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path FROM CURRENT', f);
  END LOOP;
END $$;
