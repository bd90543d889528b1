-- Every submission is kept as it was handed in, and every check of whether it
-- was complete. Both are final.
ALTER TABLE dossier ADD COLUMN documents TEXT;

CREATE TABLE dossier_round (
  system_id  BIGINT NOT NULL,
  dossier_no BIGINT NOT NULL,
  no         BIGINT NOT NULL CHECK (no >= 1),
  digest     TEXT NOT NULL CHECK (length(digest) = 64),
  edition    TEXT NOT NULL,
  submission TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
);

CREATE TABLE receipt (
  system_id  BIGINT NOT NULL,
  dossier_no BIGINT NOT NULL,
  no         BIGINT NOT NULL CHECK (no >= 1),
  round      BIGINT NOT NULL CHECK (round >= 1),
  complete   BOOLEAN NOT NULL,
  lacks      TEXT NOT NULL CHECK (complete OR lacks <> ''),
  digest     TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
);

CREATE TRIGGER dossier_round_final_u BEFORE UPDATE ON dossier_round FOR EACH ROW EXECUTE FUNCTION refuse('rounds are final');
CREATE TRIGGER dossier_round_final_d BEFORE DELETE ON dossier_round FOR EACH ROW EXECUTE FUNCTION refuse('rounds are final');
CREATE TRIGGER dossier_round_final_t BEFORE TRUNCATE ON dossier_round FOR EACH STATEMENT EXECUTE FUNCTION refuse('rounds are final');
CREATE TRIGGER receipt_final_u BEFORE UPDATE ON receipt FOR EACH ROW EXECUTE FUNCTION refuse('receipts are final');
CREATE TRIGGER receipt_final_d BEFORE DELETE ON receipt FOR EACH ROW EXECUTE FUNCTION refuse('receipts are final');
CREATE TRIGGER receipt_final_t BEFORE TRUNCATE ON receipt FOR EACH STATEMENT EXECUTE FUNCTION refuse('receipts are final');

-- Four eyes: the check is the appraiser's hand. Whoever made it edits, opines,
-- decides and confirms nothing of that dossier, and the other way round.
CREATE FUNCTION receipt_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND e.person = NEW.person)
  OR EXISTS (SELECT 1 FROM review r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person AND r.kind <> 'appraisal')
  OR EXISTS (SELECT 1 FROM decision d WHERE d.system_id = NEW.system_id AND d.dossier_no = NEW.dossier_no AND d.person = NEW.person)
  OR EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
THEN RAISE EXCEPTION 'four eyes: receipt'; END IF; RETURN NEW; END $$;
CREATE TRIGGER receipt_four_eyes BEFORE INSERT ON receipt FOR EACH ROW EXECUTE FUNCTION receipt_four_eyes();
CREATE FUNCTION editor_not_receiver() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM receipt r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
THEN RAISE EXCEPTION 'four eyes: editor'; END IF; RETURN NEW; END $$;
CREATE TRIGGER editor_not_receiver BEFORE INSERT ON dossier_editor FOR EACH ROW EXECUTE FUNCTION editor_not_receiver();
CREATE FUNCTION opinion_not_receiver() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.kind <> 'appraisal' AND EXISTS (SELECT 1 FROM receipt r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
THEN RAISE EXCEPTION 'four eyes: review'; END IF; RETURN NEW; END $$;
CREATE TRIGGER opinion_not_receiver BEFORE INSERT ON review FOR EACH ROW EXECUTE FUNCTION opinion_not_receiver();
CREATE FUNCTION decision_not_receiver() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM receipt r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
THEN RAISE EXCEPTION 'four eyes: decision'; END IF; RETURN NEW; END $$;
CREATE TRIGGER decision_not_receiver BEFORE INSERT ON decision FOR EACH ROW EXECUTE FUNCTION decision_not_receiver();
CREATE FUNCTION confirmation_not_receiver() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM approval a JOIN receipt r ON r.system_id = a.system_id AND r.dossier_no = a.dossier_no
             WHERE a.system_id = NEW.system_id AND a.no = NEW.approval_no AND r.person = NEW.person)
THEN RAISE EXCEPTION 'four eyes: confirmation'; END IF; RETURN NEW; END $$;
CREATE TRIGGER confirmation_not_receiver BEFORE INSERT ON confirmation FOR EACH ROW EXECUTE FUNCTION confirmation_not_receiver();
