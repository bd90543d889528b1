package plan

import (
	"slices"

	"capdo/internal/approval"
)

// AttachedTo names a control as the object a document is attached to, as package
// attachment writes it.
func AttachedTo(key string) string { return "control:" + key }

// FilesOf lists the documents attached to a control or a finding, by number.
func (p *Plan) FilesOf(object string) []approval.Attached {
	return slices.DeleteFunc(slices.Clone(p.Files), func(f approval.Attached) bool { return f.Of != object })
}

// File returns the document that a piece of evidence is, nil when it is another
// kind of evidence, or the document is there no more.
func (p *Plan) File(e Evidence) *approval.Attached {
	i := slices.IndexFunc(p.Files, func(f approval.Attached) bool { return e.Kind == File && f.No == e.Document && f.SHA256 == e.SHA256 })
	if i < 0 {
		return nil
	}
	return &p.Files[i]
}

// files tells why an answer does not hold for the files it rests on, "" when it
// does. What was removed or quarantined counts before what is not scanned yet.
func (r reading) files(p *Plan, a *Answer) Lapse {
	return p.lapsed(a.Evidence, r.unscanned)
}

// lapsed tells why evidence does not hold for the files in it, "" when it does.
func (p *Plan) lapsed(es []Evidence, unscanned bool) (why Lapse) {
	for _, f := range p.filesNow(es) {
		switch {
		case f.State == "removed" || f.State == "quarantined":
			return LapsedFile
		case f.State == "held" || f.State == "unscanned" && !unscanned:
			why = LapsedHeld
		}
	}
	return why
}

// joined gives evidence of kind file the name and the hash of its document, as
// the record has them, and refuses a document that is not attached to the object
// of it, a control or a finding. A table names a file by its name alone. A file that the answer before it named stays, whatever became of the
// document, and so does a name from before files were joined.
func (p *Plan) joined(object string, es []Evidence, before *Answer) ([]Evidence, []approval.Finding) {
	var fs []approval.Finding
	es = slices.Clone(es)
	for i, e := range es {
		if e.Kind != File {
			continue
		}
		if was := before.file(e); was != nil {
			es[i].Document, es[i].Ref, es[i].SHA256 = was.Document, was.Ref, was.SHA256
			continue
		}
		of := slices.IndexFunc(p.Files, func(f approval.Attached) bool {
			return f.Of == object && (f.No == e.Document || e.Document == 0 && f.Name == e.Ref)
		})
		switch {
		case of < 0:
			fs = append(fs, finding("", "evidence-file", "tải tệp lên tại đây rồi chọn tệp đó", "upload the file here, then choose it"))
		case p.Files[of].State == "quarantined":
			fs = append(fs, finding("", "evidence-quarantined", "tệp «"+p.Files[of].Name+"» bị cách ly vì có mã độc; chọn tệp khác", "the file “"+p.Files[of].Name+"” is quarantined for malware; choose another"))
		default:
			es[i].Document, es[i].Ref, es[i].SHA256 = p.Files[of].No, p.Files[of].Name, p.Files[of].SHA256
		}
	}
	return es, fs
}

// file returns the evidence of an answer that is the same file, nil when none is.
func (a *Answer) file(e Evidence) *Evidence {
	if a == nil {
		return nil
	}
	i := slices.IndexFunc(a.Evidence, func(x Evidence) bool {
		return x.Kind == File && (x.Document == e.Document && e.Document > 0 || e.Document == 0 && x.Ref == e.Ref)
	})
	if i < 0 {
		return nil
	}
	return &a.Evidence[i]
}

// FileNow is a file named as evidence, with the state its document is in now;
// "removed" when it is no longer attached.
type FileNow struct {
	Evidence
	State string
}

// filesNow lists the files among evidence.
func (p *Plan) filesNow(es []Evidence) []FileNow {
	var all []FileNow
	for _, e := range es {
		if e.Kind != File || e.Document == 0 {
			continue
		}
		all = append(all, p.FileNow(e))
	}
	return all
}

// FileNow is a file named as evidence as it stands now.
func (p *Plan) FileNow(e Evidence) FileNow {
	if f := p.File(e); f != nil {
		return FileNow{e, f.State}
	}
	return FileNow{e, "removed"}
}
