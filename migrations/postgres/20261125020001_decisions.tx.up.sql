-- The decision of every system ready made, so that the gate starts at once. It
-- follows from the record and the law, is written in the transaction of the
-- change, and is made again and compared by capdo verify. A word of 0 is not
-- known; its topmost 12 bits name a pattern.
CREATE TABLE gate_decision (
    system_id BIGINT PRIMARY KEY REFERENCES system (id),
    code      TEXT NOT NULL,
    ndxp      BIGINT NOT NULL DEFAULT 0,
    ndop      BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE gate_pattern (
    no   BIGINT PRIMARY KEY,
    text TEXT NOT NULL
);
INSERT INTO gate_decision (system_id, code) SELECT id, code FROM system;
