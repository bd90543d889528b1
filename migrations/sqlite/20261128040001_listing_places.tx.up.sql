-- The systems of an owner are numbered, so that those in which a word stands are
-- bits: two words together are found without looking at the systems. 0: none yet.
ALTER TABLE listing ADD COLUMN no INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX listing_no ON listing (owner, no) WHERE no > 0;
CREATE INDEX listing_unplaced ON listing (owner, system_id) WHERE no = 0;

-- In which of 4,096 systems of an owner a word stands; how its places are written
-- is told in internal/store/places.go. Nobody asks listing_word any more.
CREATE TABLE listing_post (
  word   TEXT NOT NULL CHECK (word <> ''),
  owner  TEXT NOT NULL,
  part   INTEGER NOT NULL,
  places BLOB NOT NULL,
  PRIMARY KEY (word, owner, part)
) STRICT, WITHOUT ROWID;

-- How many systems of an owner whose codes begin alike look alike: the page with a
-- number begins a few hundred systems into one of these blocks.
CREATE TABLE listing_block (
  owner TEXT NOT NULL,
  block TEXT NOT NULL,
  cell  TEXT NOT NULL,
  n     INTEGER NOT NULL,
  PRIMARY KEY (owner, block, cell)
) STRICT, WITHOUT ROWID;

-- Whether a cell is of confirmed approvals.
ALTER TABLE listing_count ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0;

-- A block is the code up to the second figure after its first dash, a letter
-- between them included: H41-S0123 stands in H41-S01.
CREATE TRIGGER listing_block_more AFTER INSERT ON listing WHEN NEW.cell <> '' BEGIN
  INSERT INTO listing_block (owner, block, cell, n)
    VALUES (NEW.owner, substr(NEW.code, 1, instr(NEW.code, '-') + CASE WHEN substr(NEW.code, instr(NEW.code, '-') + 1, 1) BETWEEN '0' AND '9' THEN 2 ELSE 3 END), NEW.cell, 1)
    ON CONFLICT (owner, block, cell) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER listing_block_other AFTER UPDATE OF owner, code, cell ON listing WHEN NEW.owner <> OLD.owner OR NEW.code <> OLD.code OR NEW.cell <> OLD.cell BEGIN
  UPDATE listing_block SET n = n - 1 WHERE cell = OLD.cell AND owner = OLD.owner
    AND block = substr(OLD.code, 1, instr(OLD.code, '-') + CASE WHEN substr(OLD.code, instr(OLD.code, '-') + 1, 1) BETWEEN '0' AND '9' THEN 2 ELSE 3 END);
  INSERT INTO listing_block (owner, block, cell, n)
    SELECT NEW.owner, substr(NEW.code, 1, instr(NEW.code, '-') + CASE WHEN substr(NEW.code, instr(NEW.code, '-') + 1, 1) BETWEEN '0' AND '9' THEN 2 ELSE 3 END), NEW.cell, 1 WHERE NEW.cell <> ''
    ON CONFLICT (owner, block, cell) DO UPDATE SET n = n + 1;
END;

INSERT INTO listing_block (owner, block, cell, n)
SELECT owner, substr(code, 1, instr(code, '-') + CASE WHEN substr(code, instr(code, '-') + 1, 1) BETWEEN '0' AND '9' THEN 2 ELSE 3 END) AS block, cell, COUNT(*)
FROM listing WHERE cell <> '' GROUP BY 1, 2, 3;
