-- What is said about a dossier while it is judged. Final; nobody sits on both
-- sides of the table.
CREATE TABLE remark (
  system_id  BIGINT NOT NULL,
  dossier_no BIGINT NOT NULL,
  no         BIGINT NOT NULL CHECK (no >= 1),
  thread     BIGINT NOT NULL CHECK (thread BETWEEN 1 AND no),
  kind       TEXT NOT NULL CHECK (kind IN ('ask', 'answer', 'resolve', 'reopen', 'seen')),
  side       TEXT NOT NULL CHECK (side IN ('judging', 'applicant')),
  round      BIGINT NOT NULL CHECK (round >= 1),
  target     TEXT NOT NULL,
  internal   BOOLEAN NOT NULL,
  text       TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
);
CREATE TRIGGER remark_final_u BEFORE UPDATE ON remark FOR EACH ROW EXECUTE FUNCTION refuse('remarks are final');
CREATE TRIGGER remark_final_d BEFORE DELETE ON remark FOR EACH ROW EXECUTE FUNCTION refuse('remarks are final');
CREATE TRIGGER remark_final_t BEFORE TRUNCATE ON remark FOR EACH STATEMENT EXECUTE FUNCTION refuse('remarks are final');
CREATE FUNCTION remark_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.side = 'judging' AND EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND e.person = NEW.person)
  OR NEW.side = 'applicant' AND (
     EXISTS (SELECT 1 FROM review r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
  OR EXISTS (SELECT 1 FROM receipt r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
  OR EXISTS (SELECT 1 FROM decision d WHERE d.system_id = NEW.system_id AND d.dossier_no = NEW.dossier_no AND d.person = NEW.person))
  OR EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.side <> NEW.side)
THEN RAISE EXCEPTION 'four eyes: remark'; END IF; RETURN NEW; END $$;
CREATE TRIGGER remark_four_eyes BEFORE INSERT ON remark FOR EACH ROW EXECUTE FUNCTION remark_four_eyes();
CREATE FUNCTION editor_not_judging() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.side = 'judging')
THEN RAISE EXCEPTION 'four eyes: editor'; END IF; RETURN NEW; END $$;
CREATE TRIGGER editor_not_judging BEFORE INSERT ON dossier_editor FOR EACH ROW EXECUTE FUNCTION editor_not_judging();
CREATE FUNCTION review_not_applicant() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.side = 'applicant')
THEN RAISE EXCEPTION 'four eyes: review'; END IF; RETURN NEW; END $$;
CREATE TRIGGER review_not_applicant BEFORE INSERT ON review FOR EACH ROW EXECUTE FUNCTION review_not_applicant();
CREATE FUNCTION receipt_not_applicant() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.side = 'applicant')
THEN RAISE EXCEPTION 'four eyes: receipt'; END IF; RETURN NEW; END $$;
CREATE TRIGGER receipt_not_applicant BEFORE INSERT ON receipt FOR EACH ROW EXECUTE FUNCTION receipt_not_applicant();
CREATE FUNCTION decision_not_applicant() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.side = 'applicant')
THEN RAISE EXCEPTION 'four eyes: decision'; END IF; RETURN NEW; END $$;
CREATE TRIGGER decision_not_applicant BEFORE INSERT ON decision FOR EACH ROW EXECUTE FUNCTION decision_not_applicant();
