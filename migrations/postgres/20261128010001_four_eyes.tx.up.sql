-- Four eyes in the database where only the office looked: whoever closed a finding
-- does not check the closing; whoever holds the register against throwing away, or
-- asks for it, does not answer; whoever confirmed has no other hand in the dossier.
CREATE FUNCTION plan_closing_four_eyes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN
IF NEW.kind = 'check' AND EXISTS (SELECT 1 FROM plan_row a WHERE a.system_id = NEW.system_id AND a.kind = 'closing'
  AND a.no = (NEW.body::jsonb ->> 'closing')::bigint AND a.body::jsonb #>> '{by,person}' = NEW.body::jsonb #>> '{by,person}')
THEN RAISE EXCEPTION 'four eyes: check'; END IF; RETURN NEW; END $$;
CREATE TRIGGER plan_closing_four_eyes BEFORE INSERT ON plan_row FOR EACH ROW EXECUTE FUNCTION plan_closing_four_eyes();

CREATE FUNCTION retention_two_persons() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN
IF NEW.kind IN ('lift', 'purge') AND NOT EXISTS (SELECT 1 FROM retention_row a WHERE a.no = (NEW.body::jsonb ->> 'of')::bigint
  AND a.kind = CASE NEW.kind WHEN 'lift' THEN 'hold' ELSE 'ask' END AND a.body::jsonb #>> '{by,person}' <> NEW.body::jsonb #>> '{by,person}')
THEN RAISE EXCEPTION 'four eyes: retention'; END IF; RETURN NEW; END $$;
CREATE TRIGGER retention_two_persons BEFORE INSERT ON retention_row FOR EACH ROW EXECUTE FUNCTION retention_two_persons();

CREATE FUNCTION consultation_not_confirmer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN
IF EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
           WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
THEN RAISE EXCEPTION 'four eyes: consultation'; END IF; RETURN NEW; END $$;
CREATE TRIGGER consultation_not_confirmer BEFORE INSERT ON consultation FOR EACH ROW EXECUTE FUNCTION consultation_not_confirmer();

CREATE FUNCTION remark_not_confirmer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN
IF NEW.side = 'applicant' AND EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
           WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
THEN RAISE EXCEPTION 'four eyes: remark'; END IF; RETURN NEW; END $$;
CREATE TRIGGER remark_not_confirmer BEFORE INSERT ON remark FOR EACH ROW EXECUTE FUNCTION remark_not_confirmer();

CREATE FUNCTION confirmation_not_applicant() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN
IF EXISTS (SELECT 1 FROM approval a JOIN remark x ON x.system_id = a.system_id AND x.dossier_no = a.dossier_no
           WHERE a.system_id = NEW.system_id AND a.no = NEW.approval_no AND x.person = NEW.person AND x.side = 'applicant')
THEN RAISE EXCEPTION 'four eyes: confirmation'; END IF; RETURN NEW; END $$;
CREATE TRIGGER confirmation_not_applicant BEFORE INSERT ON confirmation FOR EACH ROW EXECUTE FUNCTION confirmation_not_applicant();

-- What a dossier says is written by its editors, whom the rules above know.
CREATE FUNCTION field_save_by_editor() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN
IF NOT EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND e.person = NEW.person)
THEN RAISE EXCEPTION 'four eyes: field'; END IF; RETURN NEW; END $$;
CREATE TRIGGER field_save_by_editor BEFORE INSERT ON field_save FOR EACH ROW EXECUTE FUNCTION field_save_by_editor();
