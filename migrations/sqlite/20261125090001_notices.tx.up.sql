-- Notices: who asked to be told, what is on its way, and how far the outbox was
-- read. The outbox itself is the ledger.
CREATE TABLE subscription (
  id         TEXT PRIMARY KEY CHECK (id <> ''),
  version    INTEGER NOT NULL CHECK (version >= 1),
  login      TEXT NOT NULL REFERENCES account (login),
  channel    TEXT NOT NULL CHECK (channel IN ('email', 'webhook')),
  address    TEXT NOT NULL CHECK (address <> ''),
  kinds      TEXT NOT NULL CHECK (kinds <> ''),
  mode       TEXT NOT NULL CHECK (mode IN ('at_once', 'digest')),
  secret     INTEGER NOT NULL CHECK (secret >= 0),
  secret_at  TEXT NOT NULL,
  created_at TEXT NOT NULL,
  ended_at   TEXT,
  ended_for  TEXT NOT NULL
) STRICT;
CREATE INDEX subscription_login ON subscription (login);
CREATE TRIGGER subscription_stays BEFORE DELETE ON subscription BEGIN SELECT RAISE(ABORT, 'subscriptions end, they are not deleted'); END;

CREATE TABLE delivery (
  subscription TEXT NOT NULL REFERENCES subscription (id),
  event        TEXT NOT NULL CHECK (event <> ''),
  kind         TEXT NOT NULL,
  system       TEXT NOT NULL,
  number       TEXT NOT NULL,
  at           TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
  attempts     INTEGER NOT NULL CHECK (attempts >= 0),
  next_at      TEXT NOT NULL,
  error        TEXT NOT NULL,
  sent_at      TEXT,
  PRIMARY KEY (subscription, event)
) STRICT;
CREATE INDEX delivery_ready ON delivery (next_at) WHERE state = 'waiting';

CREATE TABLE outbox (
  id  INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  day TEXT NOT NULL CHECK (day <> '')
) STRICT;
