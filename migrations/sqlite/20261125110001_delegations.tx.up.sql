-- Capacities lent in writing, with scope and term, and their withdrawal. Final:
-- a delegation is not changed, it ends.
CREATE TABLE delegation (
  id          TEXT PRIMARY KEY CHECK (id <> ''),
  person      TEXT NOT NULL,
  account     TEXT NOT NULL REFERENCES account (login),
  capacity    TEXT NOT NULL,
  body        TEXT NOT NULL,
  to_login    TEXT NOT NULL REFERENCES account (login),
  to_person   TEXT NOT NULL CHECK (to_person <> person),
  levels      TEXT NOT NULL CHECK (levels <> ''),
  systems     TEXT NOT NULL,
  from_day    TEXT NOT NULL CHECK (from_day <> ''),
  until_day   TEXT NOT NULL CHECK (until_day >= from_day),
  number      TEXT NOT NULL CHECK (number <> ''),
  document_on TEXT NOT NULL CHECK (document_on <> ''),
  at          TEXT NOT NULL
) STRICT;
CREATE INDEX delegation_to ON delegation (to_login);
CREATE INDEX delegation_account ON delegation (account);
CREATE TRIGGER delegation_final_u BEFORE UPDATE ON delegation BEGIN SELECT RAISE(ABORT, 'delegations are final'); END;
CREATE TRIGGER delegation_final_d BEFORE DELETE ON delegation BEGIN SELECT RAISE(ABORT, 'delegations are final'); END;
CREATE TRIGGER delegation_final_r BEFORE INSERT ON delegation WHEN EXISTS (SELECT 1 FROM delegation x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'delegations are final'); END;
CREATE TRIGGER delegation_same_body BEFORE INSERT ON delegation
WHEN NOT EXISTS (SELECT 1 FROM account u WHERE u.login = NEW.account AND u.person = NEW.person AND u.capacity = NEW.capacity AND u.body = NEW.body)
  OR NOT EXISTS (SELECT 1 FROM account u WHERE u.login = NEW.to_login AND u.person = NEW.to_person AND u.body = NEW.body)
BEGIN SELECT RAISE(ABORT, 'a capacity is lent by who has it, within one body'); END;

CREATE TABLE delegation_end (
  delegation_id TEXT PRIMARY KEY REFERENCES delegation (id),
  ground        TEXT NOT NULL CHECK (ground <> ''),
  person        TEXT NOT NULL,
  account       TEXT NOT NULL,
  capacity      TEXT NOT NULL,
  body          TEXT NOT NULL,
  at            TEXT NOT NULL
) STRICT;
CREATE TRIGGER delegation_end_final_u BEFORE UPDATE ON delegation_end BEGIN SELECT RAISE(ABORT, 'withdrawals are final'); END;
CREATE TRIGGER delegation_end_final_d BEFORE DELETE ON delegation_end BEGIN SELECT RAISE(ABORT, 'withdrawals are final'); END;
CREATE TRIGGER delegation_end_final_r BEFORE INSERT ON delegation_end WHEN EXISTS (SELECT 1 FROM delegation_end x WHERE x.delegation_id = NEW.delegation_id)
BEGIN SELECT RAISE(ABORT, 'withdrawals are final'); END;
CREATE TRIGGER delegation_end_by BEFORE INSERT ON delegation_end
WHEN NOT EXISTS (SELECT 1 FROM delegation d WHERE d.id = NEW.delegation_id AND d.account = NEW.account AND d.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'who lent a capacity takes it back'); END;
