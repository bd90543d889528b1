-- A final row cannot be replaced either: REPLACE fires no delete trigger, so
-- the insert of a key that is there is refused by itself.
CREATE TRIGGER entry_final_r BEFORE INSERT ON entry WHEN EXISTS (SELECT 1 FROM entry x WHERE x.seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'entries are final'); END;
CREATE TRIGGER entry_hash_final_r BEFORE INSERT ON entry_hash WHEN EXISTS (SELECT 1 FROM entry_hash x WHERE x.i = NEW.i)
BEGIN SELECT RAISE(ABORT, 'hashes are final'); END;
CREATE TRIGGER review_final_r BEFORE INSERT ON review WHEN EXISTS (SELECT 1 FROM review x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'reviews are final'); END;
CREATE TRIGGER decision_final_r BEFORE INSERT ON decision WHEN EXISTS (SELECT 1 FROM decision x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'decisions are final'); END;
CREATE TRIGGER approval_final_r BEFORE INSERT ON approval WHEN EXISTS (SELECT 1 FROM approval x WHERE x.system_id = NEW.system_id AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'approvals are final'); END;
CREATE TRIGGER confirmation_final_r BEFORE INSERT ON confirmation WHEN EXISTS (SELECT 1 FROM confirmation x WHERE x.system_id = NEW.system_id AND x.approval_no = NEW.approval_no)
BEGIN SELECT RAISE(ABORT, 'confirmations are final'); END;
CREATE TRIGGER revocation_final_r BEFORE INSERT ON revocation WHEN EXISTS (SELECT 1 FROM revocation x WHERE x.system_id = NEW.system_id AND x.approval_no = NEW.approval_no)
BEGIN SELECT RAISE(ABORT, 'revocations are final'); END;
CREATE TRIGGER plan_final_r BEFORE INSERT ON plan WHEN EXISTS (SELECT 1 FROM plan x WHERE x.system_id = NEW.system_id AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'plans are final'); END;
CREATE TRIGGER inspection_final_r BEFORE INSERT ON inspection WHEN EXISTS (SELECT 1 FROM inspection x WHERE x.system_id = NEW.system_id AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'inspections are final'); END;
CREATE TRIGGER editor_final_r BEFORE INSERT ON dossier_editor WHEN EXISTS (SELECT 1 FROM dossier_editor x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND (x.no = NEW.no OR x.person = NEW.person))
BEGIN SELECT RAISE(ABORT, 'editors are final'); END;

-- Whoever confirmed an approval takes no other hand in its dossier afterwards.
CREATE TRIGGER editor_not_confirmer BEFORE INSERT ON dossier_editor
WHEN EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: editor'); END;
CREATE TRIGGER review_not_confirmer BEFORE INSERT ON review
WHEN EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: review'); END;
CREATE TRIGGER decision_not_confirmer BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: decision'); END;

-- The head only moves forward; what was printed stays as printed; agencies and
-- accounts stay.
CREATE TRIGGER ledger_head_forward BEFORE UPDATE ON ledger_head WHEN NEW.size <= OLD.size
BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER ledger_head_stays BEFORE DELETE ON ledger_head BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER reported_final_u BEFORE UPDATE ON reported BEGIN SELECT RAISE(ABORT, 'printed figures are final'); END;
CREATE TRIGGER reported_final_d BEFORE DELETE ON reported BEGIN SELECT RAISE(ABORT, 'printed figures are final'); END;
CREATE TRIGGER agency_stays BEFORE DELETE ON agency BEGIN SELECT RAISE(ABORT, 'agencies end, they are not deleted'); END;
CREATE TRIGGER account_stays BEFORE DELETE ON account BEGIN SELECT RAISE(ABORT, 'accounts are disabled, not deleted'); END;
