-- What is said about a dossier while it is judged. Final; nobody sits on both
-- sides of the table.
CREATE TABLE remark (
  system_id  INTEGER NOT NULL,
  dossier_no INTEGER NOT NULL,
  no         INTEGER NOT NULL CHECK (no >= 1),
  thread     INTEGER NOT NULL CHECK (thread BETWEEN 1 AND no),
  kind       TEXT NOT NULL CHECK (kind IN ('ask', 'answer', 'resolve', 'reopen', 'seen')),
  side       TEXT NOT NULL CHECK (side IN ('judging', 'applicant')),
  round      INTEGER NOT NULL CHECK (round >= 1),
  target     TEXT NOT NULL,
  internal   INTEGER NOT NULL CHECK (internal IN (0, 1)),
  text       TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;
CREATE TRIGGER remark_final_u BEFORE UPDATE ON remark BEGIN SELECT RAISE(ABORT, 'remarks are final'); END;
CREATE TRIGGER remark_final_d BEFORE DELETE ON remark BEGIN SELECT RAISE(ABORT, 'remarks are final'); END;
CREATE TRIGGER remark_final_r BEFORE INSERT ON remark WHEN EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'remarks are final'); END;
CREATE TRIGGER remark_four_eyes BEFORE INSERT ON remark
WHEN NEW.side = 'judging' AND EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND e.person = NEW.person)
  OR NEW.side = 'applicant' AND (
     EXISTS (SELECT 1 FROM review r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
  OR EXISTS (SELECT 1 FROM receipt r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
  OR EXISTS (SELECT 1 FROM decision d WHERE d.system_id = NEW.system_id AND d.dossier_no = NEW.dossier_no AND d.person = NEW.person))
  OR EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.side <> NEW.side)
BEGIN SELECT RAISE(ABORT, 'four eyes: remark'); END;
CREATE TRIGGER editor_not_judging BEFORE INSERT ON dossier_editor
WHEN EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.side = 'judging')
BEGIN SELECT RAISE(ABORT, 'four eyes: editor'); END;
CREATE TRIGGER review_not_applicant BEFORE INSERT ON review
WHEN EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.side = 'applicant')
BEGIN SELECT RAISE(ABORT, 'four eyes: review'); END;
CREATE TRIGGER receipt_not_applicant BEFORE INSERT ON receipt
WHEN EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.side = 'applicant')
BEGIN SELECT RAISE(ABORT, 'four eyes: receipt'); END;
CREATE TRIGGER decision_not_applicant BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.side = 'applicant')
BEGIN SELECT RAISE(ABORT, 'four eyes: decision'); END;
