-- Who has taken which dossier in hand: taken, given back, handed over. Final; a
-- hold keeps nobody else from acting, it says who is at it.
CREATE TABLE hold (
  system_id  INTEGER NOT NULL,
  dossier_no INTEGER NOT NULL,
  no         INTEGER NOT NULL CHECK (no >= 1),
  kind       TEXT NOT NULL CHECK (kind IN ('take', 'release', 'hand')),
  holder     TEXT NOT NULL CHECK ((holder = '') = (kind = 'release')),
  login      TEXT NOT NULL,
  name       TEXT NOT NULL,
  note       TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;
CREATE TRIGGER hold_final_u BEFORE UPDATE ON hold BEGIN SELECT RAISE(ABORT, 'holds are final'); END;
CREATE TRIGGER hold_final_d BEFORE DELETE ON hold BEGIN SELECT RAISE(ABORT, 'holds are final'); END;
CREATE TRIGGER hold_final_r BEFORE INSERT ON hold WHEN EXISTS (SELECT 1 FROM hold x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'holds are final'); END;
CREATE TRIGGER hold_four_eyes BEFORE INSERT ON hold
WHEN EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND (e.person = NEW.holder OR e.person = NEW.person))
BEGIN SELECT RAISE(ABORT, 'four eyes: hold'); END;
