-- Who has taken which dossier in hand: taken, given back, handed over. Final; a
-- hold keeps nobody else from acting, it says who is at it.
CREATE TABLE hold (
  system_id  BIGINT NOT NULL,
  dossier_no BIGINT NOT NULL,
  no         BIGINT NOT NULL CHECK (no >= 1),
  kind       TEXT NOT NULL CHECK (kind IN ('take', 'release', 'hand')),
  holder     TEXT NOT NULL CHECK ((holder = '') = (kind = 'release')),
  login      TEXT NOT NULL,
  name       TEXT NOT NULL,
  note       TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
);
CREATE TRIGGER hold_final_u BEFORE UPDATE ON hold FOR EACH ROW EXECUTE FUNCTION refuse('holds are final');
CREATE TRIGGER hold_final_d BEFORE DELETE ON hold FOR EACH ROW EXECUTE FUNCTION refuse('holds are final');
CREATE TRIGGER hold_final_t BEFORE TRUNCATE ON hold FOR EACH STATEMENT EXECUTE FUNCTION refuse('holds are final');
CREATE FUNCTION hold_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND (e.person = NEW.holder OR e.person = NEW.person))
THEN RAISE EXCEPTION 'four eyes: hold'; END IF; RETURN NEW; END $$;
CREATE TRIGGER hold_four_eyes BEFORE INSERT ON hold FOR EACH ROW EXECUTE FUNCTION hold_four_eyes();
