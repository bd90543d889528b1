-- The bodies that the lead of an appraisal consults on one round of a dossier:
-- asked, answered, withdrawn. Final; whoever answers has no other hand in it.
CREATE TABLE consultation (
  system_id  BIGINT NOT NULL,
  dossier_no BIGINT NOT NULL,
  no         BIGINT NOT NULL CHECK (no >= 1),
  ask        BIGINT NOT NULL CHECK ((kind = 'ask') = (ask = no) AND ask BETWEEN 1 AND no),
  kind       TEXT NOT NULL CHECK (kind IN ('ask', 'answer', 'withdraw')),
  asked      TEXT NOT NULL REFERENCES agency (code),
  round      BIGINT NOT NULL CHECK (round >= 1),
  digest     TEXT NOT NULL CHECK (length(digest) = 64),
  question   TEXT NOT NULL CHECK ((kind = 'ask') = (question <> '')),
  due        TEXT NOT NULL CHECK ((kind = 'ask') = (due <> '')),
  outcome    TEXT NOT NULL CHECK (CASE kind WHEN 'answer' THEN outcome IN ('agree', 'disagree') ELSE outcome = '' END),
  comment    TEXT NOT NULL CHECK (outcome <> 'disagree' OR comment <> ''),
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL CHECK (kind <> 'answer' OR body = asked),
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
);
CREATE INDEX consultation_asked ON consultation (asked);

CREATE TRIGGER consultation_final_u BEFORE UPDATE ON consultation FOR EACH ROW EXECUTE FUNCTION refuse('consultations are final');
CREATE TRIGGER consultation_final_d BEFORE DELETE ON consultation FOR EACH ROW EXECUTE FUNCTION refuse('consultations are final');
CREATE TRIGGER consultation_final_t BEFORE TRUNCATE ON consultation FOR EACH STATEMENT EXECUTE FUNCTION refuse('consultations are final');

-- A request is answered or withdrawn once, by the round it was made on.
CREATE FUNCTION consultation_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.kind <> 'ask' AND (
     NOT EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.ask AND x.kind = 'ask' AND x.asked = NEW.asked AND x.digest = NEW.digest)
  OR EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.ask = NEW.ask AND x.kind <> 'ask'))
THEN RAISE EXCEPTION 'the request is not open'; END IF; RETURN NEW; END $$;
CREATE TRIGGER consultation_open BEFORE INSERT ON consultation FOR EACH ROW EXECUTE FUNCTION consultation_open();

-- Four eyes, both ways.
CREATE FUNCTION consultation_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND e.person = NEW.person)
  OR EXISTS (SELECT 1 FROM decision d WHERE d.system_id = NEW.system_id AND d.dossier_no = NEW.dossier_no AND d.person = NEW.person)
  OR EXISTS (SELECT 1 FROM review r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person AND (NEW.kind = 'answer' OR r.kind <> 'appraisal'))
  OR EXISTS (SELECT 1 FROM remark m WHERE m.system_id = NEW.system_id AND m.dossier_no = NEW.dossier_no AND m.person = NEW.person AND (NEW.kind = 'answer' OR m.side = 'applicant'))
  OR EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND (x.kind = 'answer') <> (NEW.kind = 'answer'))
  OR NEW.kind = 'answer' AND EXISTS (SELECT 1 FROM receipt r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
THEN RAISE EXCEPTION 'four eyes: consultation'; END IF; RETURN NEW; END $$;
CREATE TRIGGER consultation_four_eyes BEFORE INSERT ON consultation FOR EACH ROW EXECUTE FUNCTION consultation_four_eyes();
CREATE FUNCTION editor_not_consulting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person)
THEN RAISE EXCEPTION 'four eyes: editor'; END IF; RETURN NEW; END $$;
CREATE TRIGGER editor_not_consulting BEFORE INSERT ON dossier_editor FOR EACH ROW EXECUTE FUNCTION editor_not_consulting();
CREATE FUNCTION review_not_consulted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND (x.kind = 'answer' OR NEW.kind <> 'appraisal'))
THEN RAISE EXCEPTION 'four eyes: review'; END IF; RETURN NEW; END $$;
CREATE TRIGGER review_not_consulted BEFORE INSERT ON review FOR EACH ROW EXECUTE FUNCTION review_not_consulted();
CREATE FUNCTION receipt_not_consulted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.kind = 'answer')
THEN RAISE EXCEPTION 'four eyes: receipt'; END IF; RETURN NEW; END $$;
CREATE TRIGGER receipt_not_consulted BEFORE INSERT ON receipt FOR EACH ROW EXECUTE FUNCTION receipt_not_consulted();
CREATE FUNCTION remark_not_consulted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND (x.kind = 'answer' OR NEW.side = 'applicant'))
THEN RAISE EXCEPTION 'four eyes: remark'; END IF; RETURN NEW; END $$;
CREATE TRIGGER remark_not_consulted BEFORE INSERT ON remark FOR EACH ROW EXECUTE FUNCTION remark_not_consulted();
CREATE FUNCTION decision_not_consulting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person)
THEN RAISE EXCEPTION 'four eyes: decision'; END IF; RETURN NEW; END $$;
CREATE TRIGGER decision_not_consulting BEFORE INSERT ON decision FOR EACH ROW EXECUTE FUNCTION decision_not_consulting();
CREATE FUNCTION confirmation_not_consulting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM approval a JOIN consultation x ON x.system_id = a.system_id AND x.dossier_no = a.dossier_no
             WHERE a.system_id = NEW.system_id AND a.no = NEW.approval_no AND x.person = NEW.person)
THEN RAISE EXCEPTION 'four eyes: confirmation'; END IF; RETURN NEW; END $$;
CREATE TRIGGER confirmation_not_consulting BEFORE INSERT ON confirmation FOR EACH ROW EXECUTE FUNCTION confirmation_not_consulting();
