-- That a final row cannot be replaced needs no trigger here: there is no REPLACE,
-- and an insert that updates on conflict is an update.

-- Whoever confirmed an approval takes no other hand in its dossier afterwards.
CREATE FUNCTION editor_not_confirmer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
THEN RAISE EXCEPTION 'four eyes: editor'; END IF; RETURN NEW; END $$;
CREATE TRIGGER editor_not_confirmer BEFORE INSERT ON dossier_editor FOR EACH ROW EXECUTE FUNCTION editor_not_confirmer();
CREATE FUNCTION review_not_confirmer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
THEN RAISE EXCEPTION 'four eyes: review'; END IF; RETURN NEW; END $$;
CREATE TRIGGER review_not_confirmer BEFORE INSERT ON review FOR EACH ROW EXECUTE FUNCTION review_not_confirmer();
CREATE FUNCTION decision_not_confirmer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
THEN RAISE EXCEPTION 'four eyes: decision'; END IF; RETURN NEW; END $$;
CREATE TRIGGER decision_not_confirmer BEFORE INSERT ON decision FOR EACH ROW EXECUTE FUNCTION decision_not_confirmer();

-- The head only moves forward; what was printed stays as printed; agencies and
-- accounts stay.
CREATE TRIGGER ledger_head_forward BEFORE UPDATE ON ledger_head FOR EACH ROW
WHEN (NEW.size <= OLD.size)
EXECUTE FUNCTION refuse('the ledger only grows');
CREATE TRIGGER ledger_head_stays BEFORE DELETE ON ledger_head FOR EACH ROW EXECUTE FUNCTION refuse('the ledger only grows');
CREATE TRIGGER ledger_head_stays_t BEFORE TRUNCATE ON ledger_head FOR EACH STATEMENT EXECUTE FUNCTION refuse('the ledger only grows');
CREATE TRIGGER reported_final_u BEFORE UPDATE ON reported FOR EACH ROW EXECUTE FUNCTION refuse('printed figures are final');
CREATE TRIGGER reported_final_d BEFORE DELETE ON reported FOR EACH ROW EXECUTE FUNCTION refuse('printed figures are final');
CREATE TRIGGER reported_final_t BEFORE TRUNCATE ON reported FOR EACH STATEMENT EXECUTE FUNCTION refuse('printed figures are final');
CREATE TRIGGER agency_stays BEFORE DELETE ON agency FOR EACH ROW EXECUTE FUNCTION refuse('agencies end, they are not deleted');
CREATE TRIGGER agency_stays_t BEFORE TRUNCATE ON agency FOR EACH STATEMENT EXECUTE FUNCTION refuse('agencies end, they are not deleted');
CREATE TRIGGER account_stays BEFORE DELETE ON account FOR EACH ROW EXECUTE FUNCTION refuse('accounts are disabled, not deleted');
CREATE TRIGGER account_stays_t BEFORE TRUNCATE ON account FOR EACH STATEMENT EXECUTE FUNCTION refuse('accounts are disabled, not deleted');
