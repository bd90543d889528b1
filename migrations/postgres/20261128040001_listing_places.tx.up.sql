-- The systems of an owner are numbered, so that those in which a word stands are
-- bits: two words together are found without looking at the systems. 0: none yet.
ALTER TABLE listing ADD COLUMN no BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX listing_no ON listing (owner, no) WHERE no > 0;
CREATE INDEX listing_unplaced ON listing (owner, system_id) WHERE no = 0;

-- In which of 4,096 systems of an owner a word stands; how its places are written
-- is told in internal/store/places.go. Nobody asks listing_word any more.
CREATE TABLE listing_post (
  word   TEXT NOT NULL CHECK (word <> ''),
  owner  TEXT NOT NULL,
  part   BIGINT NOT NULL,
  places BYTEA NOT NULL,
  PRIMARY KEY (word, owner, part)
);

-- How many systems of an owner whose codes begin alike look alike: the page with a
-- number begins a few hundred systems into one of these blocks.
CREATE TABLE listing_block (
  owner TEXT NOT NULL,
  block TEXT NOT NULL,
  cell  TEXT NOT NULL,
  n     BIGINT NOT NULL,
  PRIMARY KEY (owner, block, cell)
);

SELECT guard(t, 'owner = (SELECT own_body())') FROM unnest(ARRAY['listing_post', 'listing_block']) AS t;

-- Whether a cell is of confirmed approvals.
ALTER TABLE listing_count ADD COLUMN confirmed BOOLEAN NOT NULL DEFAULT FALSE;

-- A block is the code up to the second figure after its first dash, a letter
-- between them included: H41-S0123 stands in H41-S01.
CREATE FUNCTION listing_block_of(code TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
  SELECT substr(code, 1, strpos(code, '-') + CASE WHEN substr(code, strpos(code, '-') + 1, 1) BETWEEN '0' AND '9' THEN 2 ELSE 3 END)
$$;
CREATE FUNCTION listing_block_of_listing() RETURNS TRIGGER LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.owner = OLD.owner AND NEW.code = OLD.code AND NEW.cell = OLD.cell THEN
      RETURN NULL;
    END IF;
    UPDATE listing_block SET n = n - 1 WHERE owner = OLD.owner AND block = listing_block_of(OLD.code) AND cell = OLD.cell;
  END IF;
  IF NEW.cell <> '' THEN
    INSERT INTO listing_block AS b (owner, block, cell, n) VALUES (NEW.owner, listing_block_of(NEW.code), NEW.cell, 1)
      ON CONFLICT (owner, block, cell) DO UPDATE SET n = b.n + 1;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER listing_block_more AFTER INSERT ON listing FOR EACH ROW EXECUTE FUNCTION listing_block_of_listing();
CREATE TRIGGER listing_block_other AFTER UPDATE OF owner, code, cell ON listing FOR EACH ROW EXECUTE FUNCTION listing_block_of_listing();

INSERT INTO listing_block (owner, block, cell, n)
SELECT owner, listing_block_of(code), cell, COUNT(*) FROM listing WHERE cell <> '' GROUP BY 1, 2, 3;
