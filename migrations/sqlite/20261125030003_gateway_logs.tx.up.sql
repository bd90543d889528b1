-- What gateways report back: their decision logs in batches, each chained to the
-- one before it, and who took note of a connection seen without a matching allow.

CREATE TABLE gate_log (
  gateway  TEXT NOT NULL CHECK (gateway <> ''),
  no       INTEGER NOT NULL CHECK (no >= 1),
  at       TEXT NOT NULL,
  previous TEXT NOT NULL,
  digest   TEXT NOT NULL,
  PRIMARY KEY (gateway, no)
) STRICT;

CREATE TABLE gate_use (
  gateway  TEXT NOT NULL,
  id       TEXT NOT NULL CHECK (id <> ''),
  log_no   INTEGER NOT NULL,
  no       INTEGER NOT NULL CHECK (no >= 1),
  at       TEXT NOT NULL,
  consumer TEXT NOT NULL,
  provider TEXT NOT NULL,
  service  TEXT NOT NULL,
  passed   INTEGER NOT NULL CHECK (passed IN (0, 1)),
  matched  INTEGER NOT NULL CHECK (matched IN (0, 1)),
  PRIMARY KEY (gateway, id),
  FOREIGN KEY (gateway, log_no) REFERENCES gate_log (gateway, no)
) STRICT;
CREATE INDEX gate_use_pair ON gate_use (consumer, provider, service, at);
CREATE INDEX gate_use_log ON gate_use (gateway, log_no, no);
CREATE INDEX gate_use_alarm ON gate_use (gateway, log_no) WHERE passed = 1 AND matched = 0;

CREATE TABLE alarm_note (
  no       INTEGER PRIMARY KEY,
  gateway  TEXT NOT NULL,
  consumer TEXT NOT NULL,
  provider TEXT NOT NULL,
  service  TEXT NOT NULL,
  through  INTEGER NOT NULL,
  note     TEXT NOT NULL CHECK (note <> ''),
  person   TEXT NOT NULL,
  account  TEXT NOT NULL,
  capacity TEXT NOT NULL,
  body     TEXT NOT NULL,
  at       TEXT NOT NULL
) STRICT;

CREATE TRIGGER gate_log_final_u BEFORE UPDATE ON gate_log BEGIN SELECT RAISE(ABORT, 'logs are final'); END;
CREATE TRIGGER gate_log_final_d BEFORE DELETE ON gate_log BEGIN SELECT RAISE(ABORT, 'logs are final'); END;
CREATE TRIGGER gate_use_final_u BEFORE UPDATE ON gate_use BEGIN SELECT RAISE(ABORT, 'logs are final'); END;
CREATE TRIGGER gate_use_final_d BEFORE DELETE ON gate_use BEGIN SELECT RAISE(ABORT, 'logs are final'); END;
CREATE TRIGGER gate_use_final_r BEFORE INSERT ON gate_use WHEN EXISTS (SELECT 1 FROM gate_use x WHERE x.gateway = NEW.gateway AND x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'logs are final'); END;
CREATE TRIGGER alarm_note_final_u BEFORE UPDATE ON alarm_note BEGIN SELECT RAISE(ABORT, 'notes are final'); END;
CREATE TRIGGER alarm_note_final_d BEFORE DELETE ON alarm_note BEGIN SELECT RAISE(ABORT, 'notes are final'); END;
