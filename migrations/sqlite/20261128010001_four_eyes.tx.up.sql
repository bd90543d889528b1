-- Four eyes in the database where only the office looked: whoever closed a finding
-- does not check the closing; whoever holds the register against throwing away, or
-- asks for it, does not answer; whoever confirmed has no other hand in the dossier.
CREATE TRIGGER plan_closing_four_eyes BEFORE INSERT ON plan_row
WHEN NEW.kind = 'check' AND EXISTS (SELECT 1 FROM plan_row a WHERE a.system_id = NEW.system_id AND a.kind = 'closing'
  AND a.no = json_extract(NEW.body, '$.closing') AND json_extract(a.body, '$.by.person') = json_extract(NEW.body, '$.by.person'))
BEGIN SELECT RAISE(ABORT, 'four eyes: check'); END;

CREATE TRIGGER retention_two_persons BEFORE INSERT ON retention_row
WHEN NEW.kind IN ('lift', 'purge') AND NOT EXISTS (SELECT 1 FROM retention_row a WHERE a.no = json_extract(NEW.body, '$.of')
  AND a.kind = CASE NEW.kind WHEN 'lift' THEN 'hold' ELSE 'ask' END AND json_extract(a.body, '$.by.person') <> json_extract(NEW.body, '$.by.person'))
BEGIN SELECT RAISE(ABORT, 'four eyes: retention'); END;

CREATE TRIGGER consultation_not_confirmer BEFORE INSERT ON consultation
WHEN EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: consultation'); END;

CREATE TRIGGER remark_not_confirmer BEFORE INSERT ON remark
WHEN NEW.side = 'applicant' AND EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: remark'); END;

CREATE TRIGGER confirmation_not_applicant BEFORE INSERT ON confirmation
WHEN EXISTS (SELECT 1 FROM approval a JOIN remark x ON x.system_id = a.system_id AND x.dossier_no = a.dossier_no
             WHERE a.system_id = NEW.system_id AND a.no = NEW.approval_no AND x.person = NEW.person AND x.side = 'applicant')
BEGIN SELECT RAISE(ABORT, 'four eyes: confirmation'); END;

-- What a dossier says is written by its editors, whom the rules above know.
CREATE TRIGGER field_save_by_editor BEFORE INSERT ON field_save
WHEN NOT EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND e.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: field'); END;
