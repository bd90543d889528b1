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
  at          TIMESTAMPTZ NOT NULL
);
CREATE INDEX delegation_to ON delegation (to_login);
CREATE INDEX delegation_account ON delegation (account);
CREATE TRIGGER delegation_final_u BEFORE UPDATE ON delegation FOR EACH ROW EXECUTE FUNCTION refuse('delegations are final');
CREATE TRIGGER delegation_final_d BEFORE DELETE ON delegation FOR EACH ROW EXECUTE FUNCTION refuse('delegations are final');
CREATE TRIGGER delegation_final_t BEFORE TRUNCATE ON delegation FOR EACH STATEMENT EXECUTE FUNCTION refuse('delegations are final');
CREATE FUNCTION delegation_same_body() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NOT EXISTS (SELECT 1 FROM account u WHERE u.login = NEW.account AND u.person = NEW.person AND u.capacity = NEW.capacity AND u.body = NEW.body)
  OR NOT EXISTS (SELECT 1 FROM account u WHERE u.login = NEW.to_login AND u.person = NEW.to_person AND u.body = NEW.body)
THEN RAISE EXCEPTION 'a capacity is lent by who has it, within one body'; END IF; RETURN NEW; END $$;
CREATE TRIGGER delegation_same_body BEFORE INSERT ON delegation FOR EACH ROW EXECUTE FUNCTION delegation_same_body();

CREATE TABLE delegation_end (
  delegation_id TEXT PRIMARY KEY REFERENCES delegation (id),
  ground        TEXT NOT NULL CHECK (ground <> ''),
  person        TEXT NOT NULL,
  account       TEXT NOT NULL,
  capacity      TEXT NOT NULL,
  body          TEXT NOT NULL,
  at            TIMESTAMPTZ NOT NULL
);
CREATE TRIGGER delegation_end_final_u BEFORE UPDATE ON delegation_end FOR EACH ROW EXECUTE FUNCTION refuse('withdrawals are final');
CREATE TRIGGER delegation_end_final_d BEFORE DELETE ON delegation_end FOR EACH ROW EXECUTE FUNCTION refuse('withdrawals are final');
CREATE TRIGGER delegation_end_final_t BEFORE TRUNCATE ON delegation_end FOR EACH STATEMENT EXECUTE FUNCTION refuse('withdrawals are final');
CREATE FUNCTION delegation_end_by() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NOT EXISTS (SELECT 1 FROM delegation d WHERE d.id = NEW.delegation_id AND d.account = NEW.account AND d.person = NEW.person)
THEN RAISE EXCEPTION 'who lent a capacity takes it back'; END IF; RETURN NEW; END $$;
CREATE TRIGGER delegation_end_by BEFORE INSERT ON delegation_end FOR EACH ROW EXECUTE FUNCTION delegation_end_by();
