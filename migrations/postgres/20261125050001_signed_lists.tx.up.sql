-- What is signed and given away: the keys' public parts, the checkpoints that
-- were signed, and each system's place in the status lists.

CREATE TABLE seal_key (
  id       TEXT PRIMARY KEY CHECK (id <> ''),
  alg      TEXT NOT NULL CHECK (alg IN ('ES256', 'Ed25519')),
  spki     TEXT NOT NULL CHECK (spki <> ''),
  made_at  TIMESTAMPTZ NOT NULL,
  until_at TIMESTAMPTZ
);

CREATE TRIGGER seal_key_final_u BEFORE UPDATE ON seal_key FOR EACH ROW
WHEN (OLD.until_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.alg <> OLD.alg OR NEW.spki <> OLD.spki OR NEW.made_at <> OLD.made_at)
EXECUTE FUNCTION refuse('keys are retired, not changed');
CREATE TRIGGER seal_key_final_d BEFORE DELETE ON seal_key FOR EACH ROW EXECUTE FUNCTION refuse('keys are retired, not deleted');
CREATE TRIGGER seal_key_final_t BEFORE TRUNCATE ON seal_key FOR EACH STATEMENT EXECUTE FUNCTION refuse('keys are retired, not deleted');

CREATE TABLE ledger_checkpoint (
  size BIGINT PRIMARY KEY CHECK (size >= 0),
  note TEXT NOT NULL CHECK (note <> '')
);

CREATE TRIGGER ledger_checkpoint_final_u BEFORE UPDATE ON ledger_checkpoint FOR EACH ROW EXECUTE FUNCTION refuse('checkpoints are final');
CREATE TRIGGER ledger_checkpoint_final_d BEFORE DELETE ON ledger_checkpoint FOR EACH ROW EXECUTE FUNCTION refuse('checkpoints are final');
CREATE TRIGGER ledger_checkpoint_final_t BEFORE TRUNCATE ON ledger_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse('checkpoints are final');

-- A place once given stays with its system; places are 0, 1, 2, … in the order
-- of registration, given in the transaction that makes the system.
CREATE TABLE status_place (
  place     BIGINT PRIMARY KEY CHECK (place >= 0),
  system_id BIGINT NOT NULL UNIQUE REFERENCES system (id)
);

INSERT INTO status_place (place, system_id) SELECT ROW_NUMBER() OVER (ORDER BY id) - 1, id FROM system;

CREATE FUNCTION system_takes_place() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
INSERT INTO status_place (place, system_id) SELECT COALESCE(MAX(place), -1) + 1, NEW.id FROM status_place; RETURN NULL; END $$;
CREATE TRIGGER system_takes_place AFTER INSERT ON system FOR EACH ROW EXECUTE FUNCTION system_takes_place();
CREATE TRIGGER status_place_final_u BEFORE UPDATE ON status_place FOR EACH ROW EXECUTE FUNCTION refuse('places are final');
CREATE TRIGGER status_place_final_d BEFORE DELETE ON status_place FOR EACH ROW EXECUTE FUNCTION refuse('places are final');
CREATE TRIGGER status_place_final_t BEFORE TRUNCATE ON status_place FOR EACH STATEMENT EXECUTE FUNCTION refuse('places are final');
