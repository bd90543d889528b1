-- Notices: who asked to be told, what is on its way, and how far the outbox was
-- read. The outbox itself is the ledger.
CREATE TABLE subscription (
  id         TEXT PRIMARY KEY CHECK (id <> ''),
  version    BIGINT NOT NULL CHECK (version >= 1),
  login      TEXT NOT NULL REFERENCES account (login),
  channel    TEXT NOT NULL CHECK (channel IN ('email', 'webhook')),
  address    TEXT NOT NULL CHECK (address <> ''),
  kinds      TEXT NOT NULL CHECK (kinds <> ''),
  mode       TEXT NOT NULL CHECK (mode IN ('at_once', 'digest')),
  secret     BIGINT NOT NULL CHECK (secret >= 0),
  secret_at  TIMESTAMPTZ NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  ended_at   TIMESTAMPTZ,
  ended_for  TEXT NOT NULL
);
CREATE INDEX subscription_login ON subscription (login);
CREATE TRIGGER subscription_stays BEFORE DELETE ON subscription FOR EACH ROW EXECUTE FUNCTION refuse('subscriptions end, they are not deleted');
CREATE TRIGGER subscription_stays_t BEFORE TRUNCATE ON subscription FOR EACH STATEMENT EXECUTE FUNCTION refuse('subscriptions end, they are not deleted');

CREATE TABLE delivery (
  subscription TEXT NOT NULL REFERENCES subscription (id),
  event        TEXT NOT NULL CHECK (event <> ''),
  kind         TEXT NOT NULL,
  system       TEXT NOT NULL,
  number       TEXT NOT NULL,
  at           TIMESTAMPTZ NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
  attempts     BIGINT NOT NULL CHECK (attempts >= 0),
  next_at      TIMESTAMPTZ NOT NULL,
  error        TEXT NOT NULL,
  sent_at      TIMESTAMPTZ,
  PRIMARY KEY (subscription, event)
);
CREATE INDEX delivery_ready ON delivery (next_at) WHERE state = 'waiting';

CREATE TABLE outbox (
  id  BIGINT PRIMARY KEY CHECK (id = 1),
  seq BIGINT NOT NULL,
  day TEXT NOT NULL CHECK (day <> '')
);
