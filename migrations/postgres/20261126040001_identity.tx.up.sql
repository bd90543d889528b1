-- How a session was opened, and from where; when it was last made sure who sits
-- there.
ALTER TABLE session ADD COLUMN method  TEXT NOT NULL DEFAULT 'password';
ALTER TABLE session ADD COLUMN sure_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01 00:00:00+00:00';
ALTER TABLE session ADD COLUMN agent   TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN address TEXT NOT NULL DEFAULT '';

-- What somebody signs in with beside the password: a passkey, an authenticator
-- app, recovery codes, an identity at another provider. It is removed, never
-- deleted; what is public of it does not change.
CREATE TABLE factor (
  id         TEXT PRIMARY KEY CHECK (id <> ''),
  login      TEXT NOT NULL REFERENCES account (login),
  kind       TEXT NOT NULL CHECK (kind IN ('passkey', 'totp', 'recovery', 'oidc')),
  label      TEXT NOT NULL,
  public     TEXT NOT NULL,
  secret     TEXT NOT NULL,
  added_at   TIMESTAMPTZ NOT NULL,
  removed_at TIMESTAMPTZ,
  used_at    TIMESTAMPTZ,
  counter    BIGINT NOT NULL
);
CREATE INDEX factor_login ON factor (login);
CREATE TRIGGER factor_final_d BEFORE DELETE ON factor FOR EACH ROW EXECUTE FUNCTION refuse('factors are removed, not deleted');
CREATE TRIGGER factor_final_t BEFORE TRUNCATE ON factor FOR EACH STATEMENT EXECUTE FUNCTION refuse('factors are removed, not deleted');

CREATE FUNCTION factor_final_u() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.id <> OLD.id OR NEW.login <> OLD.login OR NEW.kind <> OLD.kind OR NEW.public <> OLD.public OR NEW.added_at <> OLD.added_at
  OR OLD.removed_at IS NOT NULL OR (OLD.kind <> 'recovery' AND NEW.secret <> OLD.secret)
THEN RAISE EXCEPTION 'a factor does not change'; END IF; RETURN NEW; END $$;
CREATE TRIGGER factor_final_u BEFORE UPDATE ON factor FOR EACH ROW EXECUTE FUNCTION factor_final_u();

-- What one administrator asks for and another one answers.
CREATE TABLE account_request (
  id       TEXT PRIMARY KEY CHECK (id <> ''),
  kind     TEXT NOT NULL CHECK (kind IN ('create', 'rights', 'enable', 'reset', 'bind', 'rebind')),
  login    TEXT NOT NULL CHECK (login <> ''),
  change   TEXT NOT NULL,
  ground   TEXT NOT NULL CHECK (ground <> ''),
  person   TEXT NOT NULL,
  account  TEXT NOT NULL,
  capacity TEXT NOT NULL CHECK (capacity = 'administrator'),
  body     TEXT NOT NULL,
  at       TIMESTAMPTZ NOT NULL
);
CREATE TRIGGER account_request_final_u BEFORE UPDATE ON account_request FOR EACH ROW EXECUTE FUNCTION refuse('requests are final');
CREATE TRIGGER account_request_final_d BEFORE DELETE ON account_request FOR EACH ROW EXECUTE FUNCTION refuse('requests are final');
CREATE TRIGGER account_request_final_t BEFORE TRUNCATE ON account_request FOR EACH STATEMENT EXECUTE FUNCTION refuse('requests are final');

CREATE TABLE account_answer (
  request_id TEXT PRIMARY KEY REFERENCES account_request (id),
  outcome    TEXT NOT NULL CHECK (outcome IN ('confirmed', 'refused')),
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL CHECK (capacity IN ('administrator', 'keeper')),
  body       TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL
);
CREATE TRIGGER account_answer_final_u BEFORE UPDATE ON account_answer FOR EACH ROW EXECUTE FUNCTION refuse('answers are final');
CREATE TRIGGER account_answer_final_d BEFORE DELETE ON account_answer FOR EACH ROW EXECUTE FUNCTION refuse('answers are final');
CREATE TRIGGER account_answer_final_t BEFORE TRUNCATE ON account_answer FOR EACH STATEMENT EXECUTE FUNCTION refuse('answers are final');

CREATE FUNCTION account_answer_other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.outcome = 'confirmed' AND EXISTS (SELECT 1 FROM account_request q WHERE q.id = NEW.request_id AND q.person = NEW.person)
THEN RAISE EXCEPTION 'two administrators, two persons'; END IF; RETURN NEW; END $$;
CREATE TRIGGER account_answer_other BEFORE INSERT ON account_answer FOR EACH ROW EXECUTE FUNCTION account_answer_other();

-- What is waited for once: an enrolment link, the challenge of a passkey, the
-- state of a sign-in elsewhere. Known by a hash; taken, it is gone.
CREATE TABLE pending (
  hash     TEXT PRIMARY KEY,
  kind     TEXT NOT NULL,
  login    TEXT NOT NULL,
  data     TEXT NOT NULL,
  until_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX pending_until ON pending (until_at);

-- Sign-ins that failed, by account and address.
CREATE TABLE attempt (
  key      TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  since_at TIMESTAMPTZ NOT NULL,
  until_at TIMESTAMPTZ NOT NULL
);
