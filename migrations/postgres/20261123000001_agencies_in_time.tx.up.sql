-- Agencies in time: when a body came into being and who took over from it, and
-- the owners a system had. system.owner stays the owner of today, by which the
-- register is divided among its users.

ALTER TABLE agency ADD COLUMN founded_on TEXT NOT NULL DEFAULT '';
ALTER TABLE agency ADD COLUMN successor TEXT NOT NULL DEFAULT '';

CREATE TABLE transfer (
  system_id   BIGINT NOT NULL REFERENCES system (id),
  no          BIGINT NOT NULL CHECK (no >= 1),
  from_agency TEXT NOT NULL REFERENCES agency (code),
  to_agency   TEXT NOT NULL REFERENCES agency (code),
  on_day      TEXT NOT NULL CHECK (on_day <> ''),
  kind        TEXT NOT NULL CHECK (kind IN ('merge', 'rename', 'transfer', 'split')),
  cites       TEXT NOT NULL,
  person      TEXT NOT NULL,
  account     TEXT NOT NULL,
  capacity    TEXT NOT NULL,
  body        TEXT NOT NULL,
  at          TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (system_id, no),
  CHECK (from_agency <> to_agency)
);

-- A system goes from hand to hand: each transfer takes it where the one before
-- left it, and not before that one's day.
CREATE FUNCTION transfer_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.no > 1 AND NOT EXISTS (SELECT 1 FROM transfer t WHERE t.system_id = NEW.system_id AND t.no = NEW.no - 1
                                AND t.to_agency = NEW.from_agency AND t.on_day <= NEW.on_day)
THEN RAISE EXCEPTION 'transfers follow each other'; END IF; RETURN NEW; END $$;
CREATE TRIGGER transfer_follows BEFORE INSERT ON transfer FOR EACH ROW EXECUTE FUNCTION transfer_follows();

CREATE TRIGGER transfer_final_u BEFORE UPDATE ON transfer FOR EACH ROW EXECUTE FUNCTION refuse('transfers are final');
CREATE TRIGGER transfer_final_d BEFORE DELETE ON transfer FOR EACH ROW EXECUTE FUNCTION refuse('transfers are final');
CREATE TRIGGER transfer_final_t BEFORE TRUNCATE ON transfer FOR EACH STATEMENT EXECUTE FUNCTION refuse('transfers are final');
