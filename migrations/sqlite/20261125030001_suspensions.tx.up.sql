-- Suspensions of a system's connections by the regulator, and what lifted them.

CREATE TABLE suspension (
  system_id  INTEGER NOT NULL REFERENCES system (id),
  no         INTEGER NOT NULL CHECK (no >= 1),
  direction  TEXT NOT NULL CHECK (direction IN ('', 'provider', 'consumer')),
  service    TEXT NOT NULL,
  ground     TEXT NOT NULL CHECK (ground <> ''),
  number     TEXT NOT NULL,
  from_at    TEXT NOT NULL,
  until_day  TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, no)
) STRICT;

CREATE TABLE suspension_lift (
  system_id  INTEGER NOT NULL,
  no         INTEGER NOT NULL,
  ground     TEXT NOT NULL CHECK (ground <> ''),
  number     TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, no),
  FOREIGN KEY (system_id, no) REFERENCES suspension (system_id, no)
) STRICT;

CREATE TRIGGER suspension_final_u BEFORE UPDATE ON suspension BEGIN SELECT RAISE(ABORT, 'suspensions are final'); END;
CREATE TRIGGER suspension_final_d BEFORE DELETE ON suspension BEGIN SELECT RAISE(ABORT, 'suspensions are final'); END;
CREATE TRIGGER suspension_final_r BEFORE INSERT ON suspension WHEN EXISTS (SELECT 1 FROM suspension x WHERE x.system_id = NEW.system_id AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'suspensions are final'); END;
CREATE TRIGGER suspension_lift_final_u BEFORE UPDATE ON suspension_lift BEGIN SELECT RAISE(ABORT, 'reinstatements are final'); END;
CREATE TRIGGER suspension_lift_final_d BEFORE DELETE ON suspension_lift BEGIN SELECT RAISE(ABORT, 'reinstatements are final'); END;
CREATE TRIGGER suspension_lift_final_r BEFORE INSERT ON suspension_lift WHEN EXISTS (SELECT 1 FROM suspension_lift x WHERE x.system_id = NEW.system_id AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'reinstatements are final'); END;
