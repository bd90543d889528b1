-- What waits, and what runs out, found among its own. SQLite goes by an index of
-- some rows only where the question says the same as the index: TRUE, not 1.
CREATE INDEX system_waiting ON system (id) WHERE pending = TRUE;
CREATE INDEX system_owner_waiting ON system (owner, id) WHERE pending = TRUE;
CREATE INDEX system_to_confirm ON system (level, id) WHERE pending = TRUE AND confirmed = FALSE;
CREATE INDEX system_ends ON system (owner, until_day, code) WHERE until_day <> '';
CREATE INDEX system_plan_ends ON system (owner, plan_holds, code) WHERE plan_holds <> '';
