package attachment

// Limits bound what is taken in. The zero value takes nothing.
type Limits struct {
	File   int64 // bytes of one file
	Object int64 // bytes attached to one object, such as one dossier
	Agency int64 // bytes of one agency

	ZipEntries  int   // entries of an archive
	ZipUnpacked int64 // bytes of an archive unpacked
	ZipRatio    int64 // unpacked to packed, of one entry
	Pixels      int64 // of a picture, by its header
}

// Default are the limits when nothing else is set.
func Default() Limits {
	return Limits{File: 25 << 20, Object: 200 << 20, Agency: 2 << 30, ZipEntries: 2000, ZipUnpacked: 200 << 20, ZipRatio: 100, Pixels: 40_000_000}
}

// Policy says what happens where no scanner is set.
type Policy struct {
	ServeUnscanned bool // give out documents that no scanner has seen
}
