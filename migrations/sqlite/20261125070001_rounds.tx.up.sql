-- Every submission is kept as it was handed in, and every check of whether it
-- was complete. Both are final.
ALTER TABLE dossier ADD COLUMN documents TEXT;

CREATE TABLE dossier_round (
  system_id  INTEGER NOT NULL,
  dossier_no INTEGER NOT NULL,
  no         INTEGER NOT NULL CHECK (no >= 1),
  digest     TEXT NOT NULL CHECK (length(digest) = 64),
  edition    TEXT NOT NULL,
  submission TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;

CREATE TABLE receipt (
  system_id  INTEGER NOT NULL,
  dossier_no INTEGER NOT NULL,
  no         INTEGER NOT NULL CHECK (no >= 1),
  round      INTEGER NOT NULL CHECK (round >= 1),
  complete   INTEGER NOT NULL CHECK (complete IN (0, 1)),
  lacks      TEXT NOT NULL CHECK (complete = 1 OR lacks <> ''),
  digest     TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;

CREATE TRIGGER dossier_round_final_u BEFORE UPDATE ON dossier_round BEGIN SELECT RAISE(ABORT, 'rounds are final'); END;
CREATE TRIGGER dossier_round_final_d BEFORE DELETE ON dossier_round BEGIN SELECT RAISE(ABORT, 'rounds are final'); END;
CREATE TRIGGER dossier_round_final_r BEFORE INSERT ON dossier_round WHEN EXISTS (SELECT 1 FROM dossier_round x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'rounds are final'); END;
CREATE TRIGGER receipt_final_u BEFORE UPDATE ON receipt BEGIN SELECT RAISE(ABORT, 'receipts are final'); END;
CREATE TRIGGER receipt_final_d BEFORE DELETE ON receipt BEGIN SELECT RAISE(ABORT, 'receipts are final'); END;
CREATE TRIGGER receipt_final_r BEFORE INSERT ON receipt WHEN EXISTS (SELECT 1 FROM receipt x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'receipts are final'); END;

-- Four eyes: the check is the appraiser's hand. Whoever made it edits, opines,
-- decides and confirms nothing of that dossier, and the other way round.
CREATE TRIGGER receipt_four_eyes BEFORE INSERT ON receipt
WHEN EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND e.person = NEW.person)
  OR EXISTS (SELECT 1 FROM review r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person AND r.kind <> 'appraisal')
  OR EXISTS (SELECT 1 FROM decision d WHERE d.system_id = NEW.system_id AND d.dossier_no = NEW.dossier_no AND d.person = NEW.person)
  OR EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: receipt'); END;
CREATE TRIGGER editor_not_receiver BEFORE INSERT ON dossier_editor
WHEN EXISTS (SELECT 1 FROM receipt r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: editor'); END;
CREATE TRIGGER opinion_not_receiver BEFORE INSERT ON review
WHEN NEW.kind <> 'appraisal' AND EXISTS (SELECT 1 FROM receipt r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: review'); END;
CREATE TRIGGER decision_not_receiver BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM receipt r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: decision'); END;
CREATE TRIGGER confirmation_not_receiver BEFORE INSERT ON confirmation
WHEN EXISTS (SELECT 1 FROM approval a JOIN receipt r ON r.system_id = a.system_id AND r.dossier_no = a.dossier_no
             WHERE a.system_id = NEW.system_id AND a.no = NEW.approval_no AND r.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: confirmation'); END;
