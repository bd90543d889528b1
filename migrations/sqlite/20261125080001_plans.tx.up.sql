-- The plan of a system, control by control: final rows in the order they were
-- said, and the numbers of the list it follows, kept for lists.
CREATE TABLE plan_row (
  system_id INTEGER NOT NULL REFERENCES system (id),
  no        INTEGER NOT NULL CHECK (no > 0),
  kind      TEXT NOT NULL CHECK (kind IN ('answer', 'check', 'offer', 'finding', 'closing', 'deed', 'incident', 'report')),
  body      TEXT NOT NULL,
  PRIMARY KEY (system_id, no)
) STRICT;

CREATE TABLE plan_head (
  system_id      INTEGER PRIMARY KEY REFERENCES system (id),
  version        INTEGER NOT NULL,
  rules          TEXT NOT NULL,
  level          INTEGER NOT NULL,
  total          INTEGER NOT NULL,
  unanswered     INTEGER NOT NULL,
  met            INTEGER NOT NULL,
  partly         INTEGER NOT NULL,
  not_met        INTEGER NOT NULL,
  not_applicable INTEGER NOT NULL,
  inherited      INTEGER NOT NULL,
  declared       INTEGER NOT NULL,
  verified       INTEGER NOT NULL,
  expired        INTEGER NOT NULL
) STRICT;

-- What an agency recorded of a year: drills, budget.
CREATE TABLE year_row (
  agency TEXT NOT NULL REFERENCES agency (code),
  year   INTEGER NOT NULL,
  no     INTEGER NOT NULL CHECK (no > 0),
  kind   TEXT NOT NULL CHECK (kind IN ('drill', 'budget')),
  body   TEXT NOT NULL,
  PRIMARY KEY (agency, year, no)
) STRICT;

CREATE TRIGGER plan_row_final_u BEFORE UPDATE ON plan_row BEGIN SELECT RAISE(ABORT, 'plan rows are final'); END;
CREATE TRIGGER plan_row_final_d BEFORE DELETE ON plan_row BEGIN SELECT RAISE(ABORT, 'plan rows are final'); END;
CREATE TRIGGER plan_row_final_r BEFORE INSERT ON plan_row WHEN EXISTS (SELECT 1 FROM plan_row x WHERE x.system_id = NEW.system_id AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'plan rows are final'); END;
CREATE TRIGGER plan_head_stays BEFORE DELETE ON plan_head BEGIN SELECT RAISE(ABORT, 'plans stay'); END;
CREATE TRIGGER year_row_final_u BEFORE UPDATE ON year_row BEGIN SELECT RAISE(ABORT, 'year rows are final'); END;
CREATE TRIGGER year_row_final_d BEFORE DELETE ON year_row BEGIN SELECT RAISE(ABORT, 'year rows are final'); END;
CREATE TRIGGER year_row_final_r BEFORE INSERT ON year_row WHEN EXISTS (SELECT 1 FROM year_row x WHERE x.agency = NEW.agency AND x.year = NEW.year AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'year rows are final'); END;

-- Four eyes, second wall: whoever answered a control does not check the answer.
CREATE TRIGGER plan_check_four_eyes BEFORE INSERT ON plan_row
WHEN NEW.kind = 'check' AND EXISTS (SELECT 1 FROM plan_row a WHERE a.system_id = NEW.system_id AND a.kind = 'answer'
  AND a.no = json_extract(NEW.body, '$.answer') AND json_extract(a.body, '$.by.person') = json_extract(NEW.body, '$.by.person'))
BEGIN SELECT RAISE(ABORT, 'four eyes: check'); END;

-- The feed of a person's calendar: a secret address, of which only the hash is
-- kept.
CREATE TABLE feed (
  token_hash TEXT PRIMARY KEY,
  login      TEXT NOT NULL REFERENCES account (login),
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX feed_login ON feed (login);
