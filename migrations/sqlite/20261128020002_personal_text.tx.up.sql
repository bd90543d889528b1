-- Texts about persons, with their salts: the records and the ledger have a hash of
-- both, so that these can be erased and everything verifies as before. They go only
-- as two persons said (retention).
CREATE TABLE personal_text (
  hash   TEXT PRIMARY KEY CHECK (hash LIKE 'salted:%'),
  login  TEXT NOT NULL CHECK (login <> ''),
  sealed TEXT NOT NULL CHECK (sealed LIKE 'sealed:%')
) STRICT;
CREATE INDEX personal_text_login ON personal_text (login);
CREATE TRIGGER personal_text_final_u BEFORE UPDATE ON personal_text BEGIN SELECT RAISE(ABORT, 'texts about persons are erased, not changed'); END;
CREATE TRIGGER personal_text_final_r BEFORE INSERT ON personal_text WHEN EXISTS (SELECT 1 FROM personal_text x WHERE x.hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'texts about persons are erased, not changed'); END;
CREATE TRIGGER personal_text_final_d BEFORE DELETE ON personal_text
WHEN NOT EXISTS (SELECT 1 FROM retention_row x WHERE x.kind = 'purge' AND json_extract(x.body, '$.login') = OLD.login)
BEGIN SELECT RAISE(ABORT, 'texts about persons go as retention says'); END;
