-- What a paper claims, by the digest of its claim: the same paper made again bears
-- the token it was first given, whichever key signs by then.
ALTER TABLE paper ADD COLUMN claim TEXT NOT NULL DEFAULT '';
CREATE INDEX paper_claim ON paper (claim) WHERE claim <> '';
