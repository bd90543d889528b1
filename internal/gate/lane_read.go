package gate

import (
	"bytes"
	"strings"
)

// What the lane made of the bytes at hand.
type finding int

const (
	other   finding = iota // for the server
	partial                // the request has not come to its end
	whole
)

// plea is a request as the lane reads it. Its strings stand on memory of their
// own.
type plea struct {
	found                     finding
	size                      int  // bytes, the body included
	door                      door // one of the first three
	method, path, query, host string
	system, provider, service sayings
	media, ids, lengths       sayings // Content-Type, X-Request-Id, Content-Length
	hosts, connections        sayings
	body                      []byte // of the bytes read
}

// sayings are the values of one header, of which more than two are not told
// apart.
type sayings struct {
	n   int
	val [2]string
}

func (s *sayings) add(v string) {
	if s.n < len(s.val) {
		s.val[s.n] = v
	}
	s.n++
}

// list is the values as the server would give them; nil for none.
func (s *sayings) list() []string {
	if s.n == 0 {
		return nil
	}
	return s.val[:min(s.n, len(s.val))]
}

// sole is the one value; false when there is another number of them.
func (s *sayings) sole() (string, bool) { return s.val[0], s.n == 1 }

// The kinds of bytes of a request (RFC 9110, 5.6.2; RFC 9112), narrower than
// they are permitted where readers differ.
const (
	inToken  = 1 << iota // of the name of a header
	inValue              // of its value
	inPath               // of a path that needs no decoding
	inQuery              // of a query, decoded by who reads it
	inHost               // of a host with a port
	inMethod             // of a method
)

// kinds tells of every byte which it is.
type kinds [256]byte

func newKinds() (k kinds) {
	mark := func(set string, kind byte) {
		for i := range len(set) {
			k[set[i]] |= kind
		}
	}
	const digits, small, capital = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	mark(digits+small+capital+"!#$%&'*+-.^_`|~", inToken)
	mark(digits+small+capital+"-._~/", inPath)
	mark(digits+small+capital+"-._~/?&=:@!$'()*+,;%", inQuery)
	mark(digits+small+capital+"-._:[]", inHost)
	mark(capital, inMethod)
	mark("\t", inValue)
	for c := ' '; c < 256; c++ {
		if c != 127 {
			k[c] |= inValue
		}
	}
	return k
}

// all tells whether every byte of s is of a kind.
func (k *kinds) all(s string, kind byte) bool {
	for i := range len(s) {
		if k[s[i]]&kind == 0 {
			return false
		}
	}
	return true
}

// read reads the first request of in.
func (p *plea) read(in []byte, l *Lane) {
	*p = plea{}
	end := bytes.Index(in, []byte("\r\n\r\n"))
	if end < 0 {
		if l.kinds[in[0]]&inMethod != 0 {
			p.found = partial
		}
		return
	}
	head := string(in[:end+2])
	line, head, _ := strings.Cut(head, "\r\n")
	if !p.line(line, &l.kinds) {
		return
	}
	for head != "" {
		line, head, _ = strings.Cut(head, "\r\n")
		if !p.header(line, l) {
			return
		}
	}
	length, ok := p.fit(&l.kinds)
	switch {
	case !ok:
	case len(in) < end+4+length:
		p.found = partial
	default:
		p.found, p.size, p.body = whole, end+4+length, in[end+4:end+4+length]
	}
}

// line reads the request line; false when it is not one of the lane's.
func (p *plea) line(line string, k *kinds) bool {
	method, line, _ := strings.Cut(line, " ")
	target, version, _ := strings.Cut(line, " ")
	if version != "HTTP/1.1" {
		return false
	}
	p.method = method
	p.path, p.query, _ = strings.Cut(target, "?")
	switch {
	case !k.all(p.query, inQuery):
		return false
	case p.path == decisionsPath:
		p.door = decisionDoor
		return method == "GET" && target != p.path
	case p.path == evaluationPath:
		p.door = evaluationDoor
		return method == "POST" && target == p.path
	case subrequest(p.path) != "" && k.all(p.path, inPath):
		p.door = connectDoor
		switch method {
		case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
			return true
		}
	}
	return false
}

// header reads one header; false when the request is not for the lane.
func (p *plea) header(line string, l *Lane) bool {
	name, val, ok := strings.Cut(line, ":")
	if !ok || name == "" || !l.kinds.all(name, inToken) || !l.kinds.all(val, inValue) {
		return false
	}
	val = strings.Trim(val, " \t")
	switch is := func(known string) bool { return len(name) == len(known) && strings.EqualFold(name, known) }; {
	case is("Host"):
		p.hosts.add(val)
	case is("Connection"):
		p.connections.add(val)
	case is("Content-Length"):
		p.lengths.add(val)
	case is("Content-Type"):
		p.media.add(val)
	case is("X-Request-Id"):
		p.ids.add(val)
	case is(l.front.SystemHeader):
		p.system.add(val)
	case is(l.front.ProviderHeader):
		p.provider.add(val)
	case is(l.front.ServiceHeader):
		p.service.add(val)
	case is("Transfer-Encoding"), is("Expect"), is("Upgrade"), is("Trailer"), is("Te"), is("Http2-Settings"), is("Proxy-Connection"):
		return false
	}
	return true
}

// fit tells whether the headers leave one reading, and the length of the body.
func (p *plea) fit(k *kinds) (length int, ok bool) {
	host, one := p.hosts.sole()
	if !one || host == "" || !k.all(host, inHost) || p.ids.n > 1 || p.system.n > 2 || p.provider.n > 2 || p.service.n > 2 {
		return 0, false
	}
	p.host = host
	if c, one := p.connections.sole(); p.connections.n > 0 && (!one || !strings.EqualFold(c, "keep-alive")) {
		return 0, false
	}
	said, one := p.lengths.sole()
	if p.door != evaluationDoor {
		return 0, p.lengths.n == 0 || one && said == "0"
	}
	if kind, known := p.media.sole(); !one || !known || kind != "application/json" {
		return 0, false
	}
	if said == "" || len(said) > 4 || said[0] == '0' || strings.Trim(said, "0123456789") != "" {
		return 0, false
	}
	for i := range len(said) {
		length = 10*length + int(said[i]-'0')
	}
	return length, true
}
