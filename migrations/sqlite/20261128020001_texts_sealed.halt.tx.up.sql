-- A program that does not know of it reads sealed texts as if they were not: it halts.
-- The texts of dossiers, of what was said of them, and of statements lie sealed in
-- their columns. A text from before may be sealed once and stays what it says; a
-- sealed one is sealed anew while the key of its body is turned. Everything else in
-- these rows is as final as it was.
CREATE TABLE body_key (
  tenant   TEXT NOT NULL CHECK (tenant <> ''),
  no       INTEGER NOT NULL CHECK (no >= 1),
  key      TEXT NOT NULL CHECK (length(key) = 16), -- what texts are sealed under from then on
  begun_at TEXT NOT NULL,
  done_at  TEXT, -- NULL while what lies under the key before is sealed anew
  PRIMARY KEY (tenant, no)
) STRICT;
CREATE TRIGGER body_key_final_d BEFORE DELETE ON body_key BEGIN SELECT RAISE(ABORT, 'turned keys are final'); END;
CREATE TRIGGER body_key_final_i BEFORE INSERT ON body_key WHEN EXISTS (SELECT 1 FROM body_key x WHERE x.tenant = NEW.tenant AND (x.no >= NEW.no OR x.done_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'turned keys are final'); END;
CREATE TRIGGER body_key_final_u BEFORE UPDATE ON body_key WHEN OLD.done_at IS NOT NULL OR NEW.tenant <> OLD.tenant OR NEW.no <> OLD.no OR NEW.key <> OLD.key OR NEW.begun_at <> OLD.begun_at
BEGIN SELECT RAISE(ABORT, 'turned keys are final'); END;

DROP TRIGGER field_save_final_u;
CREATE TRIGGER field_save_final_o BEFORE UPDATE OF system_id, dossier_no, field, version, from_system, person, account, capacity, body, at ON field_save BEGIN SELECT RAISE(ABORT, 'saves are final'); END;
CREATE TRIGGER field_save_final_u BEFORE UPDATE OF was, value ON field_save
WHEN NOT ((NEW.was = OLD.was OR OLD.was <> '' AND NEW.was LIKE 'sealed:2:_%:_%:_%' AND (OLD.was NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.was LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.was LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.value = OLD.value OR OLD.value <> '' AND NEW.value LIKE 'sealed:2:_%:_%:_%' AND (OLD.value NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.value LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.value LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.was <> OLD.was OR NEW.value <> OLD.value))
BEGIN SELECT RAISE(ABORT, 'saves are final'); END;

DROP TRIGGER dossier_round_final_u;
CREATE TRIGGER dossier_round_final_o BEFORE UPDATE OF system_id, dossier_no, no, digest, edition, person, account, capacity, body, at ON dossier_round BEGIN SELECT RAISE(ABORT, 'rounds are final'); END;
CREATE TRIGGER dossier_round_final_u BEFORE UPDATE OF submission ON dossier_round
WHEN NOT ((NEW.submission = OLD.submission OR OLD.submission <> '' AND NEW.submission LIKE 'sealed:2:_%:_%:_%' AND (OLD.submission NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.submission LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.submission LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.submission <> OLD.submission))
BEGIN SELECT RAISE(ABORT, 'rounds are final'); END;

DROP TRIGGER receipt_final_u;
CREATE TRIGGER receipt_final_o BEFORE UPDATE OF system_id, dossier_no, no, round, complete, digest, person, account, capacity, body, at ON receipt BEGIN SELECT RAISE(ABORT, 'receipts are final'); END;
CREATE TRIGGER receipt_final_u BEFORE UPDATE OF lacks ON receipt
WHEN NOT ((NEW.lacks = OLD.lacks OR OLD.lacks <> '' AND NEW.lacks LIKE 'sealed:2:_%:_%:_%' AND (OLD.lacks NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.lacks LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.lacks LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.lacks <> OLD.lacks))
BEGIN SELECT RAISE(ABORT, 'receipts are final'); END;

DROP TRIGGER review_final_u;
CREATE TRIGGER review_final_o BEFORE UPDATE OF system_id, dossier_no, no, kind, outcome, digest, person, account, capacity, body, at ON review BEGIN SELECT RAISE(ABORT, 'reviews are final'); END;
CREATE TRIGGER review_final_u BEFORE UPDATE OF comment ON review
WHEN NOT ((NEW.comment = OLD.comment OR OLD.comment <> '' AND NEW.comment LIKE 'sealed:2:_%:_%:_%' AND (OLD.comment NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.comment LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.comment LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.comment <> OLD.comment))
BEGIN SELECT RAISE(ABORT, 'reviews are final'); END;

DROP TRIGGER decision_final_u;
CREATE TRIGGER decision_final_o BEFORE UPDATE OF system_id, dossier_no, no, part, outcome, number, decided_on, until_day, digest, person, account, capacity, body, at ON decision BEGIN SELECT RAISE(ABORT, 'decisions are final'); END;
CREATE TRIGGER decision_final_u BEFORE UPDATE OF grounds ON decision
WHEN NOT ((NEW.grounds = OLD.grounds OR OLD.grounds <> '' AND NEW.grounds LIKE 'sealed:2:_%:_%:_%' AND (OLD.grounds NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.grounds LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.grounds LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.grounds <> OLD.grounds))
BEGIN SELECT RAISE(ABORT, 'decisions are final'); END;

DROP TRIGGER plan_final_u;
CREATE TRIGGER plan_final_o BEFORE UPDATE OF system_id, no, approval_no, status, on_day, roadmap_until, basis, holds, person, account, capacity, body, at ON plan BEGIN SELECT RAISE(ABORT, 'plans are final'); END;
CREATE TRIGGER plan_final_u BEFORE UPDATE OF note ON plan
WHEN NOT ((NEW.note = OLD.note OR OLD.note <> '' AND NEW.note LIKE 'sealed:2:_%:_%:_%' AND (OLD.note NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.note LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.note LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.note <> OLD.note))
BEGIN SELECT RAISE(ABORT, 'plans are final'); END;

DROP TRIGGER remark_final_u;
CREATE TRIGGER remark_final_o BEFORE UPDATE OF system_id, dossier_no, no, thread, kind, side, round, target, internal, person, account, capacity, body, at ON remark BEGIN SELECT RAISE(ABORT, 'remarks are final'); END;
CREATE TRIGGER remark_final_u BEFORE UPDATE OF text ON remark
WHEN NOT ((NEW.text = OLD.text OR OLD.text <> '' AND NEW.text LIKE 'sealed:2:_%:_%:_%' AND (OLD.text NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.text LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.text LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.text <> OLD.text))
BEGIN SELECT RAISE(ABORT, 'remarks are final'); END;

DROP TRIGGER consultation_final_u;
CREATE TRIGGER consultation_final_o BEFORE UPDATE OF system_id, dossier_no, no, ask, kind, asked, round, digest, due, outcome, person, account, capacity, body, at ON consultation BEGIN SELECT RAISE(ABORT, 'consultations are final'); END;
CREATE TRIGGER consultation_final_u BEFORE UPDATE OF question, comment ON consultation
WHEN NOT ((NEW.question = OLD.question OR OLD.question <> '' AND NEW.question LIKE 'sealed:2:_%:_%:_%' AND (OLD.question NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.question LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.question LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.comment = OLD.comment OR OLD.comment <> '' AND NEW.comment LIKE 'sealed:2:_%:_%:_%' AND (OLD.comment NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.comment LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.comment LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.question <> OLD.question OR NEW.comment <> OLD.comment))
BEGIN SELECT RAISE(ABORT, 'consultations are final'); END;

DROP TRIGGER statement_final_u;
CREATE TRIGGER statement_final_o BEFORE UPDATE OF id, agency, on_day ON statement BEGIN SELECT RAISE(ABORT, 'statements are final'); END;
CREATE TRIGGER statement_final_u BEFORE UPDATE OF body ON statement
WHEN NOT ((NEW.body = OLD.body OR OLD.body <> '' AND NEW.body LIKE 'sealed:2:_%:_%:_%' AND (OLD.body NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.body LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.body LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.body <> OLD.body))
BEGIN SELECT RAISE(ABORT, 'statements are final'); END;

DROP TRIGGER statement_note_final_u;
CREATE TRIGGER statement_note_final_o BEFORE UPDATE OF statement, no, agency ON statement_note BEGIN SELECT RAISE(ABORT, 'notes on statements are final'); END;
CREATE TRIGGER statement_note_final_u BEFORE UPDATE OF body ON statement_note
WHEN NOT ((NEW.body = OLD.body OR OLD.body <> '' AND NEW.body LIKE 'sealed:2:_%:_%:_%' AND (OLD.body NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.body LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.body LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.body <> OLD.body))
BEGIN SELECT RAISE(ABORT, 'notes on statements are final'); END;

DROP TRIGGER plan_row_final_u;
CREATE TRIGGER plan_row_final_u BEFORE UPDATE ON plan_row
WHEN NOT (NEW.system_id = OLD.system_id AND NEW.no = OLD.no AND NEW.kind = OLD.kind AND (
  OLD.sealed = '' AND NEW.sealed <> ''
  AND json_extract(NEW.body, '$.by.person') IS json_extract(OLD.body, '$.by.person')
  AND json_extract(NEW.body, '$.answer') IS json_extract(OLD.body, '$.answer')
  AND json_extract(NEW.body, '$.origin') IS json_extract(OLD.body, '$.origin')
  OR NEW.body = OLD.body AND EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.sealed LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.sealed LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
BEGIN SELECT RAISE(ABORT, 'plan rows are final'); END;
