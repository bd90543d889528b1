-- What happened at the door: who came in, who was refused, who was made sure of.
-- It is no act on the register and leaves no entry; each hour's events are sealed
-- by a hash that an entry keeps.
CREATE TABLE door_event (
  no      INTEGER PRIMARY KEY,
  at      TEXT NOT NULL,
  kind    TEXT NOT NULL CHECK (kind <> ''),
  login   TEXT NOT NULL,
  method  TEXT NOT NULL,
  agent   TEXT NOT NULL,
  address TEXT NOT NULL,
  why     TEXT NOT NULL
) STRICT;
CREATE INDEX door_event_login ON door_event (login, no);
CREATE TRIGGER door_event_final_u BEFORE UPDATE ON door_event BEGIN SELECT RAISE(ABORT, 'what happened is final'); END;
CREATE TRIGGER door_event_final_r BEFORE INSERT ON door_event WHEN EXISTS (SELECT 1 FROM door_event x WHERE x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'what happened is final'); END;

-- What hashes the events up to a number, and the seal before it.
CREATE TABLE door_seal (
  no   INTEGER PRIMARY KEY,
  upto INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER door_seal_final_u BEFORE UPDATE ON door_seal BEGIN SELECT RAISE(ABORT, 'seals are final'); END;
CREATE TRIGGER door_seal_final_d BEFORE DELETE ON door_seal BEGIN SELECT RAISE(ABORT, 'seals are final'); END;
CREATE TRIGGER door_seal_final_r BEFORE INSERT ON door_seal WHEN EXISTS (SELECT 1 FROM door_seal x WHERE x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'seals are final'); END;

-- When each account last came in. Those from before begin to count today.
CREATE TABLE account_seen (
  login TEXT PRIMARY KEY,
  at    TEXT NOT NULL
) STRICT;
INSERT INTO account_seen SELECT login, strftime('%Y-%m-%d %H:%M:%S', 'now') || '+00:00' FROM account;

-- What may no longer be thrown away, and what was: two persons and an entry each.
CREATE TABLE retention_row (
  no   INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('hold', 'lift', 'ask', 'purge', 'refuse')),
  body TEXT NOT NULL,
  upto INTEGER NOT NULL -- of the events thrown away, 0 for none
) STRICT;
CREATE TRIGGER retention_row_final_u BEFORE UPDATE ON retention_row BEGIN SELECT RAISE(ABORT, 'what was said of retention is final'); END;
CREATE TRIGGER retention_row_final_d BEFORE DELETE ON retention_row BEGIN SELECT RAISE(ABORT, 'what was said of retention is final'); END;
CREATE TRIGGER retention_row_final_r BEFORE INSERT ON retention_row WHEN EXISTS (SELECT 1 FROM retention_row x WHERE x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'what was said of retention is final'); END;
CREATE TRIGGER door_event_final_d BEFORE DELETE ON door_event
WHEN NOT EXISTS (SELECT 1 FROM retention_row x WHERE x.kind = 'purge' AND x.upto >= OLD.no)
BEGIN SELECT RAISE(ABORT, 'what happened is final'); END;
