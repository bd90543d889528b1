-- Of a long queue, those that wait longest are found by what they wait for.
CREATE INDEX dossier_waiting ON dossier (state, level, submitted_at, system_id)
  WHERE state = 'submitted' OR state = 'opined' OR state = 'returned' OR state = 'appraised';
CREATE INDEX system_unconfirmed ON system (level, id) WHERE pending AND NOT confirmed;
