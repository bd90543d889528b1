-- The fields of a dossier's statement, each saved by itself: where it stands, on
-- the dossier; every value it ever had, here.

ALTER TABLE dossier ADD COLUMN fields TEXT;

CREATE TABLE field_save (
  system_id   INTEGER NOT NULL,
  dossier_no  INTEGER NOT NULL,
  field       TEXT NOT NULL CHECK (field <> ''),
  version     INTEGER NOT NULL CHECK (version >= 1),
  was         TEXT NOT NULL,
  value       TEXT NOT NULL,
  from_system TEXT NOT NULL,
  person      TEXT NOT NULL,
  account     TEXT NOT NULL,
  capacity    TEXT NOT NULL,
  body        TEXT NOT NULL,
  at          TEXT NOT NULL,
  PRIMARY KEY (system_id, dossier_no, field, version),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;
CREATE TRIGGER field_save_final_u BEFORE UPDATE ON field_save BEGIN SELECT RAISE(ABORT, 'saves are final'); END;
CREATE TRIGGER field_save_final_d BEFORE DELETE ON field_save BEGIN SELECT RAISE(ABORT, 'saves are final'); END;
CREATE TRIGGER field_save_final_r BEFORE INSERT ON field_save WHEN EXISTS (SELECT 1 FROM field_save x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.field = NEW.field AND x.version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'saves are final'); END;

-- A form sent twice has one effect: what its token did, kept for two days.
CREATE TABLE once (
  account TEXT NOT NULL,
  token   TEXT NOT NULL CHECK (length(token) BETWEEN 16 AND 128),
  body    TEXT NOT NULL,
  object  TEXT NOT NULL,
  at      TEXT NOT NULL,
  PRIMARY KEY (account, token)
) STRICT;
CREATE INDEX once_at ON once (at);
