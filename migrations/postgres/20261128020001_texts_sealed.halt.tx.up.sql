-- A program that does not know of it reads sealed texts as if they were not: it halts.
-- The texts of dossiers, of what was said of them, and of statements lie sealed in
-- their columns. A text from before may be sealed once and stays what it says; a
-- sealed one is sealed anew while the key of its body is turned. Everything else in
-- these rows is as final as it was.
CREATE TABLE body_key (
  tenant   TEXT NOT NULL CHECK (tenant <> ''),
  no       BIGINT NOT NULL CHECK (no >= 1),
  key      TEXT NOT NULL CHECK (length(key) = 16), -- what texts are sealed under from then on
  begun_at TIMESTAMPTZ NOT NULL,
  done_at  TIMESTAMPTZ, -- NULL while what lies under the key before is sealed anew
  PRIMARY KEY (tenant, no)
);
CREATE TRIGGER body_key_final_d BEFORE DELETE ON body_key FOR EACH ROW EXECUTE FUNCTION refuse('turned keys are final');
CREATE TRIGGER body_key_final_t BEFORE TRUNCATE ON body_key FOR EACH STATEMENT EXECUTE FUNCTION refuse('turned keys are final');
CREATE FUNCTION body_key_final_i() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN
IF EXISTS (SELECT 1 FROM body_key x WHERE x.tenant = NEW.tenant AND (x.no >= NEW.no OR x.done_at IS NULL))
THEN RAISE EXCEPTION 'turned keys are final'; END IF; RETURN NEW; END $$;
CREATE TRIGGER body_key_final_i BEFORE INSERT ON body_key FOR EACH ROW EXECUTE FUNCTION body_key_final_i();
CREATE TRIGGER body_key_final_u BEFORE UPDATE ON body_key FOR EACH ROW
WHEN (OLD.done_at IS NOT NULL OR NEW.tenant <> OLD.tenant OR NEW.no <> OLD.no OR NEW.key <> OLD.key OR NEW.begun_at <> OLD.begun_at)
EXECUTE FUNCTION refuse('turned keys are final');

-- Whether a text may take the place of another.
CREATE FUNCTION sealed_anew(was TEXT, now TEXT) RETURNS BOOLEAN LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN
RETURN now = was OR was <> '' AND now LIKE 'sealed:2:_%:_%:_%' AND (was NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND was LIKE 'sealed:_:' || k.tenant || ':%' AND now LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')); END $$;
CREATE FUNCTION sealed_final() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE c TEXT; changed BOOLEAN := FALSE; BEGIN
FOR i IN 1..TG_NARGS - 1 LOOP c := TG_ARGV[i];
  IF NOT sealed_anew(to_jsonb(OLD) ->> c, to_jsonb(NEW) ->> c) THEN RAISE EXCEPTION '%', TG_ARGV[0]; END IF;
  changed := changed OR to_jsonb(OLD) ->> c <> to_jsonb(NEW) ->> c;
END LOOP;
IF NOT changed THEN RAISE EXCEPTION '%', TG_ARGV[0]; END IF;
RETURN NEW; END $$;

DROP TRIGGER field_save_final_u ON field_save;
CREATE TRIGGER field_save_final_o BEFORE UPDATE OF system_id, dossier_no, field, version, from_system, person, account, capacity, body, at ON field_save FOR EACH ROW EXECUTE FUNCTION refuse('saves are final');
CREATE TRIGGER field_save_final_u BEFORE UPDATE OF was, value ON field_save FOR EACH ROW EXECUTE FUNCTION sealed_final('saves are final', 'was', 'value');

DROP TRIGGER dossier_round_final_u ON dossier_round;
CREATE TRIGGER dossier_round_final_o BEFORE UPDATE OF system_id, dossier_no, no, digest, edition, person, account, capacity, body, at ON dossier_round FOR EACH ROW EXECUTE FUNCTION refuse('rounds are final');
CREATE TRIGGER dossier_round_final_u BEFORE UPDATE OF submission ON dossier_round FOR EACH ROW EXECUTE FUNCTION sealed_final('rounds are final', 'submission');

DROP TRIGGER receipt_final_u ON receipt;
CREATE TRIGGER receipt_final_o BEFORE UPDATE OF system_id, dossier_no, no, round, complete, digest, person, account, capacity, body, at ON receipt FOR EACH ROW EXECUTE FUNCTION refuse('receipts are final');
CREATE TRIGGER receipt_final_u BEFORE UPDATE OF lacks ON receipt FOR EACH ROW EXECUTE FUNCTION sealed_final('receipts are final', 'lacks');

DROP TRIGGER review_final_u ON review;
CREATE TRIGGER review_final_o BEFORE UPDATE OF system_id, dossier_no, no, kind, outcome, digest, person, account, capacity, body, at ON review FOR EACH ROW EXECUTE FUNCTION refuse('reviews are final');
CREATE TRIGGER review_final_u BEFORE UPDATE OF comment ON review FOR EACH ROW EXECUTE FUNCTION sealed_final('reviews are final', 'comment');

DROP TRIGGER decision_final_u ON decision;
CREATE TRIGGER decision_final_o BEFORE UPDATE OF system_id, dossier_no, no, part, outcome, number, decided_on, until_day, digest, person, account, capacity, body, at ON decision FOR EACH ROW EXECUTE FUNCTION refuse('decisions are final');
CREATE TRIGGER decision_final_u BEFORE UPDATE OF grounds ON decision FOR EACH ROW EXECUTE FUNCTION sealed_final('decisions are final', 'grounds');

DROP TRIGGER plan_final_u ON plan;
CREATE TRIGGER plan_final_o BEFORE UPDATE OF system_id, no, approval_no, status, on_day, roadmap_until, basis, holds, person, account, capacity, body, at ON plan FOR EACH ROW EXECUTE FUNCTION refuse('plans are final');
CREATE TRIGGER plan_final_u BEFORE UPDATE OF note ON plan FOR EACH ROW EXECUTE FUNCTION sealed_final('plans are final', 'note');

DROP TRIGGER remark_final_u ON remark;
CREATE TRIGGER remark_final_o BEFORE UPDATE OF system_id, dossier_no, no, thread, kind, side, round, target, internal, person, account, capacity, body, at ON remark FOR EACH ROW EXECUTE FUNCTION refuse('remarks are final');
CREATE TRIGGER remark_final_u BEFORE UPDATE OF text ON remark FOR EACH ROW EXECUTE FUNCTION sealed_final('remarks are final', 'text');

DROP TRIGGER consultation_final_u ON consultation;
CREATE TRIGGER consultation_final_o BEFORE UPDATE OF system_id, dossier_no, no, ask, kind, asked, round, digest, due, outcome, person, account, capacity, body, at ON consultation FOR EACH ROW EXECUTE FUNCTION refuse('consultations are final');
CREATE TRIGGER consultation_final_u BEFORE UPDATE OF question, comment ON consultation FOR EACH ROW EXECUTE FUNCTION sealed_final('consultations are final', 'question', 'comment');

DROP TRIGGER statement_final_u ON statement;
CREATE TRIGGER statement_final_o BEFORE UPDATE OF id, agency, on_day ON statement FOR EACH ROW EXECUTE FUNCTION refuse('statements are final');
CREATE TRIGGER statement_final_u BEFORE UPDATE OF body ON statement FOR EACH ROW EXECUTE FUNCTION sealed_final('statements are final', 'body');

DROP TRIGGER statement_note_final_u ON statement_note;
CREATE TRIGGER statement_note_final_o BEFORE UPDATE OF statement, no, agency ON statement_note FOR EACH ROW EXECUTE FUNCTION refuse('notes on statements are final');
CREATE TRIGGER statement_note_final_u BEFORE UPDATE OF body ON statement_note FOR EACH ROW EXECUTE FUNCTION sealed_final('notes on statements are final', 'body');

DROP TRIGGER plan_row_final_u ON plan_row;
CREATE TRIGGER plan_row_final_u BEFORE UPDATE ON plan_row FOR EACH ROW
WHEN (NOT (NEW.system_id = OLD.system_id AND NEW.no = OLD.no AND NEW.kind = OLD.kind AND (
  OLD.sealed = '' AND NEW.sealed <> ''
  AND NEW.body::jsonb #>> '{by,person}' IS NOT DISTINCT FROM OLD.body::jsonb #>> '{by,person}'
  AND NEW.body::jsonb ->> 'answer' IS NOT DISTINCT FROM OLD.body::jsonb ->> 'answer'
  AND NEW.body::jsonb ->> 'origin' IS NOT DISTINCT FROM OLD.body::jsonb ->> 'origin'
  OR NEW.body = OLD.body AND OLD.sealed <> NEW.sealed AND sealed_anew(OLD.sealed, NEW.sealed))))
EXECUTE FUNCTION refuse('plan rows are final');
