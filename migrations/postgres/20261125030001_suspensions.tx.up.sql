-- Suspensions of a system's connections by the regulator, and what lifted them.

CREATE TABLE suspension (
  system_id  BIGINT NOT NULL REFERENCES system (id),
  no         BIGINT NOT NULL CHECK (no >= 1),
  direction  TEXT NOT NULL CHECK (direction IN ('', 'provider', 'consumer')),
  service    TEXT NOT NULL,
  ground     TEXT NOT NULL CHECK (ground <> ''),
  number     TEXT NOT NULL,
  from_at    TIMESTAMPTZ NOT NULL,
  until_day  TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (system_id, no)
);

CREATE TABLE suspension_lift (
  system_id  BIGINT NOT NULL,
  no         BIGINT NOT NULL,
  ground     TEXT NOT NULL CHECK (ground <> ''),
  number     TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (system_id, no),
  FOREIGN KEY (system_id, no) REFERENCES suspension (system_id, no)
);

CREATE TRIGGER suspension_final_u BEFORE UPDATE ON suspension FOR EACH ROW EXECUTE FUNCTION refuse('suspensions are final');
CREATE TRIGGER suspension_final_d BEFORE DELETE ON suspension FOR EACH ROW EXECUTE FUNCTION refuse('suspensions are final');
CREATE TRIGGER suspension_final_t BEFORE TRUNCATE ON suspension FOR EACH STATEMENT EXECUTE FUNCTION refuse('suspensions are final');
CREATE TRIGGER suspension_lift_final_u BEFORE UPDATE ON suspension_lift FOR EACH ROW EXECUTE FUNCTION refuse('reinstatements are final');
CREATE TRIGGER suspension_lift_final_d BEFORE DELETE ON suspension_lift FOR EACH ROW EXECUTE FUNCTION refuse('reinstatements are final');
CREATE TRIGGER suspension_lift_final_t BEFORE TRUNCATE ON suspension_lift FOR EACH STATEMENT EXECUTE FUNCTION refuse('reinstatements are final');
