-- The figures of the register, kept with it: how many systems came and went on
-- each day, by who holds them today, who owned them that day, and level. The sum
-- over the days up to one is what was believed at its end; see approval.Steps.
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
CREATE INDEX figure_holder ON figure (holder, day);

-- Whether they are there: a register from before is counted once.
CREATE TABLE figure_made (
  id INTEGER PRIMARY KEY CHECK (id = 1)
) STRICT;
