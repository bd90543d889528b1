-- The bodies that the lead of an appraisal consults on one round of a dossier:
-- asked, answered, withdrawn. Final; whoever answers has no other hand in it.
CREATE TABLE consultation (
  system_id  INTEGER NOT NULL,
  dossier_no INTEGER NOT NULL,
  no         INTEGER NOT NULL CHECK (no >= 1),
  ask        INTEGER NOT NULL CHECK ((kind = 'ask') = (ask = no) AND ask BETWEEN 1 AND no),
  kind       TEXT NOT NULL CHECK (kind IN ('ask', 'answer', 'withdraw')),
  asked      TEXT NOT NULL REFERENCES agency (code),
  round      INTEGER NOT NULL CHECK (round >= 1),
  digest     TEXT NOT NULL CHECK (length(digest) = 64),
  question   TEXT NOT NULL CHECK ((kind = 'ask') = (question <> '')),
  due        TEXT NOT NULL CHECK ((kind = 'ask') = (due <> '')),
  outcome    TEXT NOT NULL CHECK (CASE kind WHEN 'answer' THEN outcome IN ('agree', 'disagree') ELSE outcome = '' END),
  comment    TEXT NOT NULL CHECK (outcome <> 'disagree' OR comment <> ''),
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL CHECK (kind <> 'answer' OR body = asked),
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;
CREATE INDEX consultation_asked ON consultation (asked);

CREATE TRIGGER consultation_final_u BEFORE UPDATE ON consultation BEGIN SELECT RAISE(ABORT, 'consultations are final'); END;
CREATE TRIGGER consultation_final_d BEFORE DELETE ON consultation BEGIN SELECT RAISE(ABORT, 'consultations are final'); END;
CREATE TRIGGER consultation_final_r BEFORE INSERT ON consultation WHEN EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'consultations are final'); END;

-- A request is answered or withdrawn once, by the round it was made on.
CREATE TRIGGER consultation_open BEFORE INSERT ON consultation
WHEN NEW.kind <> 'ask' AND (
     NOT EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.ask AND x.kind = 'ask' AND x.asked = NEW.asked AND x.digest = NEW.digest)
  OR EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.ask = NEW.ask AND x.kind <> 'ask'))
BEGIN SELECT RAISE(ABORT, 'the request is not open'); END;

-- Four eyes, both ways.
CREATE TRIGGER consultation_four_eyes BEFORE INSERT ON consultation
WHEN EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND e.person = NEW.person)
  OR EXISTS (SELECT 1 FROM decision d WHERE d.system_id = NEW.system_id AND d.dossier_no = NEW.dossier_no AND d.person = NEW.person)
  OR EXISTS (SELECT 1 FROM review r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person AND (NEW.kind = 'answer' OR r.kind <> 'appraisal'))
  OR EXISTS (SELECT 1 FROM remark m WHERE m.system_id = NEW.system_id AND m.dossier_no = NEW.dossier_no AND m.person = NEW.person AND (NEW.kind = 'answer' OR m.side = 'applicant'))
  OR EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND (x.kind = 'answer') <> (NEW.kind = 'answer'))
  OR NEW.kind = 'answer' AND EXISTS (SELECT 1 FROM receipt r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: consultation'); END;
CREATE TRIGGER editor_not_consulting BEFORE INSERT ON dossier_editor
WHEN EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: editor'); END;
CREATE TRIGGER review_not_consulted BEFORE INSERT ON review
WHEN EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND (x.kind = 'answer' OR NEW.kind <> 'appraisal'))
BEGIN SELECT RAISE(ABORT, 'four eyes: review'); END;
CREATE TRIGGER receipt_not_consulted BEFORE INSERT ON receipt
WHEN EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.kind = 'answer')
BEGIN SELECT RAISE(ABORT, 'four eyes: receipt'); END;
CREATE TRIGGER remark_not_consulted BEFORE INSERT ON remark
WHEN EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND (x.kind = 'answer' OR NEW.side = 'applicant'))
BEGIN SELECT RAISE(ABORT, 'four eyes: remark'); END;
CREATE TRIGGER decision_not_consulting BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: decision'); END;
CREATE TRIGGER confirmation_not_consulting BEFORE INSERT ON confirmation
WHEN EXISTS (SELECT 1 FROM approval a JOIN consultation x ON x.system_id = a.system_id AND x.dossier_no = a.dossier_no
             WHERE a.system_id = NEW.system_id AND a.no = NEW.approval_no AND x.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: confirmation'); END;
