-- Texts about persons, with their salts: the records and the ledger have a hash of
-- both, so that these can be erased and everything verifies as before. They go only
-- as two persons said (retention).
CREATE TABLE personal_text (
  hash   TEXT PRIMARY KEY CHECK (hash LIKE 'salted:%'),
  login  TEXT NOT NULL CHECK (login <> ''),
  sealed TEXT NOT NULL CHECK (sealed LIKE 'sealed:%')
);
CREATE INDEX personal_text_login ON personal_text (login);
CREATE TRIGGER personal_text_final_u BEFORE UPDATE ON personal_text FOR EACH ROW EXECUTE FUNCTION refuse('texts about persons are erased, not changed');
CREATE TRIGGER personal_text_final_t BEFORE TRUNCATE ON personal_text FOR EACH STATEMENT EXECUTE FUNCTION refuse('texts about persons are erased, not changed');
CREATE FUNCTION personal_text_final_d() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN
IF NOT EXISTS (SELECT 1 FROM retention_row x WHERE x.kind = 'purge' AND x.body::jsonb ->> 'login' = OLD.login)
THEN RAISE EXCEPTION 'texts about persons go as retention says'; END IF; RETURN OLD; END $$;
CREATE TRIGGER personal_text_final_d BEFORE DELETE ON personal_text FOR EACH ROW EXECUTE FUNCTION personal_text_final_d();
