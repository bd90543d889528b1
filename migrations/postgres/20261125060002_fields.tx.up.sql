-- The fields of a dossier's statement, each saved by itself: where it stands, on
-- the dossier; every value it ever had, here.

ALTER TABLE dossier ADD COLUMN fields TEXT;

CREATE TABLE field_save (
  system_id   BIGINT NOT NULL,
  dossier_no  BIGINT NOT NULL,
  field       TEXT NOT NULL CHECK (field <> ''),
  version     BIGINT NOT NULL CHECK (version >= 1),
  was         TEXT NOT NULL,
  value       TEXT NOT NULL,
  from_system TEXT NOT NULL,
  person      TEXT NOT NULL,
  account     TEXT NOT NULL,
  capacity    TEXT NOT NULL,
  body        TEXT NOT NULL,
  at          TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (system_id, dossier_no, field, version),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
);
CREATE TRIGGER field_save_final_u BEFORE UPDATE ON field_save FOR EACH ROW EXECUTE FUNCTION refuse('saves are final');
CREATE TRIGGER field_save_final_d BEFORE DELETE ON field_save FOR EACH ROW EXECUTE FUNCTION refuse('saves are final');
CREATE TRIGGER field_save_final_t BEFORE TRUNCATE ON field_save FOR EACH STATEMENT EXECUTE FUNCTION refuse('saves are final');

-- A form sent twice has one effect: what its token did, kept for two days.
CREATE TABLE once (
  account TEXT NOT NULL,
  token   TEXT NOT NULL CHECK (length(token) BETWEEN 16 AND 128),
  body    TEXT NOT NULL,
  object  TEXT NOT NULL,
  at      TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (account, token)
);
CREATE INDEX once_at ON once (at);
