package approval

// Attached is a document attached to an object of a system, as a dossier may
// name it: package attachment keeps the document itself.
type Attached struct {
	No     int    `json:"no"` // within the system
	Of     string `json:"of"` // the object, such as dossier:1 or control:TK.mfa
	Name   string `json:"name"`
	Kind   string `json:"kind"`   // pdf, docx, xlsx, png, jpeg, txt, p7s
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // hex
	State  string `json:"state"`  // held, clean, quarantined, unscanned
	By     Who    `json:"by"`
}
