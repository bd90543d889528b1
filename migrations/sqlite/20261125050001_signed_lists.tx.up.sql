-- What is signed and given away: the keys' public parts, the checkpoints that
-- were signed, and each system's place in the status lists.

CREATE TABLE seal_key (
  id       TEXT PRIMARY KEY CHECK (id <> ''),
  alg      TEXT NOT NULL CHECK (alg IN ('ES256', 'Ed25519')),
  spki     TEXT NOT NULL CHECK (spki <> ''),
  made_at  TEXT NOT NULL,
  until_at TEXT
) STRICT;

CREATE TRIGGER seal_key_final_u BEFORE UPDATE ON seal_key
WHEN OLD.until_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.alg <> OLD.alg OR NEW.spki <> OLD.spki OR NEW.made_at <> OLD.made_at
BEGIN SELECT RAISE(ABORT, 'keys are retired, not changed'); END;
CREATE TRIGGER seal_key_final_d BEFORE DELETE ON seal_key BEGIN SELECT RAISE(ABORT, 'keys are retired, not deleted'); END;
CREATE TRIGGER seal_key_final_r BEFORE INSERT ON seal_key WHEN EXISTS (SELECT 1 FROM seal_key x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'keys are retired, not replaced'); END;

CREATE TABLE ledger_checkpoint (
  size INTEGER PRIMARY KEY CHECK (size >= 0),
  note TEXT NOT NULL CHECK (note <> '')
) STRICT;

CREATE TRIGGER ledger_checkpoint_final_u BEFORE UPDATE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoints are final'); END;
CREATE TRIGGER ledger_checkpoint_final_d BEFORE DELETE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoints are final'); END;
CREATE TRIGGER ledger_checkpoint_final_r BEFORE INSERT ON ledger_checkpoint WHEN EXISTS (SELECT 1 FROM ledger_checkpoint x WHERE x.size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'checkpoints are final'); END;

-- A place once given stays with its system; places are 0, 1, 2, … in the order
-- of registration, given in the transaction that makes the system.
CREATE TABLE status_place (
  place     INTEGER PRIMARY KEY CHECK (place >= 0),
  system_id INTEGER NOT NULL UNIQUE REFERENCES system (id)
) STRICT;

INSERT INTO status_place (place, system_id) SELECT ROW_NUMBER() OVER (ORDER BY id) - 1, id FROM system;

CREATE TRIGGER system_takes_place AFTER INSERT ON system
BEGIN INSERT INTO status_place (place, system_id) SELECT COALESCE(MAX(place), -1) + 1, NEW.id FROM status_place; END;
CREATE TRIGGER status_place_final_u BEFORE UPDATE ON status_place BEGIN SELECT RAISE(ABORT, 'places are final'); END;
CREATE TRIGGER status_place_final_d BEFORE DELETE ON status_place BEGIN SELECT RAISE(ABORT, 'places are final'); END;
CREATE TRIGGER status_place_final_r BEFORE INSERT ON status_place WHEN EXISTS (SELECT 1 FROM status_place x WHERE x.place = NEW.place)
BEGIN SELECT RAISE(ABORT, 'places are final'); END;
