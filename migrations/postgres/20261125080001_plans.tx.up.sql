-- The plan of a system, control by control: final rows in the order they were
-- said, and the numbers of the list it follows, kept for lists.
CREATE TABLE plan_row (
  system_id BIGINT NOT NULL REFERENCES system (id),
  no        BIGINT NOT NULL CHECK (no > 0),
  kind      TEXT NOT NULL CHECK (kind IN ('answer', 'check', 'offer', 'finding', 'closing', 'deed', 'incident', 'report')),
  body      TEXT NOT NULL,
  PRIMARY KEY (system_id, no)
);

CREATE TABLE plan_head (
  system_id      BIGINT PRIMARY KEY REFERENCES system (id),
  version        BIGINT NOT NULL,
  rules          TEXT NOT NULL,
  level          BIGINT NOT NULL,
  total          BIGINT NOT NULL,
  unanswered     BIGINT NOT NULL,
  met            BIGINT NOT NULL,
  partly         BIGINT NOT NULL,
  not_met        BIGINT NOT NULL,
  not_applicable BIGINT NOT NULL,
  inherited      BIGINT NOT NULL,
  declared       BIGINT NOT NULL,
  verified       BIGINT NOT NULL,
  expired        BIGINT NOT NULL
);

-- What an agency recorded of a year: drills, budget.
CREATE TABLE year_row (
  agency TEXT NOT NULL REFERENCES agency (code),
  year   BIGINT NOT NULL,
  no     BIGINT NOT NULL CHECK (no > 0),
  kind   TEXT NOT NULL CHECK (kind IN ('drill', 'budget')),
  body   TEXT NOT NULL,
  PRIMARY KEY (agency, year, no)
);

CREATE TRIGGER plan_row_final_u BEFORE UPDATE ON plan_row FOR EACH ROW EXECUTE FUNCTION refuse('plan rows are final');
CREATE TRIGGER plan_row_final_d BEFORE DELETE ON plan_row FOR EACH ROW EXECUTE FUNCTION refuse('plan rows are final');
CREATE TRIGGER plan_row_final_t BEFORE TRUNCATE ON plan_row FOR EACH STATEMENT EXECUTE FUNCTION refuse('plan rows are final');
CREATE TRIGGER plan_head_stays BEFORE DELETE ON plan_head FOR EACH ROW EXECUTE FUNCTION refuse('plans stay');
CREATE TRIGGER plan_head_stays_t BEFORE TRUNCATE ON plan_head FOR EACH STATEMENT EXECUTE FUNCTION refuse('plans stay');
CREATE TRIGGER year_row_final_u BEFORE UPDATE ON year_row FOR EACH ROW EXECUTE FUNCTION refuse('year rows are final');
CREATE TRIGGER year_row_final_d BEFORE DELETE ON year_row FOR EACH ROW EXECUTE FUNCTION refuse('year rows are final');
CREATE TRIGGER year_row_final_t BEFORE TRUNCATE ON year_row FOR EACH STATEMENT EXECUTE FUNCTION refuse('year rows are final');

-- Four eyes, second wall: whoever answered a control does not check the answer.
CREATE FUNCTION plan_check_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.kind = 'check' AND EXISTS (SELECT 1 FROM plan_row a WHERE a.system_id = NEW.system_id AND a.kind = 'answer'
  AND a.no = (NEW.body::jsonb ->> 'answer')::bigint AND a.body::jsonb #>> '{by,person}' = NEW.body::jsonb #>> '{by,person}')
THEN RAISE EXCEPTION 'four eyes: check'; END IF; RETURN NEW; END $$;
CREATE TRIGGER plan_check_four_eyes BEFORE INSERT ON plan_row FOR EACH ROW EXECUTE FUNCTION plan_check_four_eyes();

-- The feed of a person's calendar: a secret address, of which only the hash is
-- kept.
CREATE TABLE feed (
  token_hash TEXT PRIMARY KEY,
  login      TEXT NOT NULL REFERENCES account (login),
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX feed_login ON feed (login);
