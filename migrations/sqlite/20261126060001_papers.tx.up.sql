-- Papers that were handed out, each by its signed token, and the hash of every
-- file. What was said is final.
CREATE TABLE paper (
  ref   TEXT PRIMARY KEY CHECK (length(ref) = 20),
  token TEXT NOT NULL UNIQUE CHECK (token <> ''),
  made_at TEXT NOT NULL
) STRICT;
CREATE TRIGGER paper_is_final BEFORE UPDATE ON paper BEGIN SELECT RAISE(ABORT, 'papers are final'); END;
CREATE TRIGGER paper_stays BEFORE DELETE ON paper BEGIN SELECT RAISE(ABORT, 'papers are final'); END;

CREATE TABLE paper_file (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  ref    TEXT NOT NULL REFERENCES paper (ref)
) STRICT;
CREATE TRIGGER paper_file_is_final BEFORE UPDATE ON paper_file BEGIN SELECT RAISE(ABORT, 'papers are final'); END;
CREATE TRIGGER paper_file_stays BEFORE DELETE ON paper_file BEGIN SELECT RAISE(ABORT, 'papers are final'); END;
