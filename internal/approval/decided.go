package approval

// Decided is the decision of one system ready made, as the gate packs it: one
// word for each platform. Zero means that it is not known.
type Decided struct {
	Code       string
	NDXP, NDOP uint64
}
