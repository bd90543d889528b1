CREATE TRIGGER account_answer_final_d BEFORE DELETE ON account_answer BEGIN SELECT RAISE(ABORT, 'answers are final'); END;

CREATE TRIGGER account_answer_final_r BEFORE INSERT ON account_answer WHEN EXISTS (SELECT 1 FROM account_answer x WHERE x.request_id = NEW.request_id)
BEGIN SELECT RAISE(ABORT, 'answers are final'); END;

CREATE TRIGGER account_answer_final_u BEFORE UPDATE ON account_answer BEGIN SELECT RAISE(ABORT, 'answers are final'); END;

CREATE TRIGGER account_answer_other BEFORE INSERT ON account_answer
WHEN NEW.outcome = 'confirmed' AND EXISTS (SELECT 1 FROM account_request q WHERE q.id = NEW.request_id AND q.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'two administrators, two persons'); END;

CREATE TRIGGER account_request_final_d BEFORE DELETE ON account_request BEGIN SELECT RAISE(ABORT, 'requests are final'); END;

CREATE TRIGGER account_request_final_r BEFORE INSERT ON account_request WHEN EXISTS (SELECT 1 FROM account_request x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'requests are final'); END;

CREATE TRIGGER account_request_final_u BEFORE UPDATE ON account_request BEGIN SELECT RAISE(ABORT, 'requests are final'); END;

CREATE TRIGGER account_stays BEFORE DELETE ON account BEGIN SELECT RAISE(ABORT, 'accounts are disabled, not deleted'); END;

CREATE TRIGGER agency_names_grow BEFORE UPDATE OF names ON agency
WHEN OLD.names <> '' AND substr(NEW.names, 1, length(OLD.names) - 1) <> substr(OLD.names, 1, length(OLD.names) - 1)
BEGIN SELECT RAISE(ABORT, 'names of the past are final'); END;

CREATE TRIGGER agency_stays BEFORE DELETE ON agency BEGIN SELECT RAISE(ABORT, 'agencies end, they are not deleted'); END;

CREATE TRIGGER alarm_note_final_d BEFORE DELETE ON alarm_note BEGIN SELECT RAISE(ABORT, 'notes are final'); END;

CREATE TRIGGER alarm_note_final_u BEFORE UPDATE ON alarm_note BEGIN SELECT RAISE(ABORT, 'notes are final'); END;

CREATE TRIGGER approval_final_d BEFORE DELETE ON approval BEGIN SELECT RAISE(ABORT, 'approvals are final'); END;

CREATE TRIGGER approval_final_r BEFORE INSERT ON approval WHEN EXISTS (SELECT 1 FROM approval x WHERE x.system_id = NEW.system_id AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'approvals are final'); END;

CREATE TRIGGER approval_final_u BEFORE UPDATE ON approval BEGIN SELECT RAISE(ABORT, 'approvals are final'); END;

CREATE TRIGGER attachment_event_final_d BEFORE DELETE ON attachment_event BEGIN SELECT RAISE(ABORT, 'attachments are final'); END;

CREATE TRIGGER attachment_event_final_r BEFORE INSERT ON attachment_event WHEN EXISTS (SELECT 1 FROM attachment_event x WHERE x.system_id = NEW.system_id AND x.attachment_no = NEW.attachment_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'attachments are final'); END;

CREATE TRIGGER attachment_event_final_u BEFORE UPDATE ON attachment_event BEGIN SELECT RAISE(ABORT, 'attachments are final'); END;

CREATE TRIGGER attachment_final_d BEFORE DELETE ON attachment BEGIN SELECT RAISE(ABORT, 'attachments are final'); END;

CREATE TRIGGER attachment_final_r BEFORE INSERT ON attachment WHEN EXISTS (SELECT 1 FROM attachment x WHERE x.system_id = NEW.system_id AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'attachments are final'); END;

CREATE TRIGGER attachment_final_u BEFORE UPDATE ON attachment BEGIN SELECT RAISE(ABORT, 'attachments are final'); END;

CREATE TRIGGER backup_row_is_final BEFORE UPDATE ON backup_row BEGIN SELECT RAISE(ABORT, 'backup rows are final'); END;

CREATE TRIGGER backup_row_once BEFORE INSERT ON backup_row WHEN EXISTS (SELECT 1 FROM backup_row b WHERE b.backup = NEW.backup AND b.no = NEW.no) BEGIN SELECT RAISE(ABORT, 'backup rows are final'); END;

CREATE TRIGGER backup_row_stays BEFORE DELETE ON backup_row BEGIN SELECT RAISE(ABORT, 'backup rows are final'); END;

CREATE TRIGGER body_key_final_d BEFORE DELETE ON body_key BEGIN SELECT RAISE(ABORT, 'turned keys are final'); END;

CREATE TRIGGER body_key_final_i BEFORE INSERT ON body_key WHEN EXISTS (SELECT 1 FROM body_key x WHERE x.tenant = NEW.tenant AND (x.no >= NEW.no OR x.done_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'turned keys are final'); END;

CREATE TRIGGER body_key_final_u BEFORE UPDATE ON body_key WHEN OLD.done_at IS NOT NULL OR NEW.tenant <> OLD.tenant OR NEW.no <> OLD.no OR NEW.key <> OLD.key OR NEW.begun_at <> OLD.begun_at
BEGIN SELECT RAISE(ABORT, 'turned keys are final'); END;

CREATE TRIGGER confirmation_final_d BEFORE DELETE ON confirmation BEGIN SELECT RAISE(ABORT, 'confirmations are final'); END;

CREATE TRIGGER confirmation_final_r BEFORE INSERT ON confirmation WHEN EXISTS (SELECT 1 FROM confirmation x WHERE x.system_id = NEW.system_id AND x.approval_no = NEW.approval_no)
BEGIN SELECT RAISE(ABORT, 'confirmations are final'); END;

CREATE TRIGGER confirmation_final_u BEFORE UPDATE ON confirmation BEGIN SELECT RAISE(ABORT, 'confirmations are final'); END;

CREATE TRIGGER confirmation_four_eyes BEFORE INSERT ON confirmation
WHEN EXISTS (SELECT 1 FROM approval a JOIN dossier_editor e ON e.system_id = a.system_id AND e.dossier_no = a.dossier_no
             WHERE a.system_id = NEW.system_id AND a.no = NEW.approval_no AND e.person = NEW.person)
  OR EXISTS (SELECT 1 FROM approval a JOIN review r ON r.system_id = a.system_id AND r.dossier_no = a.dossier_no
             WHERE a.system_id = NEW.system_id AND a.no = NEW.approval_no AND r.person = NEW.person)
  OR EXISTS (SELECT 1 FROM approval a JOIN decision d ON d.system_id = a.system_id AND d.dossier_no = a.dossier_no
             WHERE a.system_id = NEW.system_id AND a.no = NEW.approval_no AND d.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: confirmation'); END;

CREATE TRIGGER confirmation_not_applicant BEFORE INSERT ON confirmation
WHEN EXISTS (SELECT 1 FROM approval a JOIN remark x ON x.system_id = a.system_id AND x.dossier_no = a.dossier_no
             WHERE a.system_id = NEW.system_id AND a.no = NEW.approval_no AND x.person = NEW.person AND x.side = 'applicant')
BEGIN SELECT RAISE(ABORT, 'four eyes: confirmation'); END;

CREATE TRIGGER confirmation_not_consulting BEFORE INSERT ON confirmation
WHEN EXISTS (SELECT 1 FROM approval a JOIN consultation x ON x.system_id = a.system_id AND x.dossier_no = a.dossier_no
             WHERE a.system_id = NEW.system_id AND a.no = NEW.approval_no AND x.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: confirmation'); END;

CREATE TRIGGER confirmation_not_receiver BEFORE INSERT ON confirmation
WHEN EXISTS (SELECT 1 FROM approval a JOIN receipt r ON r.system_id = a.system_id AND r.dossier_no = a.dossier_no
             WHERE a.system_id = NEW.system_id AND a.no = NEW.approval_no AND r.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: confirmation'); END;

CREATE TRIGGER connection_final_u BEFORE UPDATE OF no, consumer, provider, service, purpose, basis, platform, profile ON connection
BEGIN SELECT RAISE(ABORT, 'what was requested is final'); END;

CREATE TRIGGER connection_stays BEFORE DELETE ON connection BEGIN SELECT RAISE(ABORT, 'connections end, they are not deleted'); END;

CREATE TRIGGER connection_step_final_d BEFORE DELETE ON connection_step BEGIN SELECT RAISE(ABORT, 'steps are final'); END;

CREATE TRIGGER connection_step_final_r BEFORE INSERT ON connection_step WHEN EXISTS (SELECT 1 FROM connection_step x WHERE x.connection_no = NEW.connection_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'steps are final'); END;

CREATE TRIGGER connection_step_final_u BEFORE UPDATE ON connection_step BEGIN SELECT RAISE(ABORT, 'steps are final'); END;

CREATE TRIGGER connection_step_four_eyes BEFORE INSERT ON connection_step
WHEN NEW.act = 'allow' AND EXISTS (SELECT 1 FROM connection c JOIN connection_step s ON s.connection_no = c.no WHERE c.no = NEW.connection_no AND c.profile = 'production' AND s.act = 'request' AND s.person = NEW.person)
  OR NEW.act = 'agree' AND NEW.person = (SELECT s.person FROM connection_step s WHERE s.connection_no = NEW.connection_no AND s.act = 'propose' ORDER BY s.no DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'four eyes: connection'); END;

CREATE TRIGGER consultation_final_d BEFORE DELETE ON consultation BEGIN SELECT RAISE(ABORT, 'consultations are final'); END;

CREATE TRIGGER consultation_final_o BEFORE UPDATE OF system_id, dossier_no, no, ask, kind, asked, round, digest, due, outcome, person, account, capacity, body, at ON consultation BEGIN SELECT RAISE(ABORT, 'consultations are final'); END;

CREATE TRIGGER consultation_final_r BEFORE INSERT ON consultation WHEN EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'consultations are final'); END;

CREATE TRIGGER consultation_final_u BEFORE UPDATE OF question, comment ON consultation
WHEN NOT ((NEW.question = OLD.question OR OLD.question <> '' AND NEW.question LIKE 'sealed:2:_%:_%:_%' AND (OLD.question NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.question LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.question LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.comment = OLD.comment OR OLD.comment <> '' AND NEW.comment LIKE 'sealed:2:_%:_%:_%' AND (OLD.comment NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.comment LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.comment LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.question <> OLD.question OR NEW.comment <> OLD.comment))
BEGIN SELECT RAISE(ABORT, 'consultations are final'); END;

CREATE TRIGGER consultation_four_eyes BEFORE INSERT ON consultation
WHEN EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND e.person = NEW.person)
  OR EXISTS (SELECT 1 FROM decision d WHERE d.system_id = NEW.system_id AND d.dossier_no = NEW.dossier_no AND d.person = NEW.person)
  OR EXISTS (SELECT 1 FROM review r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person AND (NEW.kind = 'answer' OR r.kind <> 'appraisal'))
  OR EXISTS (SELECT 1 FROM remark m WHERE m.system_id = NEW.system_id AND m.dossier_no = NEW.dossier_no AND m.person = NEW.person AND (NEW.kind = 'answer' OR m.side = 'applicant'))
  OR EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND (x.kind = 'answer') <> (NEW.kind = 'answer'))
  OR NEW.kind = 'answer' AND EXISTS (SELECT 1 FROM receipt r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: consultation'); END;

CREATE TRIGGER consultation_not_confirmer BEFORE INSERT ON consultation
WHEN EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: consultation'); END;

CREATE TRIGGER consultation_open BEFORE INSERT ON consultation
WHEN NEW.kind <> 'ask' AND (
     NOT EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.ask AND x.kind = 'ask' AND x.asked = NEW.asked AND x.digest = NEW.digest)
  OR EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.ask = NEW.ask AND x.kind <> 'ask'))
BEGIN SELECT RAISE(ABORT, 'the request is not open'); END;

CREATE TRIGGER data_service_final_d BEFORE DELETE ON data_service BEGIN SELECT RAISE(ABORT, 'data services are final'); END;

CREATE TRIGGER data_service_final_u BEFORE UPDATE ON data_service BEGIN SELECT RAISE(ABORT, 'data services are final'); END;

CREATE TRIGGER decision_final_d BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decisions are final'); END;

CREATE TRIGGER decision_final_o BEFORE UPDATE OF system_id, dossier_no, no, part, outcome, number, decided_on, until_day, digest, person, account, capacity, body, at ON decision BEGIN SELECT RAISE(ABORT, 'decisions are final'); END;

CREATE TRIGGER decision_final_r BEFORE INSERT ON decision WHEN EXISTS (SELECT 1 FROM decision x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'decisions are final'); END;

CREATE TRIGGER decision_final_u BEFORE UPDATE OF grounds ON decision
WHEN NOT ((NEW.grounds = OLD.grounds OR OLD.grounds <> '' AND NEW.grounds LIKE 'sealed:2:_%:_%:_%' AND (OLD.grounds NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.grounds LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.grounds LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.grounds <> OLD.grounds))
BEGIN SELECT RAISE(ABORT, 'decisions are final'); END;

CREATE TRIGGER decision_four_eyes BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND e.person = NEW.person)
  OR EXISTS (SELECT 1 FROM review r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
  OR EXISTS (SELECT 1 FROM decision d WHERE d.system_id = NEW.system_id AND d.dossier_no = NEW.dossier_no AND d.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: decision'); END;

CREATE TRIGGER decision_not_applicant BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.side = 'applicant')
BEGIN SELECT RAISE(ABORT, 'four eyes: decision'); END;

CREATE TRIGGER decision_not_confirmer BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: decision'); END;

CREATE TRIGGER decision_not_consulting BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: decision'); END;

CREATE TRIGGER decision_not_receiver BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM receipt r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: decision'); END;

CREATE TRIGGER delegation_end_by BEFORE INSERT ON delegation_end
WHEN NOT EXISTS (SELECT 1 FROM delegation d WHERE d.id = NEW.delegation_id AND d.account = NEW.account AND d.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'who lent a capacity takes it back'); END;

CREATE TRIGGER delegation_end_final_d BEFORE DELETE ON delegation_end BEGIN SELECT RAISE(ABORT, 'withdrawals are final'); END;

CREATE TRIGGER delegation_end_final_r BEFORE INSERT ON delegation_end WHEN EXISTS (SELECT 1 FROM delegation_end x WHERE x.delegation_id = NEW.delegation_id)
BEGIN SELECT RAISE(ABORT, 'withdrawals are final'); END;

CREATE TRIGGER delegation_end_final_u BEFORE UPDATE ON delegation_end BEGIN SELECT RAISE(ABORT, 'withdrawals are final'); END;

CREATE TRIGGER delegation_final_d BEFORE DELETE ON delegation BEGIN SELECT RAISE(ABORT, 'delegations are final'); END;

CREATE TRIGGER delegation_final_r BEFORE INSERT ON delegation WHEN EXISTS (SELECT 1 FROM delegation x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'delegations are final'); END;

CREATE TRIGGER delegation_final_u BEFORE UPDATE ON delegation BEGIN SELECT RAISE(ABORT, 'delegations are final'); END;

CREATE TRIGGER delegation_same_body BEFORE INSERT ON delegation
WHEN NOT EXISTS (SELECT 1 FROM account u WHERE u.login = NEW.account AND u.person = NEW.person AND u.capacity = NEW.capacity AND u.body = NEW.body)
  OR NOT EXISTS (SELECT 1 FROM account u WHERE u.login = NEW.to_login AND u.person = NEW.to_person AND u.body = NEW.body)
BEGIN SELECT RAISE(ABORT, 'a capacity is lent by who has it, within one body'); END;

CREATE TRIGGER door_event_final_d BEFORE DELETE ON door_event
WHEN NOT EXISTS (SELECT 1 FROM retention_row x WHERE x.kind = 'purge' AND x.upto >= OLD.no)
BEGIN SELECT RAISE(ABORT, 'what happened is final'); END;

CREATE TRIGGER door_event_final_r BEFORE INSERT ON door_event WHEN EXISTS (SELECT 1 FROM door_event x WHERE x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'what happened is final'); END;

CREATE TRIGGER door_event_final_u BEFORE UPDATE ON door_event BEGIN SELECT RAISE(ABORT, 'what happened is final'); END;

CREATE TRIGGER door_seal_final_d BEFORE DELETE ON door_seal BEGIN SELECT RAISE(ABORT, 'seals are final'); END;

CREATE TRIGGER door_seal_final_r BEFORE INSERT ON door_seal WHEN EXISTS (SELECT 1 FROM door_seal x WHERE x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'seals are final'); END;

CREATE TRIGGER door_seal_final_u BEFORE UPDATE ON door_seal BEGIN SELECT RAISE(ABORT, 'seals are final'); END;

CREATE TRIGGER dossier_round_final_d BEFORE DELETE ON dossier_round BEGIN SELECT RAISE(ABORT, 'rounds are final'); END;

CREATE TRIGGER dossier_round_final_o BEFORE UPDATE OF system_id, dossier_no, no, digest, edition, person, account, capacity, body, at ON dossier_round BEGIN SELECT RAISE(ABORT, 'rounds are final'); END;

CREATE TRIGGER dossier_round_final_r BEFORE INSERT ON dossier_round WHEN EXISTS (SELECT 1 FROM dossier_round x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'rounds are final'); END;

CREATE TRIGGER dossier_round_final_u BEFORE UPDATE OF submission ON dossier_round
WHEN NOT ((NEW.submission = OLD.submission OR OLD.submission <> '' AND NEW.submission LIKE 'sealed:2:_%:_%:_%' AND (OLD.submission NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.submission LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.submission LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.submission <> OLD.submission))
BEGIN SELECT RAISE(ABORT, 'rounds are final'); END;

CREATE TRIGGER dossier_stays BEFORE DELETE ON dossier BEGIN SELECT RAISE(ABORT, 'dossiers are not deleted'); END;

CREATE TRIGGER editor_final_d BEFORE DELETE ON dossier_editor BEGIN SELECT RAISE(ABORT, 'editors are final'); END;

CREATE TRIGGER editor_final_r BEFORE INSERT ON dossier_editor WHEN EXISTS (SELECT 1 FROM dossier_editor x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND (x.no = NEW.no OR x.person = NEW.person))
BEGIN SELECT RAISE(ABORT, 'editors are final'); END;

CREATE TRIGGER editor_final_u BEFORE UPDATE ON dossier_editor BEGIN SELECT RAISE(ABORT, 'editors are final'); END;

CREATE TRIGGER editor_four_eyes BEFORE INSERT ON dossier_editor
WHEN EXISTS (SELECT 1 FROM review r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
  OR EXISTS (SELECT 1 FROM decision d WHERE d.system_id = NEW.system_id AND d.dossier_no = NEW.dossier_no AND d.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: editor'); END;

CREATE TRIGGER editor_not_confirmer BEFORE INSERT ON dossier_editor
WHEN EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: editor'); END;

CREATE TRIGGER editor_not_consulting BEFORE INSERT ON dossier_editor
WHEN EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: editor'); END;

CREATE TRIGGER editor_not_judging BEFORE INSERT ON dossier_editor
WHEN EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.side = 'judging')
BEGIN SELECT RAISE(ABORT, 'four eyes: editor'); END;

CREATE TRIGGER editor_not_receiver BEFORE INSERT ON dossier_editor
WHEN EXISTS (SELECT 1 FROM receipt r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: editor'); END;

CREATE TRIGGER entry_final_d BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are final'); END;

CREATE TRIGGER entry_final_r BEFORE INSERT ON entry WHEN EXISTS (SELECT 1 FROM entry x WHERE x.seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'entries are final'); END;

CREATE TRIGGER entry_final_u BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries are final'); END;

CREATE TRIGGER entry_hash_final_d BEFORE DELETE ON entry_hash BEGIN SELECT RAISE(ABORT, 'hashes are final'); END;

CREATE TRIGGER entry_hash_final_r BEFORE INSERT ON entry_hash WHEN EXISTS (SELECT 1 FROM entry_hash x WHERE x.i = NEW.i)
BEGIN SELECT RAISE(ABORT, 'hashes are final'); END;

CREATE TRIGGER entry_hash_final_u BEFORE UPDATE ON entry_hash BEGIN SELECT RAISE(ABORT, 'hashes are final'); END;

CREATE TRIGGER factor_final_d BEFORE DELETE ON factor BEGIN SELECT RAISE(ABORT, 'factors are removed, not deleted'); END;

CREATE TRIGGER factor_final_r BEFORE INSERT ON factor WHEN EXISTS (SELECT 1 FROM factor x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'factors are removed, not replaced'); END;

CREATE TRIGGER factor_final_u BEFORE UPDATE ON factor
WHEN NEW.id <> OLD.id OR NEW.login <> OLD.login OR NEW.kind <> OLD.kind OR NEW.public <> OLD.public OR NEW.added_at <> OLD.added_at
  OR OLD.removed_at IS NOT NULL OR (OLD.kind <> 'recovery' AND NEW.secret <> OLD.secret)
BEGIN SELECT RAISE(ABORT, 'a factor does not change'); END;

CREATE TRIGGER field_save_by_editor BEFORE INSERT ON field_save
WHEN NOT EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND e.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: field'); END;

CREATE TRIGGER field_save_final_d BEFORE DELETE ON field_save BEGIN SELECT RAISE(ABORT, 'saves are final'); END;

CREATE TRIGGER field_save_final_o BEFORE UPDATE OF system_id, dossier_no, field, version, from_system, person, account, capacity, body, at ON field_save BEGIN SELECT RAISE(ABORT, 'saves are final'); END;

CREATE TRIGGER field_save_final_r BEFORE INSERT ON field_save WHEN EXISTS (SELECT 1 FROM field_save x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.field = NEW.field AND x.version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'saves are final'); END;

CREATE TRIGGER field_save_final_u BEFORE UPDATE OF was, value ON field_save
WHEN NOT ((NEW.was = OLD.was OR OLD.was <> '' AND NEW.was LIKE 'sealed:2:_%:_%:_%' AND (OLD.was NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.was LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.was LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.value = OLD.value OR OLD.value <> '' AND NEW.value LIKE 'sealed:2:_%:_%:_%' AND (OLD.value NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.value LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.value LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.was <> OLD.was OR NEW.value <> OLD.value))
BEGIN SELECT RAISE(ABORT, 'saves are final'); END;

CREATE TRIGGER gate_log_final_d BEFORE DELETE ON gate_log BEGIN SELECT RAISE(ABORT, 'logs are final'); END;

CREATE TRIGGER gate_log_final_u BEFORE UPDATE ON gate_log BEGIN SELECT RAISE(ABORT, 'logs are final'); END;

CREATE TRIGGER gate_use_final_d BEFORE DELETE ON gate_use BEGIN SELECT RAISE(ABORT, 'logs are final'); END;

CREATE TRIGGER gate_use_final_r BEFORE INSERT ON gate_use WHEN EXISTS (SELECT 1 FROM gate_use x WHERE x.gateway = NEW.gateway AND x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'logs are final'); END;

CREATE TRIGGER gate_use_final_u BEFORE UPDATE ON gate_use BEGIN SELECT RAISE(ABORT, 'logs are final'); END;

CREATE TRIGGER gateway_final_r BEFORE INSERT ON gateway WHEN EXISTS (SELECT 1 FROM gateway x WHERE x.name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'gateways are not replaced'); END;

CREATE TRIGGER gateway_final_u BEFORE UPDATE ON gateway WHEN OLD.revoked IS NOT NULL OR NEW.name <> OLD.name OR NEW.registered_at <> OLD.registered_at OR NEW.registered_by <> OLD.registered_by
BEGIN SELECT RAISE(ABORT, 'a revoked gateway is final'); END;

CREATE TRIGGER gateway_pin_end_final_d BEFORE DELETE ON gateway_pin_end BEGIN SELECT RAISE(ABORT, 'a revoked pin is final'); END;

CREATE TRIGGER gateway_pin_end_final_r BEFORE INSERT ON gateway_pin_end WHEN EXISTS (SELECT 1 FROM gateway_pin_end x WHERE x.spki = NEW.spki)
BEGIN SELECT RAISE(ABORT, 'a revoked pin is final'); END;

CREATE TRIGGER gateway_pin_end_final_u BEFORE UPDATE ON gateway_pin_end BEGIN SELECT RAISE(ABORT, 'a revoked pin is final'); END;

CREATE TRIGGER gateway_pin_final_d BEFORE DELETE ON gateway_pin BEGIN SELECT RAISE(ABORT, 'pins are final'); END;

CREATE TRIGGER gateway_pin_final_r BEFORE INSERT ON gateway_pin WHEN EXISTS (SELECT 1 FROM gateway_pin x WHERE x.spki = NEW.spki OR x.gateway = NEW.gateway AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'pins are final'); END;

CREATE TRIGGER gateway_pin_final_u BEFORE UPDATE ON gateway_pin BEGIN SELECT RAISE(ABORT, 'pins are final'); END;

CREATE TRIGGER gateway_stays BEFORE DELETE ON gateway BEGIN SELECT RAISE(ABORT, 'gateways are revoked, not deleted'); END;

CREATE TRIGGER hold_final_d BEFORE DELETE ON hold BEGIN SELECT RAISE(ABORT, 'holds are final'); END;

CREATE TRIGGER hold_final_r BEFORE INSERT ON hold WHEN EXISTS (SELECT 1 FROM hold x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'holds are final'); END;

CREATE TRIGGER hold_final_u BEFORE UPDATE ON hold BEGIN SELECT RAISE(ABORT, 'holds are final'); END;

CREATE TRIGGER hold_four_eyes BEFORE INSERT ON hold
WHEN EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND (e.person = NEW.holder OR e.person = NEW.person))
BEGIN SELECT RAISE(ABORT, 'four eyes: hold'); END;

CREATE TRIGGER inspection_final_d BEFORE DELETE ON inspection BEGIN SELECT RAISE(ABORT, 'inspections are final'); END;

CREATE TRIGGER inspection_final_r BEFORE INSERT ON inspection WHEN EXISTS (SELECT 1 FROM inspection x WHERE x.system_id = NEW.system_id AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'inspections are final'); END;

CREATE TRIGGER inspection_final_u BEFORE UPDATE ON inspection BEGIN SELECT RAISE(ABORT, 'inspections are final'); END;

CREATE TRIGGER ledger_checkpoint_final_d BEFORE DELETE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoints are final'); END;

CREATE TRIGGER ledger_checkpoint_final_r BEFORE INSERT ON ledger_checkpoint WHEN EXISTS (SELECT 1 FROM ledger_checkpoint x WHERE x.size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'checkpoints are final'); END;

CREATE TRIGGER ledger_checkpoint_final_u BEFORE UPDATE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoints are final'); END;

CREATE TRIGGER ledger_head_forward BEFORE UPDATE ON ledger_head WHEN NEW.size <= OLD.size
BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;

CREATE TRIGGER ledger_head_stays BEFORE DELETE ON ledger_head BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;

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

CREATE TRIGGER listing_of_changed AFTER UPDATE ON system BEGIN
  UPDATE listing SET due = '0' WHERE system_id = NEW.id;
END;

CREATE TRIGGER listing_of_new AFTER INSERT ON system BEGIN
  INSERT INTO listing (system_id, owner, code, cell, search, since, due) VALUES (NEW.id, NEW.owner, NEW.code, '', '', '', '0');
END;

CREATE TRIGGER opinion_not_receiver BEFORE INSERT ON review
WHEN NEW.kind <> 'appraisal' AND EXISTS (SELECT 1 FROM receipt r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: review'); END;

CREATE TRIGGER paper_file_is_final BEFORE UPDATE ON paper_file BEGIN SELECT RAISE(ABORT, 'papers are final'); END;

CREATE TRIGGER paper_file_stays BEFORE DELETE ON paper_file BEGIN SELECT RAISE(ABORT, 'papers are final'); END;

CREATE TRIGGER paper_handed_is_final BEFORE UPDATE ON paper_handed BEGIN SELECT RAISE(ABORT, 'papers are final'); END;

CREATE TRIGGER paper_handed_stays BEFORE DELETE ON paper_handed BEGIN SELECT RAISE(ABORT, 'papers are final'); END;

CREATE TRIGGER paper_is_final BEFORE UPDATE ON paper BEGIN SELECT RAISE(ABORT, 'papers are final'); END;

CREATE TRIGGER paper_stays BEFORE DELETE ON paper BEGIN SELECT RAISE(ABORT, 'papers are final'); END;

CREATE TRIGGER personal_text_final_d BEFORE DELETE ON personal_text
WHEN NOT EXISTS (SELECT 1 FROM retention_row x WHERE x.kind = 'purge' AND json_extract(x.body, '$.login') = OLD.login)
BEGIN SELECT RAISE(ABORT, 'texts about persons go as retention says'); END;

CREATE TRIGGER personal_text_final_r BEFORE INSERT ON personal_text WHEN EXISTS (SELECT 1 FROM personal_text x WHERE x.hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'texts about persons are erased, not changed'); END;

CREATE TRIGGER personal_text_final_u BEFORE UPDATE ON personal_text BEGIN SELECT RAISE(ABORT, 'texts about persons are erased, not changed'); END;

CREATE TRIGGER plan_check_four_eyes BEFORE INSERT ON plan_row
WHEN NEW.kind = 'check' AND EXISTS (SELECT 1 FROM plan_row a WHERE a.system_id = NEW.system_id AND a.kind = 'answer'
  AND a.no = json_extract(NEW.body, '$.answer') AND json_extract(a.body, '$.by.person') = json_extract(NEW.body, '$.by.person'))
BEGIN SELECT RAISE(ABORT, 'four eyes: check'); END;

CREATE TRIGGER plan_closing_four_eyes BEFORE INSERT ON plan_row
WHEN NEW.kind = 'check' AND EXISTS (SELECT 1 FROM plan_row a WHERE a.system_id = NEW.system_id AND a.kind = 'closing'
  AND a.no = json_extract(NEW.body, '$.closing') AND json_extract(a.body, '$.by.person') = json_extract(NEW.body, '$.by.person'))
BEGIN SELECT RAISE(ABORT, 'four eyes: check'); END;

CREATE TRIGGER plan_final_d BEFORE DELETE ON plan BEGIN SELECT RAISE(ABORT, 'plans are final'); END;

CREATE TRIGGER plan_final_o BEFORE UPDATE OF system_id, no, approval_no, status, on_day, roadmap_until, basis, holds, person, account, capacity, body, at ON plan BEGIN SELECT RAISE(ABORT, 'plans are final'); END;

CREATE TRIGGER plan_final_r BEFORE INSERT ON plan WHEN EXISTS (SELECT 1 FROM plan x WHERE x.system_id = NEW.system_id AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'plans are final'); END;

CREATE TRIGGER plan_final_u BEFORE UPDATE OF note ON plan
WHEN NOT ((NEW.note = OLD.note OR OLD.note <> '' AND NEW.note LIKE 'sealed:2:_%:_%:_%' AND (OLD.note NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.note LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.note LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.note <> OLD.note))
BEGIN SELECT RAISE(ABORT, 'plans are final'); END;

CREATE TRIGGER plan_head_stays BEFORE DELETE ON plan_head BEGIN SELECT RAISE(ABORT, 'plans stay'); END;

CREATE TRIGGER plan_row_final_d BEFORE DELETE ON plan_row BEGIN SELECT RAISE(ABORT, 'plan rows are final'); END;

CREATE TRIGGER plan_row_final_r BEFORE INSERT ON plan_row WHEN EXISTS (SELECT 1 FROM plan_row x WHERE x.system_id = NEW.system_id AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'plan rows are final'); END;

CREATE TRIGGER plan_row_final_u BEFORE UPDATE ON plan_row
WHEN NOT (NEW.system_id = OLD.system_id AND NEW.no = OLD.no AND NEW.kind = OLD.kind AND (
  OLD.sealed = '' AND NEW.sealed <> ''
  AND json_extract(NEW.body, '$.by.person') IS json_extract(OLD.body, '$.by.person')
  AND json_extract(NEW.body, '$.answer') IS json_extract(OLD.body, '$.answer')
  AND json_extract(NEW.body, '$.origin') IS json_extract(OLD.body, '$.origin')
  OR NEW.body = OLD.body AND EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.sealed LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.sealed LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
BEGIN SELECT RAISE(ABORT, 'plan rows are final'); END;

CREATE TRIGGER receipt_final_d BEFORE DELETE ON receipt BEGIN SELECT RAISE(ABORT, 'receipts are final'); END;

CREATE TRIGGER receipt_final_o BEFORE UPDATE OF system_id, dossier_no, no, round, complete, digest, person, account, capacity, body, at ON receipt BEGIN SELECT RAISE(ABORT, 'receipts are final'); END;

CREATE TRIGGER receipt_final_r BEFORE INSERT ON receipt WHEN EXISTS (SELECT 1 FROM receipt x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'receipts are final'); END;

CREATE TRIGGER receipt_final_u BEFORE UPDATE OF lacks ON receipt
WHEN NOT ((NEW.lacks = OLD.lacks OR OLD.lacks <> '' AND NEW.lacks LIKE 'sealed:2:_%:_%:_%' AND (OLD.lacks NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.lacks LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.lacks LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.lacks <> OLD.lacks))
BEGIN SELECT RAISE(ABORT, 'receipts are final'); END;

CREATE TRIGGER receipt_four_eyes BEFORE INSERT ON receipt
WHEN EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND e.person = NEW.person)
  OR EXISTS (SELECT 1 FROM review r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person AND r.kind <> 'appraisal')
  OR EXISTS (SELECT 1 FROM decision d WHERE d.system_id = NEW.system_id AND d.dossier_no = NEW.dossier_no AND d.person = NEW.person)
  OR EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: receipt'); END;

CREATE TRIGGER receipt_not_applicant BEFORE INSERT ON receipt
WHEN EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.side = 'applicant')
BEGIN SELECT RAISE(ABORT, 'four eyes: receipt'); END;

CREATE TRIGGER receipt_not_consulted BEFORE INSERT ON receipt
WHEN EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.kind = 'answer')
BEGIN SELECT RAISE(ABORT, 'four eyes: receipt'); END;

CREATE TRIGGER remark_final_d BEFORE DELETE ON remark BEGIN SELECT RAISE(ABORT, 'remarks are final'); END;

CREATE TRIGGER remark_final_o BEFORE UPDATE OF system_id, dossier_no, no, thread, kind, side, round, target, internal, person, account, capacity, body, at ON remark BEGIN SELECT RAISE(ABORT, 'remarks are final'); END;

CREATE TRIGGER remark_final_r BEFORE INSERT ON remark WHEN EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'remarks are final'); END;

CREATE TRIGGER remark_final_u BEFORE UPDATE OF text ON remark
WHEN NOT ((NEW.text = OLD.text OR OLD.text <> '' AND NEW.text LIKE 'sealed:2:_%:_%:_%' AND (OLD.text NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.text LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.text LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.text <> OLD.text))
BEGIN SELECT RAISE(ABORT, 'remarks are final'); END;

CREATE TRIGGER remark_four_eyes BEFORE INSERT ON remark
WHEN NEW.side = 'judging' AND EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND e.person = NEW.person)
  OR NEW.side = 'applicant' AND (
     EXISTS (SELECT 1 FROM review r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
  OR EXISTS (SELECT 1 FROM receipt r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person)
  OR EXISTS (SELECT 1 FROM decision d WHERE d.system_id = NEW.system_id AND d.dossier_no = NEW.dossier_no AND d.person = NEW.person))
  OR EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.side <> NEW.side)
BEGIN SELECT RAISE(ABORT, 'four eyes: remark'); END;

CREATE TRIGGER remark_not_confirmer BEFORE INSERT ON remark
WHEN NEW.side = 'applicant' AND EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: remark'); END;

CREATE TRIGGER remark_not_consulted BEFORE INSERT ON remark
WHEN EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND (x.kind = 'answer' OR NEW.side = 'applicant'))
BEGIN SELECT RAISE(ABORT, 'four eyes: remark'); END;

CREATE TRIGGER reported_final_d BEFORE DELETE ON reported BEGIN SELECT RAISE(ABORT, 'printed figures are final'); END;

CREATE TRIGGER reported_final_u BEFORE UPDATE ON reported BEGIN SELECT RAISE(ABORT, 'printed figures are final'); END;

CREATE TRIGGER retention_row_final_d BEFORE DELETE ON retention_row BEGIN SELECT RAISE(ABORT, 'what was said of retention is final'); END;

CREATE TRIGGER retention_row_final_r BEFORE INSERT ON retention_row WHEN EXISTS (SELECT 1 FROM retention_row x WHERE x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'what was said of retention is final'); END;

CREATE TRIGGER retention_row_final_u BEFORE UPDATE ON retention_row BEGIN SELECT RAISE(ABORT, 'what was said of retention is final'); END;

CREATE TRIGGER retention_two_persons BEFORE INSERT ON retention_row
WHEN NEW.kind IN ('lift', 'purge') AND NOT EXISTS (SELECT 1 FROM retention_row a WHERE a.no = json_extract(NEW.body, '$.of')
  AND a.kind = CASE NEW.kind WHEN 'lift' THEN 'hold' ELSE 'ask' END AND json_extract(a.body, '$.by.person') <> json_extract(NEW.body, '$.by.person'))
BEGIN SELECT RAISE(ABORT, 'four eyes: retention'); END;

CREATE TRIGGER review_final_d BEFORE DELETE ON review BEGIN SELECT RAISE(ABORT, 'reviews are final'); END;

CREATE TRIGGER review_final_o BEFORE UPDATE OF system_id, dossier_no, no, kind, outcome, digest, person, account, capacity, body, at ON review BEGIN SELECT RAISE(ABORT, 'reviews are final'); END;

CREATE TRIGGER review_final_r BEFORE INSERT ON review WHEN EXISTS (SELECT 1 FROM review x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'reviews are final'); END;

CREATE TRIGGER review_final_u BEFORE UPDATE OF comment ON review
WHEN NOT ((NEW.comment = OLD.comment OR OLD.comment <> '' AND NEW.comment LIKE 'sealed:2:_%:_%:_%' AND (OLD.comment NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.comment LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.comment LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.comment <> OLD.comment))
BEGIN SELECT RAISE(ABORT, 'reviews are final'); END;

CREATE TRIGGER review_four_eyes BEFORE INSERT ON review
WHEN EXISTS (SELECT 1 FROM dossier_editor e WHERE e.system_id = NEW.system_id AND e.dossier_no = NEW.dossier_no AND e.person = NEW.person)
  OR EXISTS (SELECT 1 FROM review r WHERE r.system_id = NEW.system_id AND r.dossier_no = NEW.dossier_no AND r.person = NEW.person AND r.kind <> NEW.kind)
  OR EXISTS (SELECT 1 FROM decision d WHERE d.system_id = NEW.system_id AND d.dossier_no = NEW.dossier_no AND d.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: review'); END;

CREATE TRIGGER review_not_applicant BEFORE INSERT ON review
WHEN EXISTS (SELECT 1 FROM remark x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND x.side = 'applicant')
BEGIN SELECT RAISE(ABORT, 'four eyes: review'); END;

CREATE TRIGGER review_not_confirmer BEFORE INSERT ON review
WHEN EXISTS (SELECT 1 FROM approval a JOIN confirmation c ON c.system_id = a.system_id AND c.approval_no = a.no
             WHERE a.system_id = NEW.system_id AND a.dossier_no = NEW.dossier_no AND c.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'four eyes: review'); END;

CREATE TRIGGER review_not_consulted BEFORE INSERT ON review
WHEN EXISTS (SELECT 1 FROM consultation x WHERE x.system_id = NEW.system_id AND x.dossier_no = NEW.dossier_no AND x.person = NEW.person AND (x.kind = 'answer' OR NEW.kind <> 'appraisal'))
BEGIN SELECT RAISE(ABORT, 'four eyes: review'); END;

CREATE TRIGGER revocation_final_d BEFORE DELETE ON revocation BEGIN SELECT RAISE(ABORT, 'revocations are final'); END;

CREATE TRIGGER revocation_final_r BEFORE INSERT ON revocation WHEN EXISTS (SELECT 1 FROM revocation x WHERE x.system_id = NEW.system_id AND x.approval_no = NEW.approval_no)
BEGIN SELECT RAISE(ABORT, 'revocations are final'); END;

CREATE TRIGGER revocation_final_u BEFORE UPDATE ON revocation BEGIN SELECT RAISE(ABORT, 'revocations are final'); END;

CREATE TRIGGER seal_key_final_d BEFORE DELETE ON seal_key BEGIN SELECT RAISE(ABORT, 'keys are retired, not deleted'); END;

CREATE TRIGGER seal_key_final_r BEFORE INSERT ON seal_key WHEN EXISTS (SELECT 1 FROM seal_key x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'keys are retired, not replaced'); END;

CREATE TRIGGER seal_key_final_u BEFORE UPDATE ON seal_key
WHEN OLD.until_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.alg <> OLD.alg OR NEW.spki <> OLD.spki OR NEW.made_at <> OLD.made_at
BEGIN SELECT RAISE(ABORT, 'keys are retired, not changed'); END;

CREATE TRIGGER statement_final_d BEFORE DELETE ON statement BEGIN SELECT RAISE(ABORT, 'statements are final'); END;

CREATE TRIGGER statement_final_o BEFORE UPDATE OF id, agency, on_day ON statement BEGIN SELECT RAISE(ABORT, 'statements are final'); END;

CREATE TRIGGER statement_final_u BEFORE UPDATE OF body ON statement
WHEN NOT ((NEW.body = OLD.body OR OLD.body <> '' AND NEW.body LIKE 'sealed:2:_%:_%:_%' AND (OLD.body NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.body LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.body LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.body <> OLD.body))
BEGIN SELECT RAISE(ABORT, 'statements are final'); END;

CREATE TRIGGER statement_note_final_d BEFORE DELETE ON statement_note BEGIN SELECT RAISE(ABORT, 'notes on statements are final'); END;

CREATE TRIGGER statement_note_final_o BEFORE UPDATE OF statement, no, agency ON statement_note BEGIN SELECT RAISE(ABORT, 'notes on statements are final'); END;

CREATE TRIGGER statement_note_final_r BEFORE INSERT ON statement_note WHEN EXISTS (SELECT 1 FROM statement_note x WHERE x.statement = NEW.statement AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'notes on statements are final'); END;

CREATE TRIGGER statement_note_final_u BEFORE UPDATE OF body ON statement_note
WHEN NOT ((NEW.body = OLD.body OR OLD.body <> '' AND NEW.body LIKE 'sealed:2:_%:_%:_%' AND (OLD.body NOT LIKE 'sealed:_:_%' OR EXISTS (SELECT 1 FROM body_key k
  WHERE k.done_at IS NULL AND OLD.body LIKE 'sealed:_:' || k.tenant || ':%' AND NEW.body LIKE 'sealed:2:' || k.tenant || ':' || k.key || ':%')))
  AND (NEW.body <> OLD.body))
BEGIN SELECT RAISE(ABORT, 'notes on statements are final'); END;

CREATE TRIGGER status_place_final_d BEFORE DELETE ON status_place BEGIN SELECT RAISE(ABORT, 'places are final'); END;

CREATE TRIGGER status_place_final_r BEFORE INSERT ON status_place WHEN EXISTS (SELECT 1 FROM status_place x WHERE x.place = NEW.place)
BEGIN SELECT RAISE(ABORT, 'places are final'); END;

CREATE TRIGGER status_place_final_u BEFORE UPDATE ON status_place BEGIN SELECT RAISE(ABORT, 'places are final'); END;

CREATE TRIGGER subscription_stays BEFORE DELETE ON subscription BEGIN SELECT RAISE(ABORT, 'subscriptions end, they are not deleted'); END;

CREATE TRIGGER suspension_final_d BEFORE DELETE ON suspension BEGIN SELECT RAISE(ABORT, 'suspensions are final'); END;

CREATE TRIGGER suspension_final_r BEFORE INSERT ON suspension WHEN EXISTS (SELECT 1 FROM suspension x WHERE x.system_id = NEW.system_id AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'suspensions are final'); END;

CREATE TRIGGER suspension_final_u BEFORE UPDATE ON suspension BEGIN SELECT RAISE(ABORT, 'suspensions are final'); END;

CREATE TRIGGER suspension_lift_final_d BEFORE DELETE ON suspension_lift BEGIN SELECT RAISE(ABORT, 'reinstatements are final'); END;

CREATE TRIGGER suspension_lift_final_r BEFORE INSERT ON suspension_lift WHEN EXISTS (SELECT 1 FROM suspension_lift x WHERE x.system_id = NEW.system_id AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'reinstatements are final'); END;

CREATE TRIGGER suspension_lift_final_u BEFORE UPDATE ON suspension_lift BEGIN SELECT RAISE(ABORT, 'reinstatements are final'); END;

CREATE TRIGGER system_stays BEFORE DELETE ON system BEGIN SELECT RAISE(ABORT, 'systems are retired, not deleted'); END;

CREATE TRIGGER system_takes_place AFTER INSERT ON system
BEGIN INSERT INTO status_place (place, system_id) SELECT COALESCE(MAX(place), -1) + 1, NEW.id FROM status_place; END;

CREATE TRIGGER transfer_final_d BEFORE DELETE ON transfer BEGIN SELECT RAISE(ABORT, 'transfers are final'); END;

CREATE TRIGGER transfer_final_u BEFORE UPDATE ON transfer BEGIN SELECT RAISE(ABORT, 'transfers are final'); END;

CREATE TRIGGER transfer_follows BEFORE INSERT ON transfer
WHEN NEW.no > 1 AND NOT EXISTS (SELECT 1 FROM transfer t WHERE t.system_id = NEW.system_id AND t.no = NEW.no - 1
                                AND t.to_agency = NEW.from_agency AND t.on_day <= NEW.on_day)
BEGIN SELECT RAISE(ABORT, 'transfers follow each other'); END;

CREATE TRIGGER year_row_final_d BEFORE DELETE ON year_row BEGIN SELECT RAISE(ABORT, 'year rows are final'); END;

CREATE TRIGGER year_row_final_r BEFORE INSERT ON year_row WHEN EXISTS (SELECT 1 FROM year_row x WHERE x.agency = NEW.agency AND x.year = NEW.year AND x.no = NEW.no)
BEGIN SELECT RAISE(ABORT, 'year rows are final'); END;

CREATE TRIGGER year_row_final_u BEFORE UPDATE ON year_row BEGIN SELECT RAISE(ABORT, 'year rows are final'); END;

CREATE TABLE account (
  login         TEXT PRIMARY KEY CHECK (login <> ''),
  name          TEXT NOT NULL,
  person        TEXT NOT NULL CHECK (person <> ''),
  capacity      TEXT NOT NULL,
  body          TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  created_at    TEXT NOT NULL,
  disabled_at   TEXT
) STRICT;

CREATE TABLE account_answer (
  request_id TEXT PRIMARY KEY REFERENCES account_request (id),
  outcome    TEXT NOT NULL CHECK (outcome IN ('confirmed', 'refused')),
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL CHECK (capacity IN ('administrator', 'keeper')),
  body       TEXT NOT NULL,
  at         TEXT NOT NULL
) STRICT;

CREATE TABLE account_request (
  id       TEXT PRIMARY KEY CHECK (id <> ''),
  kind     TEXT NOT NULL CHECK (kind IN ('create', 'rights', 'enable', 'reset', 'bind', 'rebind')),
  login    TEXT NOT NULL CHECK (login <> ''),
  change   TEXT NOT NULL,
  ground   TEXT NOT NULL CHECK (ground <> ''),
  person   TEXT NOT NULL,
  account  TEXT NOT NULL,
  capacity TEXT NOT NULL CHECK (capacity = 'administrator'),
  body     TEXT NOT NULL,
  at       TEXT NOT NULL
) STRICT;

CREATE TABLE account_seen (
  login TEXT PRIMARY KEY,
  at    TEXT NOT NULL
) STRICT;

CREATE TABLE agency (
  code             TEXT PRIMARY KEY CHECK (code <> ''),
  code_scheme      TEXT NOT NULL,
  code_confidence  TEXT NOT NULL,
  name             TEXT NOT NULL CHECK (name <> ''),
  name_en          TEXT NOT NULL,
  grp              TEXT NOT NULL CHECK (grp IN ('ministry', 'province', 'outside')),
  no               INTEGER NOT NULL,
  sector           TEXT NOT NULL CHECK (sector IN ('civil', 'defence', 'public_security', 'cipher')),
  specialised_unit TEXT NOT NULL,
  annex_ix         INTEGER NOT NULL,
  ended_on         TEXT NOT NULL
, founded_on TEXT NOT NULL DEFAULT '', successor TEXT NOT NULL DEFAULT '', kind TEXT NOT NULL DEFAULT '', names TEXT NOT NULL DEFAULT '') STRICT;

CREATE TABLE alarm_note (
  no       INTEGER PRIMARY KEY,
  gateway  TEXT NOT NULL,
  consumer TEXT NOT NULL,
  provider TEXT NOT NULL,
  service  TEXT NOT NULL,
  through  INTEGER NOT NULL,
  note     TEXT NOT NULL CHECK (note <> ''),
  person   TEXT NOT NULL,
  account  TEXT NOT NULL,
  capacity TEXT NOT NULL,
  body     TEXT NOT NULL,
  at       TEXT NOT NULL
) STRICT;

CREATE TABLE approval (
  system_id  INTEGER NOT NULL REFERENCES system (id),
  no         INTEGER NOT NULL CHECK (no >= 1),
  dossier_no INTEGER NOT NULL,
  level      INTEGER NOT NULL CHECK (level BETWEEN 1 AND 5),
  rules      TEXT NOT NULL,
  listed     INTEGER NOT NULL,
  authority  TEXT NOT NULL,
  number     TEXT NOT NULL,
  decided_on TEXT NOT NULL,
  from_at    TEXT NOT NULL,
  until_day  TEXT NOT NULL,
  PRIMARY KEY (system_id, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;

CREATE TABLE attachment (
  system_id INTEGER NOT NULL REFERENCES system (id),
  no        INTEGER NOT NULL CHECK (no >= 1),
  of_object TEXT NOT NULL CHECK (of_object LIKE '%_:_%'),
  name      TEXT NOT NULL CHECK (name <> ''),
  kind      TEXT NOT NULL CHECK (kind IN ('pdf', 'docx', 'xlsx', 'png', 'jpeg', 'txt', 'p7s')),
  size      INTEGER NOT NULL CHECK (size > 0),
  sha256    TEXT NOT NULL CHECK (length(sha256) = 64),
  tenant    TEXT NOT NULL REFERENCES agency (code),
  state     TEXT NOT NULL CHECK (state IN ('held', 'unscanned')),
  person    TEXT NOT NULL,
  account   TEXT NOT NULL,
  capacity  TEXT NOT NULL,
  body      TEXT NOT NULL,
  at        TEXT NOT NULL,
  PRIMARY KEY (system_id, no)
) STRICT;

CREATE TABLE attachment_event (
  system_id     INTEGER NOT NULL,
  attachment_no INTEGER NOT NULL,
  no            INTEGER NOT NULL CHECK (no >= 1),
  state         TEXT NOT NULL CHECK (state IN ('clean', 'quarantined', 'removed')),
  note          TEXT NOT NULL,
  person        TEXT NOT NULL,
  account       TEXT NOT NULL,
  capacity      TEXT NOT NULL,
  body          TEXT NOT NULL,
  at            TEXT NOT NULL,
  PRIMARY KEY (system_id, attachment_no, no),
  FOREIGN KEY (system_id, attachment_no) REFERENCES attachment (system_id, no)
) STRICT;

CREATE TABLE attempt (
  key      TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  since_at TEXT NOT NULL,
  until_at TEXT NOT NULL
) STRICT;

CREATE TABLE backup_row (
  backup TEXT NOT NULL CHECK (backup <> ''),
  no     INTEGER NOT NULL CHECK (no >= 1),
  kind   TEXT NOT NULL CHECK (kind IN ('made', 'copy', 'copy_end', 'drill', 'restore', 'confirm')),
  body   TEXT NOT NULL CHECK (body <> ''),
  PRIMARY KEY (backup, no)
) STRICT;

CREATE TABLE body_key (
  tenant   TEXT NOT NULL CHECK (tenant <> ''),
  no       INTEGER NOT NULL CHECK (no >= 1),
  key      TEXT NOT NULL CHECK (length(key) = 16), -- what texts are sealed under from then on
  begun_at TEXT NOT NULL,
  done_at  TEXT, -- NULL while what lies under the key before is sealed anew
  PRIMARY KEY (tenant, no)
) STRICT;

CREATE TABLE confirmation (
  system_id   INTEGER NOT NULL,
  approval_no INTEGER NOT NULL,
  note        TEXT NOT NULL,
  person      TEXT NOT NULL,
  account     TEXT NOT NULL,
  capacity    TEXT NOT NULL,
  body        TEXT NOT NULL,
  at          TEXT NOT NULL,
  PRIMARY KEY (system_id, approval_no),
  FOREIGN KEY (system_id, approval_no) REFERENCES approval (system_id, no)
) STRICT;

CREATE TABLE connection (
  no       INTEGER PRIMARY KEY,
  version  INTEGER NOT NULL CHECK (version >= 1),
  consumer TEXT NOT NULL REFERENCES system (code),
  provider TEXT NOT NULL REFERENCES system (code),
  service  TEXT NOT NULL REFERENCES data_service (code),
  purpose  TEXT NOT NULL CHECK (purpose <> ''),
  basis    TEXT NOT NULL CHECK (basis <> ''),
  platform TEXT NOT NULL CHECK (platform IN ('NDXP', 'NDOP')),
  profile  TEXT NOT NULL CHECK (profile IN ('production', 'sandbox')),
  CHECK (consumer <> provider)
) STRICT;

CREATE TABLE connection_step (
  connection_no INTEGER NOT NULL REFERENCES connection (no),
  no            INTEGER NOT NULL CHECK (no >= 1),
  act           TEXT NOT NULL CHECK (act IN ('request', 'consent', 'allow', 'refuse', 'suspend', 'reinstate', 'end', 'propose', 'agree')),
  number        TEXT NOT NULL,
  ground        TEXT NOT NULL,
  from_at       TEXT NOT NULL,
  until_at      TEXT,
  person        TEXT NOT NULL,
  account       TEXT NOT NULL,
  capacity      TEXT NOT NULL,
  body          TEXT NOT NULL,
  at            TEXT NOT NULL,
  PRIMARY KEY (connection_no, no)
) STRICT;

CREATE TABLE consultation (
  system_id  INTEGER NOT NULL,
  dossier_no INTEGER NOT NULL,
  no         INTEGER NOT NULL CHECK (no >= 1),
  ask        INTEGER NOT NULL CHECK ((kind = 'ask') = (ask = no) AND ask BETWEEN 1 AND no),
  kind       TEXT NOT NULL CHECK (kind IN ('ask', 'answer', 'withdraw')),
  asked      TEXT NOT NULL REFERENCES agency (code),
  round      INTEGER NOT NULL CHECK (round >= 1),
  digest     TEXT NOT NULL CHECK (length(digest) = 64),
  question   TEXT NOT NULL CHECK ((kind = 'ask') = (question <> '')),
  due        TEXT NOT NULL CHECK ((kind = 'ask') = (due <> '')),
  outcome    TEXT NOT NULL CHECK (CASE kind WHEN 'answer' THEN outcome IN ('agree', 'disagree') ELSE outcome = '' END),
  comment    TEXT NOT NULL CHECK (outcome <> 'disagree' OR comment <> ''),
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL CHECK (kind <> 'answer' OR body = asked),
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;

CREATE TABLE data_service (
  code     TEXT PRIMARY KEY CHECK (code <> ''),
  name     TEXT NOT NULL CHECK (name <> ''),
  provider TEXT REFERENCES system (code),
  origin   TEXT NOT NULL CHECK (origin IN ('ndxp_list', 'registered')),
  note     TEXT NOT NULL,
  person   TEXT NOT NULL,
  account  TEXT NOT NULL,
  capacity TEXT NOT NULL,
  body     TEXT NOT NULL,
  at       TEXT NOT NULL
) STRICT;

CREATE TABLE decision (
  system_id  INTEGER NOT NULL,
  dossier_no INTEGER NOT NULL,
  no         INTEGER NOT NULL,
  part       TEXT NOT NULL CHECK (part IN ('level', 'plan', 'list')),
  outcome    TEXT NOT NULL CHECK (outcome IN ('approve', 'refuse')),
  number     TEXT NOT NULL,
  decided_on TEXT NOT NULL,
  until_day  TEXT NOT NULL,
  grounds    TEXT NOT NULL,
  digest     TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;

CREATE TABLE delegation (
  id          TEXT PRIMARY KEY CHECK (id <> ''),
  person      TEXT NOT NULL,
  account     TEXT NOT NULL REFERENCES account (login),
  capacity    TEXT NOT NULL,
  body        TEXT NOT NULL,
  to_login    TEXT NOT NULL REFERENCES account (login),
  to_person   TEXT NOT NULL CHECK (to_person <> person),
  levels      TEXT NOT NULL CHECK (levels <> ''),
  systems     TEXT NOT NULL,
  from_day    TEXT NOT NULL CHECK (from_day <> ''),
  until_day   TEXT NOT NULL CHECK (until_day >= from_day),
  number      TEXT NOT NULL CHECK (number <> ''),
  document_on TEXT NOT NULL CHECK (document_on <> ''),
  at          TEXT NOT NULL
) STRICT;

CREATE TABLE delegation_end (
  delegation_id TEXT PRIMARY KEY REFERENCES delegation (id),
  ground        TEXT NOT NULL CHECK (ground <> ''),
  person        TEXT NOT NULL,
  account       TEXT NOT NULL,
  capacity      TEXT NOT NULL,
  body          TEXT NOT NULL,
  at            TEXT NOT NULL
) STRICT;

CREATE TABLE delivery (
  subscription TEXT NOT NULL REFERENCES subscription (id),
  event        TEXT NOT NULL CHECK (event <> ''),
  kind         TEXT NOT NULL,
  system       TEXT NOT NULL,
  number       TEXT NOT NULL,
  at           TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
  attempts     INTEGER NOT NULL CHECK (attempts >= 0),
  next_at      TEXT NOT NULL,
  error        TEXT NOT NULL,
  sent_at      TEXT,
  PRIMARY KEY (subscription, event)
) STRICT;

CREATE TABLE door_event (
  no      INTEGER PRIMARY KEY,
  at      TEXT NOT NULL,
  kind    TEXT NOT NULL CHECK (kind <> ''),
  login   TEXT NOT NULL,
  method  TEXT NOT NULL,
  agent   TEXT NOT NULL,
  address TEXT NOT NULL,
  why     TEXT NOT NULL
) STRICT;

CREATE TABLE door_seal (
  no   INTEGER PRIMARY KEY,
  upto INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT;

CREATE TABLE dossier (
  system_id     INTEGER NOT NULL REFERENCES system (id),
  no            INTEGER NOT NULL CHECK (no >= 1),
  state         TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'opined', 'returned', 'appraised', 'unfit', 'approved', 'refused', 'withdrawn')),
  rules         TEXT NOT NULL,
  edition       TEXT NOT NULL,
  level         INTEGER NOT NULL CHECK (level BETWEEN 0 AND 5),
  listed        INTEGER NOT NULL,
  statement     TEXT,
  facts         TEXT,
  determination TEXT,
  digest        TEXT NOT NULL,
  submitted_by  TEXT NOT NULL,
  submitted_at  TEXT,
  imported      INTEGER NOT NULL, fields TEXT, documents TEXT, levels TEXT,
  PRIMARY KEY (system_id, no)
) STRICT;

CREATE TABLE dossier_editor (
  system_id  INTEGER NOT NULL,
  dossier_no INTEGER NOT NULL,
  no         INTEGER NOT NULL,
  person     TEXT NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  UNIQUE (system_id, dossier_no, person),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;

CREATE TABLE dossier_round (
  system_id  INTEGER NOT NULL,
  dossier_no INTEGER NOT NULL,
  no         INTEGER NOT NULL CHECK (no >= 1),
  digest     TEXT NOT NULL CHECK (length(digest) = 64),
  edition    TEXT NOT NULL,
  submission TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;

CREATE TABLE entry (
  seq    INTEGER PRIMARY KEY,
  object TEXT NOT NULL,
  bytes  BLOB NOT NULL
) STRICT;

CREATE TABLE entry_hash (
  i    INTEGER PRIMARY KEY,
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE factor (
  id         TEXT PRIMARY KEY CHECK (id <> ''),
  login      TEXT NOT NULL REFERENCES account (login),
  kind       TEXT NOT NULL CHECK (kind IN ('passkey', 'totp', 'recovery', 'oidc')),
  label      TEXT NOT NULL,
  public     TEXT NOT NULL,
  secret     TEXT NOT NULL,
  added_at   TEXT NOT NULL,
  removed_at TEXT,
  used_at    TEXT,
  counter    INTEGER NOT NULL
) STRICT;

CREATE TABLE feed (
  token_hash TEXT PRIMARY KEY,
  login      TEXT NOT NULL REFERENCES account (login),
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE field_save (
  system_id   INTEGER NOT NULL,
  dossier_no  INTEGER NOT NULL,
  field       TEXT NOT NULL CHECK (field <> ''),
  version     INTEGER NOT NULL CHECK (version >= 1),
  was         TEXT NOT NULL,
  value       TEXT NOT NULL,
  from_system TEXT NOT NULL,
  person      TEXT NOT NULL,
  account     TEXT NOT NULL,
  capacity    TEXT NOT NULL,
  body        TEXT NOT NULL,
  at          TEXT NOT NULL,
  PRIMARY KEY (system_id, dossier_no, field, version),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;

CREATE TABLE figure (
  day       TEXT NOT NULL CHECK (day <> ''),
  holder    TEXT NOT NULL,
  owner     TEXT NOT NULL,
  origin    TEXT NOT NULL,
  level     INTEGER NOT NULL,
  total     INTEGER NOT NULL,
  approved  INTEGER NOT NULL,
  deployed  INTEGER NOT NULL,
  confirmed INTEGER NOT NULL,
  PRIMARY KEY (day, holder, owner, origin, level)
) STRICT;

CREATE TABLE figure_made (
  id INTEGER PRIMARY KEY CHECK (id = 1)
, edition INTEGER NOT NULL DEFAULT 1) STRICT;

CREATE TABLE figure_month (
  month     TEXT NOT NULL CHECK (length(month) = 7),
  holder    TEXT NOT NULL,
  owner     TEXT NOT NULL,
  origin    TEXT NOT NULL,
  level     INTEGER NOT NULL,
  total     INTEGER NOT NULL,
  approved  INTEGER NOT NULL,
  deployed  INTEGER NOT NULL,
  confirmed INTEGER NOT NULL,
  PRIMARY KEY (month, holder, owner, origin, level)
) STRICT;

CREATE TABLE gate_decision (
    system_id INTEGER PRIMARY KEY REFERENCES system (id),
    code      TEXT    NOT NULL,
    ndxp      INTEGER NOT NULL DEFAULT 0,
    ndop      INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE gate_log (
  gateway  TEXT NOT NULL CHECK (gateway <> ''),
  no       INTEGER NOT NULL CHECK (no >= 1),
  at       TEXT NOT NULL,
  previous TEXT NOT NULL,
  digest   TEXT NOT NULL,
  PRIMARY KEY (gateway, no)
) STRICT;

CREATE TABLE gate_pattern (
    no   INTEGER PRIMARY KEY,
    text TEXT    NOT NULL
);

CREATE TABLE gate_use (
  gateway  TEXT NOT NULL,
  id       TEXT NOT NULL CHECK (id <> ''),
  log_no   INTEGER NOT NULL,
  no       INTEGER NOT NULL CHECK (no >= 1),
  at       TEXT NOT NULL,
  consumer TEXT NOT NULL,
  provider TEXT NOT NULL,
  service  TEXT NOT NULL,
  passed   INTEGER NOT NULL CHECK (passed IN (0, 1)),
  matched  INTEGER NOT NULL CHECK (matched IN (0, 1)),
  PRIMARY KEY (gateway, id),
  FOREIGN KEY (gateway, log_no) REFERENCES gate_log (gateway, no)
) STRICT;

CREATE TABLE gateway (
  name          TEXT PRIMARY KEY CHECK (name <> ''),
  version       INTEGER NOT NULL CHECK (version >= 1),
  title         TEXT NOT NULL CHECK (title <> ''),
  body          TEXT NOT NULL REFERENCES agency (code),
  san           TEXT NOT NULL,
  reach         TEXT NOT NULL,
  registered_by TEXT NOT NULL,
  registered_at TEXT NOT NULL,
  revoked       TEXT
) STRICT;

CREATE TABLE gateway_assertion (
  gateway  TEXT NOT NULL,
  jti      TEXT NOT NULL,
  until_at TEXT NOT NULL,
  PRIMARY KEY (gateway, jti)
) STRICT;

CREATE TABLE gateway_pin (
  spki     TEXT PRIMARY KEY CHECK (length(spki) = 64),
  gateway  TEXT NOT NULL REFERENCES gateway (name),
  no       INTEGER NOT NULL,
  pub      TEXT NOT NULL,
  from_at  TEXT NOT NULL,
  until_at TEXT NOT NULL,
  made_by  TEXT NOT NULL,
  at       TEXT NOT NULL,
  UNIQUE (gateway, no)
) STRICT;

CREATE TABLE gateway_pin_end (
  spki  TEXT PRIMARY KEY REFERENCES gateway_pin (spki),
  ended TEXT NOT NULL
) STRICT;

CREATE TABLE hold (
  system_id  INTEGER NOT NULL,
  dossier_no INTEGER NOT NULL,
  no         INTEGER NOT NULL CHECK (no >= 1),
  kind       TEXT NOT NULL CHECK (kind IN ('take', 'release', 'hand')),
  holder     TEXT NOT NULL CHECK ((holder = '') = (kind = 'release')),
  login      TEXT NOT NULL,
  name       TEXT NOT NULL,
  note       TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;

CREATE TABLE inspection (
  system_id     INTEGER NOT NULL REFERENCES system (id),
  no            INTEGER NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN ('inspection', 'risk_assessment', 'minutes')),
  on_day        TEXT NOT NULL,
  number        TEXT NOT NULL,
  performer     TEXT NOT NULL,
  open_critical INTEGER NOT NULL CHECK (open_critical >= 0),
  person        TEXT NOT NULL,
  account       TEXT NOT NULL,
  capacity      TEXT NOT NULL,
  body          TEXT NOT NULL,
  at            TEXT NOT NULL,
  PRIMARY KEY (system_id, no)
) STRICT;

CREATE TABLE job (
  id TEXT PRIMARY KEY,
  login TEXT NOT NULL,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  day TEXT NOT NULL,
  known TEXT,
  at TEXT NOT NULL,
  beat TEXT NOT NULL,
  rows_set INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waits', 'runs', 'ready', 'failed', 'stopped')),
  why_vi TEXT NOT NULL,
  why_en TEXT NOT NULL,
  file BLOB
) STRICT;

CREATE TABLE ledger_checkpoint (
  size INTEGER PRIMARY KEY CHECK (size >= 0),
  note TEXT NOT NULL CHECK (note <> '')
) STRICT;

CREATE TABLE ledger_head (
  id   INTEGER PRIMARY KEY CHECK (id = 1),
  size INTEGER NOT NULL,
  root BLOB NOT NULL
) STRICT;

CREATE TABLE listing (
  system_id INTEGER PRIMARY KEY REFERENCES system (id),
  owner     TEXT NOT NULL,
  code      TEXT NOT NULL,
  cell      TEXT NOT NULL, -- of listing_count, '' when it is counted in none
  search    TEXT NOT NULL, -- the text whose words stand in listing_word
  since     TEXT NOT NULL,
  due       TEXT NOT NULL
, no INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE listing_block (
  owner TEXT NOT NULL,
  block TEXT NOT NULL,
  cell  TEXT NOT NULL,
  n     INTEGER NOT NULL,
  PRIMARY KEY (owner, block, cell)
) STRICT, WITHOUT ROWID;

CREATE TABLE listing_count (
  owner  TEXT NOT NULL,
  cell   TEXT NOT NULL CHECK (cell <> ''),
  origin TEXT NOT NULL,
  level  INTEGER NOT NULL,
  state  TEXT NOT NULL,
  plan   TEXT NOT NULL,
  n      INTEGER NOT NULL, confirmed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (owner, cell)
) STRICT;

CREATE TABLE listing_post (
  word   TEXT NOT NULL CHECK (word <> ''),
  owner  TEXT NOT NULL,
  part   INTEGER NOT NULL,
  places BLOB NOT NULL,
  PRIMARY KEY (word, owner, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE listing_word (
  word  TEXT NOT NULL CHECK (word <> ''),
  owner TEXT NOT NULL,
  code  TEXT NOT NULL,
  PRIMARY KEY (word, owner, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE once (
  account TEXT NOT NULL,
  token   TEXT NOT NULL CHECK (length(token) BETWEEN 16 AND 128),
  body    TEXT NOT NULL,
  object  TEXT NOT NULL,
  at      TEXT NOT NULL,
  PRIMARY KEY (account, token)
) STRICT;

CREATE TABLE outbox (
  id  INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  day TEXT NOT NULL CHECK (day <> '')
) STRICT;

CREATE TABLE paper (
  ref   TEXT PRIMARY KEY CHECK (length(ref) = 20),
  token TEXT NOT NULL UNIQUE CHECK (token <> ''),
  made_at TEXT NOT NULL
, claim TEXT NOT NULL DEFAULT '') STRICT;

CREATE TABLE paper_file (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  ref    TEXT NOT NULL REFERENCES paper (ref)
) STRICT;

CREATE TABLE paper_handed (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  ref    TEXT NOT NULL REFERENCES paper (ref),
  handed TEXT NOT NULL CHECK (handed <> '')
) STRICT;

CREATE TABLE pending (
  hash     TEXT PRIMARY KEY,
  kind     TEXT NOT NULL,
  login    TEXT NOT NULL,
  data     TEXT NOT NULL,
  until_at TEXT NOT NULL
) STRICT;

CREATE TABLE personal_text (
  hash   TEXT PRIMARY KEY CHECK (hash LIKE 'salted:%'),
  login  TEXT NOT NULL CHECK (login <> ''),
  sealed TEXT NOT NULL CHECK (sealed LIKE 'sealed:%')
) STRICT;

CREATE TABLE plan (
  system_id     INTEGER NOT NULL,
  no            INTEGER NOT NULL,
  approval_no   INTEGER NOT NULL,
  status        TEXT NOT NULL CHECK (status IN ('none', 'part', 'full')),
  on_day        TEXT NOT NULL,
  roadmap_until TEXT NOT NULL,
  note          TEXT NOT NULL,
  person        TEXT NOT NULL,
  account       TEXT NOT NULL,
  capacity      TEXT NOT NULL,
  body          TEXT NOT NULL,
  at            TEXT NOT NULL, basis TEXT NOT NULL DEFAULT '' CHECK (basis IN ('', 'controls')), holds TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (system_id, no),
  FOREIGN KEY (system_id, approval_no) REFERENCES approval (system_id, no)
) STRICT;

CREATE TABLE plan_head (
  system_id      INTEGER PRIMARY KEY REFERENCES system (id),
  version        INTEGER NOT NULL,
  rules          TEXT NOT NULL,
  level          INTEGER NOT NULL,
  total          INTEGER NOT NULL,
  unanswered     INTEGER NOT NULL,
  met            INTEGER NOT NULL,
  partly         INTEGER NOT NULL,
  not_met        INTEGER NOT NULL,
  not_applicable INTEGER NOT NULL,
  inherited      INTEGER NOT NULL,
  declared       INTEGER NOT NULL,
  verified       INTEGER NOT NULL,
  expired        INTEGER NOT NULL
) STRICT;

CREATE TABLE plan_row (
  system_id INTEGER NOT NULL REFERENCES system (id),
  no        INTEGER NOT NULL CHECK (no > 0),
  kind      TEXT NOT NULL CHECK (kind IN ('answer', 'check', 'offer', 'finding', 'closing', 'deed', 'incident', 'report')),
  body      TEXT NOT NULL, sealed TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (system_id, no)
) STRICT;

CREATE TABLE receipt (
  system_id  INTEGER NOT NULL,
  dossier_no INTEGER NOT NULL,
  no         INTEGER NOT NULL CHECK (no >= 1),
  round      INTEGER NOT NULL CHECK (round >= 1),
  complete   INTEGER NOT NULL CHECK (complete IN (0, 1)),
  lacks      TEXT NOT NULL CHECK (complete = 1 OR lacks <> ''),
  digest     TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;

CREATE TABLE remark (
  system_id  INTEGER NOT NULL,
  dossier_no INTEGER NOT NULL,
  no         INTEGER NOT NULL CHECK (no >= 1),
  thread     INTEGER NOT NULL CHECK (thread BETWEEN 1 AND no),
  kind       TEXT NOT NULL CHECK (kind IN ('ask', 'answer', 'resolve', 'reopen', 'seen')),
  side       TEXT NOT NULL CHECK (side IN ('judging', 'applicant')),
  round      INTEGER NOT NULL CHECK (round >= 1),
  target     TEXT NOT NULL,
  internal   INTEGER NOT NULL CHECK (internal IN (0, 1)),
  text       TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;

CREATE TABLE reported (
  document     TEXT NOT NULL,
  section      TEXT NOT NULL,
  row_no       INTEGER NOT NULL,
  agency       TEXT NOT NULL REFERENCES agency (code),
  total        INTEGER NOT NULL,
  approved     INTEGER NOT NULL,
  approved_pct INTEGER NOT NULL,
  deployed     INTEGER NOT NULL,
  deployed_pct INTEGER NOT NULL,
  reported     INTEGER NOT NULL,
  PRIMARY KEY (document, agency)
) STRICT;

CREATE TABLE retention_row (
  no   INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('hold', 'lift', 'ask', 'purge', 'refuse')),
  body TEXT NOT NULL,
  upto INTEGER NOT NULL -- of the events thrown away, 0 for none
) STRICT;

CREATE TABLE review (
  system_id  INTEGER NOT NULL,
  dossier_no INTEGER NOT NULL,
  no         INTEGER NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('opinion', 'appraisal')),
  outcome    TEXT NOT NULL CHECK (outcome IN ('agree', 'disagree', 'fit', 'unfit', 'return')),
  comment    TEXT NOT NULL,
  digest     TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, dossier_no, no),
  FOREIGN KEY (system_id, dossier_no) REFERENCES dossier (system_id, no)
) STRICT;

CREATE TABLE revocation (
  system_id   INTEGER NOT NULL,
  approval_no INTEGER NOT NULL,
  ground      TEXT NOT NULL CHECK (ground <> ''),
  number      TEXT NOT NULL,
  person      TEXT NOT NULL,
  account     TEXT NOT NULL,
  capacity    TEXT NOT NULL,
  body        TEXT NOT NULL,
  at          TEXT NOT NULL,
  PRIMARY KEY (system_id, approval_no),
  FOREIGN KEY (system_id, approval_no) REFERENCES approval (system_id, no)
) STRICT;

CREATE TABLE seal_key (
  id       TEXT PRIMARY KEY CHECK (id <> ''),
  alg      TEXT NOT NULL CHECK (alg IN ('ES256', 'Ed25519')),
  spki     TEXT NOT NULL CHECK (spki <> ''),
  made_at  TEXT NOT NULL,
  until_at TEXT
) STRICT;

CREATE TABLE session (
  token_hash TEXT PRIMARY KEY,
  login      TEXT NOT NULL REFERENCES account (login),
  created_at TEXT NOT NULL,
  seen_at    TEXT NOT NULL
, method  TEXT NOT NULL DEFAULT 'password', sure_at TEXT NOT NULL DEFAULT '1970-01-01 00:00:00+00:00', agent   TEXT NOT NULL DEFAULT '', address TEXT NOT NULL DEFAULT '') STRICT;

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE statement (
  id     TEXT PRIMARY KEY CHECK (id <> ''),
  agency TEXT NOT NULL REFERENCES agency (code),
  on_day TEXT NOT NULL CHECK (length(on_day) = 10),
  body   TEXT NOT NULL CHECK (body <> '')
) STRICT;

CREATE TABLE statement_note (
  statement TEXT NOT NULL REFERENCES statement (id),
  no        INTEGER NOT NULL CHECK (no >= 1),
  agency    TEXT NOT NULL REFERENCES agency (code),
  body      TEXT NOT NULL CHECK (body <> ''),
  PRIMARY KEY (statement, no)
) STRICT;

CREATE TABLE status_place (
  place     INTEGER PRIMARY KEY CHECK (place >= 0),
  system_id INTEGER NOT NULL UNIQUE REFERENCES system (id)
) STRICT;

CREATE TABLE subscription (
  id         TEXT PRIMARY KEY CHECK (id <> ''),
  version    INTEGER NOT NULL CHECK (version >= 1),
  login      TEXT NOT NULL REFERENCES account (login),
  channel    TEXT NOT NULL CHECK (channel IN ('email', 'webhook')),
  address    TEXT NOT NULL CHECK (address <> ''),
  kinds      TEXT NOT NULL CHECK (kinds <> ''),
  mode       TEXT NOT NULL CHECK (mode IN ('at_once', 'digest')),
  secret     INTEGER NOT NULL CHECK (secret >= 0),
  secret_at  TEXT NOT NULL,
  created_at TEXT NOT NULL,
  ended_at   TEXT,
  ended_for  TEXT NOT NULL
) STRICT;

CREATE TABLE suspension (
  system_id  INTEGER NOT NULL REFERENCES system (id),
  no         INTEGER NOT NULL CHECK (no >= 1),
  direction  TEXT NOT NULL CHECK (direction IN ('', 'provider', 'consumer')),
  service    TEXT NOT NULL,
  ground     TEXT NOT NULL CHECK (ground <> ''),
  number     TEXT NOT NULL,
  from_at    TEXT NOT NULL,
  until_day  TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, no)
) STRICT;

CREATE TABLE suspension_lift (
  system_id  INTEGER NOT NULL,
  no         INTEGER NOT NULL,
  ground     TEXT NOT NULL CHECK (ground <> ''),
  number     TEXT NOT NULL,
  person     TEXT NOT NULL,
  account    TEXT NOT NULL,
  capacity   TEXT NOT NULL,
  body       TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (system_id, no),
  FOREIGN KEY (system_id, no) REFERENCES suspension (system_id, no)
) STRICT;

CREATE TABLE system (
  id                      INTEGER PRIMARY KEY,
  code                    TEXT NOT NULL UNIQUE CHECK (code <> ''),
  version                 INTEGER NOT NULL CHECK (version >= 1),
  name                    TEXT NOT NULL CHECK (name <> ''),
  owner                   TEXT NOT NULL REFERENCES agency (code),
  sector                  TEXT NOT NULL,
  operator_unit           TEXT NOT NULL,
  operator_is_specialised INTEGER NOT NULL,
  stage                   TEXT NOT NULL CHECK (stage IN ('operating', 'new', 'upgrade')),
  description             TEXT NOT NULL,
  served                  TEXT NOT NULL,
  started_on              TEXT NOT NULL,
  origin                  TEXT NOT NULL CHECK (origin IN ('registered', 'simulated', 'ndxp_list')),
  target                  TEXT NOT NULL,
  registered_at           TEXT NOT NULL,
  registered_by           TEXT NOT NULL,
  facts                   TEXT,
  retirement              TEXT,
  retired_at              TEXT,
  -- what follows from the rows below, kept for lists; capdo verify recomputes it
  search                  TEXT NOT NULL,
  state                   TEXT NOT NULL,
  level                   INTEGER NOT NULL,
  proposed                INTEGER NOT NULL,
  plan                    TEXT NOT NULL,
  until_day               TEXT NOT NULL,
  confirmed               INTEGER NOT NULL,
  pending                 INTEGER NOT NULL
, plan_holds TEXT NOT NULL DEFAULT '', was TEXT) STRICT;

CREATE TABLE transfer (
  system_id   INTEGER NOT NULL REFERENCES system (id),
  no          INTEGER NOT NULL CHECK (no >= 1),
  from_agency TEXT NOT NULL REFERENCES agency (code),
  to_agency   TEXT NOT NULL REFERENCES agency (code),
  on_day      TEXT NOT NULL CHECK (on_day <> ''),
  kind        TEXT NOT NULL CHECK (kind IN ('merge', 'rename', 'transfer', 'split')),
  cites       TEXT NOT NULL,
  person      TEXT NOT NULL,
  account     TEXT NOT NULL,
  capacity    TEXT NOT NULL,
  body        TEXT NOT NULL,
  at          TEXT NOT NULL,
  PRIMARY KEY (system_id, no),
  CHECK (from_agency <> to_agency)
) STRICT;

CREATE TABLE year_row (
  agency TEXT NOT NULL REFERENCES agency (code),
  year   INTEGER NOT NULL,
  no     INTEGER NOT NULL CHECK (no > 0),
  kind   TEXT NOT NULL CHECK (kind IN ('drill', 'budget')),
  body   TEXT NOT NULL,
  PRIMARY KEY (agency, year, no)
) STRICT;

CREATE INDEX attachment_tenant ON attachment (tenant);

CREATE INDEX connection_consumer ON connection (consumer, no);

CREATE INDEX connection_provider ON connection (provider, no);

CREATE INDEX consultation_asked ON consultation (asked);

CREATE INDEX delegation_account ON delegation (account);

CREATE INDEX delegation_to ON delegation (to_login);

CREATE INDEX delivery_ready ON delivery (next_at) WHERE state = 'waiting';

CREATE INDEX door_event_login ON door_event (login, no);

CREATE INDEX dossier_waiting ON dossier (state, level, submitted_at, system_id)
  WHERE state = 'submitted' OR state = 'opined' OR state = 'returned' OR state = 'appraised';

CREATE INDEX entry_object ON entry (object, seq);

CREATE INDEX factor_login ON factor (login);

CREATE INDEX feed_login ON feed (login);

CREATE INDEX figure_holder ON figure (holder, day);

CREATE INDEX figure_month_holder ON figure_month (holder, month);

CREATE INDEX gate_use_alarm ON gate_use (gateway, log_no) WHERE passed = 1 AND matched = 0;

CREATE INDEX gate_use_log ON gate_use (gateway, log_no, no);

CREATE INDEX gate_use_pair ON gate_use (consumer, provider, service, at);

CREATE INDEX gateway_assertion_until ON gateway_assertion (until_at);

CREATE INDEX job_login ON job (login, at);

CREATE INDEX listing_cell ON listing (owner, cell, code);

CREATE INDEX listing_code ON listing (owner, code, cell);

CREATE INDEX listing_due ON listing (due, system_id) WHERE due <> '';

CREATE UNIQUE INDEX listing_no ON listing (owner, no) WHERE no > 0;

CREATE INDEX listing_owner_due ON listing (owner, due, system_id) WHERE due <> '';

CREATE INDEX listing_owner_since ON listing (owner, since, system_id) WHERE since <> '';

CREATE INDEX listing_since ON listing (since, system_id) WHERE since <> '';

CREATE INDEX listing_unplaced ON listing (owner, system_id) WHERE no = 0;

CREATE INDEX once_at ON once (at);

CREATE INDEX paper_claim ON paper (claim) WHERE claim <> '';

CREATE INDEX pending_until ON pending (until_at);

CREATE INDEX personal_text_login ON personal_text (login);

CREATE INDEX plan_row_origin ON plan_row (json_extract(body, '$.origin')) WHERE kind = 'answer' AND json_extract(body, '$.origin') IS NOT NULL;

CREATE INDEX session_login ON session (login);

CREATE INDEX statement_agency ON statement (agency, on_day);

CREATE INDEX subscription_login ON subscription (login);

CREATE INDEX system_code_length ON system (length(code), code);

CREATE INDEX system_ends ON system (owner, until_day, code) WHERE until_day <> '';

CREATE INDEX system_owner ON system (owner, code);

CREATE INDEX system_owner_pending ON system (owner, id) WHERE pending = 1;

CREATE INDEX system_owner_waiting ON system (owner, id) WHERE pending = TRUE;

CREATE INDEX system_pending ON system (pending, id) WHERE pending = 1;

CREATE INDEX system_plan_ends ON system (owner, plan_holds, code) WHERE plan_holds <> '';

CREATE INDEX system_to_confirm ON system (level, id) WHERE pending = TRUE AND confirmed = FALSE;

CREATE INDEX system_unconfirmed ON system (level, id) WHERE pending = 1 AND confirmed = 0;

CREATE INDEX system_waiting ON system (id) WHERE pending = TRUE;
