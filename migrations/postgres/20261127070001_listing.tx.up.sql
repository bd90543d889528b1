-- The register as lists show it, kept so that a page of it costs the same however
-- many systems there are. What a system looks like may change with a day alone, so
-- that each row says from which day it holds and on which it may not any more: due
-- is that day, '' when none is known, '0' when the system was written and the row
-- was not; since is the last day that made it what it is, '' when none did.
CREATE TABLE listing (
  system_id BIGINT PRIMARY KEY REFERENCES system (id),
  owner     TEXT NOT NULL,
  code      TEXT NOT NULL,
  cell      TEXT NOT NULL, -- of listing_count, '' when it is counted in none
  search    TEXT NOT NULL, -- the text whose words stand in listing_word
  since     TEXT NOT NULL,
  due       TEXT NOT NULL
);
CREATE INDEX listing_code ON listing (owner, code, cell);
CREATE INDEX listing_cell ON listing (owner, cell, code);
CREATE INDEX listing_due ON listing (due, system_id) WHERE due <> '';
CREATE INDEX listing_owner_due ON listing (owner, due, system_id) WHERE due <> '';
CREATE INDEX listing_since ON listing (since, system_id) WHERE since <> '';
CREATE INDEX listing_owner_since ON listing (owner, since, system_id) WHERE since <> '';

-- How many systems of an owner look alike.
CREATE TABLE listing_count (
  owner  TEXT NOT NULL,
  cell   TEXT NOT NULL CHECK (cell <> ''),
  origin TEXT NOT NULL,
  level  BIGINT NOT NULL,
  state  TEXT NOT NULL,
  plan   TEXT NOT NULL,
  n      BIGINT NOT NULL,
  PRIMARY KEY (owner, cell)
);

-- Which systems a word stands in.
CREATE TABLE listing_word (
  word  TEXT NOT NULL CHECK (word <> ''),
  owner TEXT NOT NULL,
  code  TEXT NOT NULL,
  PRIMARY KEY (word, owner, code)
);

INSERT INTO listing SELECT id, owner, code, '', '', '', '0' FROM system;

SELECT guard(t, 'owner = (SELECT own_body())') FROM unnest(ARRAY['listing', 'listing_count', 'listing_word']) AS t;

-- Whoever writes a system, a program that knows nothing of this included, leaves
-- word that its row is to be made anew.
CREATE FUNCTION listing_of_system() RETURNS TRIGGER LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN
  INSERT INTO listing (system_id, owner, code, cell, search, since, due) VALUES (NEW.id, NEW.owner, NEW.code, '', '', '', '0')
    ON CONFLICT (system_id) DO UPDATE SET due = '0';
  RETURN NULL;
END $$;
CREATE TRIGGER listing_of_new AFTER INSERT ON system FOR EACH ROW EXECUTE FUNCTION listing_of_system();
CREATE TRIGGER listing_of_changed AFTER UPDATE ON system FOR EACH ROW EXECUTE FUNCTION listing_of_system();

-- The next code of an owner is found from the longest there is.
CREATE INDEX system_code_length ON system (length(code), code);

-- The queue of an owner is found among its own.
CREATE INDEX system_owner_pending ON system (owner, id) WHERE pending;
