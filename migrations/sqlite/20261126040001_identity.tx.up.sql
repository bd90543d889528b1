-- How a session was opened, and from where; when it was last made sure who sits
-- there.
ALTER TABLE session ADD COLUMN method  TEXT NOT NULL DEFAULT 'password';
ALTER TABLE session ADD COLUMN sure_at TEXT NOT NULL DEFAULT '1970-01-01 00:00:00+00:00';
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
  added_at   TEXT NOT NULL,
  removed_at TEXT,
  used_at    TEXT,
  counter    INTEGER NOT NULL
) STRICT;
CREATE INDEX factor_login ON factor (login);
CREATE TRIGGER factor_final_d BEFORE DELETE ON factor BEGIN SELECT RAISE(ABORT, 'factors are removed, not deleted'); END;
CREATE TRIGGER factor_final_r BEFORE INSERT ON factor WHEN EXISTS (SELECT 1 FROM factor x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'factors are removed, not replaced'); END;
CREATE TRIGGER factor_final_u BEFORE UPDATE ON factor
WHEN NEW.id <> OLD.id OR NEW.login <> OLD.login OR NEW.kind <> OLD.kind OR NEW.public <> OLD.public OR NEW.added_at <> OLD.added_at
  OR OLD.removed_at IS NOT NULL OR (OLD.kind <> 'recovery' AND NEW.secret <> OLD.secret)
BEGIN SELECT RAISE(ABORT, 'a factor does not change'); END;

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
  at       TEXT NOT NULL
) STRICT;
CREATE TRIGGER account_request_final_u BEFORE UPDATE ON account_request BEGIN SELECT RAISE(ABORT, 'requests are final'); END;
CREATE TRIGGER account_request_final_d BEFORE DELETE ON account_request BEGIN SELECT RAISE(ABORT, 'requests are final'); END;
CREATE TRIGGER account_request_final_r BEFORE INSERT ON account_request WHEN EXISTS (SELECT 1 FROM account_request x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'requests are final'); END;

CREATE TABLE account_answer (
  request_id TEXT PRIMARY KEY REFERENCES account_request (id),
  outcome    TEXT NOT NULL CHECK (outcome IN ('confirmed', 'refused')),
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL CHECK (capacity IN ('administrator', 'keeper')),
  body       TEXT NOT NULL,
  at         TEXT NOT NULL
) STRICT;
CREATE TRIGGER account_answer_final_u BEFORE UPDATE ON account_answer BEGIN SELECT RAISE(ABORT, 'answers are final'); END;
CREATE TRIGGER account_answer_final_d BEFORE DELETE ON account_answer BEGIN SELECT RAISE(ABORT, 'answers are final'); END;
CREATE TRIGGER account_answer_final_r BEFORE INSERT ON account_answer WHEN EXISTS (SELECT 1 FROM account_answer x WHERE x.request_id = NEW.request_id)
BEGIN SELECT RAISE(ABORT, 'answers are final'); END;
CREATE TRIGGER account_answer_other BEFORE INSERT ON account_answer
WHEN NEW.outcome = 'confirmed' AND EXISTS (SELECT 1 FROM account_request q WHERE q.id = NEW.request_id AND q.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'two administrators, two persons'); END;

-- What is waited for once: an enrolment link, the challenge of a passkey, the
-- state of a sign-in elsewhere. Known by a hash; taken, it is gone.
CREATE TABLE pending (
  hash     TEXT PRIMARY KEY,
  kind     TEXT NOT NULL,
  login    TEXT NOT NULL,
  data     TEXT NOT NULL,
  until_at TEXT NOT NULL
) STRICT;
CREATE INDEX pending_until ON pending (until_at);

-- Sign-ins that failed, by account and address.
CREATE TABLE attempt (
  key      TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  since_at TEXT NOT NULL,
  until_at TEXT NOT NULL
) STRICT;
