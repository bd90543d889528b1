-- The machines that may ask the gate. A gateway's keys are rows of their own:
-- said once, ended once, never another gateway's.
CREATE TABLE gateway (
  name          TEXT PRIMARY KEY CHECK (name <> ''),
  version       BIGINT NOT NULL CHECK (version >= 1),
  title         TEXT NOT NULL CHECK (title <> ''),
  body          TEXT NOT NULL REFERENCES agency (code),
  san           TEXT NOT NULL,
  reach         TEXT NOT NULL,
  registered_by TEXT NOT NULL,
  registered_at TIMESTAMPTZ NOT NULL,
  revoked       TEXT
);

CREATE TABLE gateway_pin (
  spki     TEXT PRIMARY KEY CHECK (length(spki) = 64),
  gateway  TEXT NOT NULL REFERENCES gateway (name),
  no       BIGINT NOT NULL,
  pub      TEXT NOT NULL,
  from_at  TIMESTAMPTZ NOT NULL,
  until_at TIMESTAMPTZ NOT NULL,
  made_by  TEXT NOT NULL,
  at       TIMESTAMPTZ NOT NULL,
  UNIQUE (gateway, no)
);

CREATE TABLE gateway_pin_end (
  spki  TEXT PRIMARY KEY REFERENCES gateway_pin (spki),
  ended TEXT NOT NULL
);

-- Ids of signed assertions that were used; kept until the assertion ends.
CREATE TABLE gateway_assertion (
  gateway  TEXT NOT NULL,
  jti      TEXT NOT NULL,
  until_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (gateway, jti)
);
CREATE INDEX gateway_assertion_until ON gateway_assertion (until_at);

CREATE TRIGGER gateway_stays BEFORE DELETE ON gateway FOR EACH ROW EXECUTE FUNCTION refuse('gateways are revoked, not deleted');
CREATE TRIGGER gateway_stays_t BEFORE TRUNCATE ON gateway FOR EACH STATEMENT EXECUTE FUNCTION refuse('gateways are revoked, not deleted');
CREATE TRIGGER gateway_final_u BEFORE UPDATE ON gateway FOR EACH ROW
WHEN (OLD.revoked IS NOT NULL OR NEW.name <> OLD.name OR NEW.registered_at <> OLD.registered_at OR NEW.registered_by <> OLD.registered_by)
EXECUTE FUNCTION refuse('a revoked gateway is final');
CREATE TRIGGER gateway_pin_final_u BEFORE UPDATE ON gateway_pin FOR EACH ROW EXECUTE FUNCTION refuse('pins are final');
CREATE TRIGGER gateway_pin_final_d BEFORE DELETE ON gateway_pin FOR EACH ROW EXECUTE FUNCTION refuse('pins are final');
CREATE TRIGGER gateway_pin_final_t BEFORE TRUNCATE ON gateway_pin FOR EACH STATEMENT EXECUTE FUNCTION refuse('pins are final');
CREATE TRIGGER gateway_pin_end_final_u BEFORE UPDATE ON gateway_pin_end FOR EACH ROW EXECUTE FUNCTION refuse('a revoked pin is final');
CREATE TRIGGER gateway_pin_end_final_d BEFORE DELETE ON gateway_pin_end FOR EACH ROW EXECUTE FUNCTION refuse('a revoked pin is final');
CREATE TRIGGER gateway_pin_end_final_t BEFORE TRUNCATE ON gateway_pin_end FOR EACH STATEMENT EXECUTE FUNCTION refuse('a revoked pin is final');
