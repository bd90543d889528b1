-- The machines that may ask the gate. A gateway's keys are rows of their own:
-- said once, ended once, never another gateway's.
CREATE TABLE gateway (
  name          TEXT PRIMARY KEY CHECK (name <> ''),
  version       INTEGER NOT NULL CHECK (version >= 1),
  title         TEXT NOT NULL CHECK (title <> ''),
  body          TEXT NOT NULL REFERENCES agency (code),
  san           TEXT NOT NULL,
  reach         TEXT NOT NULL,
  registered_by TEXT NOT NULL,
  registered_at TEXT NOT NULL,
  revoked       TEXT
) STRICT;

CREATE TABLE gateway_pin (
  spki     TEXT PRIMARY KEY CHECK (length(spki) = 64),
  gateway  TEXT NOT NULL REFERENCES gateway (name),
  no       INTEGER NOT NULL,
  pub      TEXT NOT NULL,
  from_at  TEXT NOT NULL,
  until_at TEXT NOT NULL,
  made_by  TEXT NOT NULL,
  at       TEXT NOT NULL,
  UNIQUE (gateway, no)
) STRICT;

CREATE TABLE gateway_pin_end (
  spki  TEXT PRIMARY KEY REFERENCES gateway_pin (spki),
  ended TEXT NOT NULL
) STRICT;

-- Ids of signed assertions that were used; kept until the assertion ends.
CREATE TABLE gateway_assertion (
  gateway  TEXT NOT NULL,
  jti      TEXT NOT NULL,
  until_at TEXT NOT NULL,
  PRIMARY KEY (gateway, jti)
) STRICT;
CREATE INDEX gateway_assertion_until ON gateway_assertion (until_at);

CREATE TRIGGER gateway_stays BEFORE DELETE ON gateway BEGIN SELECT RAISE(ABORT, 'gateways are revoked, not deleted'); END;
CREATE TRIGGER gateway_final_r BEFORE INSERT ON gateway WHEN EXISTS (SELECT 1 FROM gateway x WHERE x.name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'gateways are not replaced'); END;
CREATE TRIGGER gateway_final_u BEFORE UPDATE ON gateway WHEN OLD.revoked IS NOT NULL OR NEW.name <> OLD.name OR NEW.registered_at <> OLD.registered_at OR NEW.registered_by <> OLD.registered_by
BEGIN SELECT RAISE(ABORT, 'a revoked gateway is final'); END;
CREATE TRIGGER gateway_pin_final_u BEFORE UPDATE ON gateway_pin BEGIN SELECT RAISE(ABORT, 'pins are final'); END;
CREATE TRIGGER gateway_pin_final_d BEFORE DELETE ON gateway_pin BEGIN SELECT RAISE(ABORT, 'pins are final'); END;
CREATE TRIGGER gateway_pin_final_r BEFORE INSERT ON gateway_pin WHEN EXISTS (SELECT 1 FROM gateway_pin x WHERE x.spki = NEW.spki OR x.gateway = NEW.gateway AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'pins are final'); END;
CREATE TRIGGER gateway_pin_end_final_u BEFORE UPDATE ON gateway_pin_end BEGIN SELECT RAISE(ABORT, 'a revoked pin is final'); END;
CREATE TRIGGER gateway_pin_end_final_d BEFORE DELETE ON gateway_pin_end BEGIN SELECT RAISE(ABORT, 'a revoked pin is final'); END;
CREATE TRIGGER gateway_pin_end_final_r BEFORE INSERT ON gateway_pin_end WHEN EXISTS (SELECT 1 FROM gateway_pin_end x WHERE x.spki = NEW.spki)
BEGIN SELECT RAISE(ABORT, 'a revoked pin is final'); END;
