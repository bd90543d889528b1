package gate

import (
	"encoding/binary"
	"errors"
	"strings"
)

var errProto = errors.New("not a protobuf message of the form asked for")

// The wire types of protobuf.
const (
	wireVarint = 0
	wire64     = 1
	wireBytes  = 2
	wire32     = 5
)

// each walks the fields of a message in their order. Those that hold bytes
// (strings, messages, entries of maps) are given to f; numbers are passed over.
func each(in []byte, f func(num uint64, val []byte) error) error {
	for len(in) > 0 {
		tag, n := binary.Uvarint(in)
		if n <= 0 || tag>>3 == 0 {
			return errProto
		}
		in = in[n:]
		size := 0
		switch tag & 7 {
		case wireVarint:
			_, size = binary.Uvarint(in)
			if size <= 0 {
				return errProto
			}
		case wire64:
			size = 8
		case wire32:
			size = 4
		case wireBytes:
			length, n := binary.Uvarint(in)
			if n <= 0 || length > uint64(len(in)-n) {
				return errProto
			}
			if err := f(tag>>3, in[n:n+int(length)]); err != nil {
				return err
			}
			size = n + int(length)
		default:
			return errProto
		}
		if size > len(in) {
			return errProto
		}
		in = in[size:]
	}
	return nil
}

// inner finds the one message of that number; absent is empty. One that is there
// twice would be merged by one reader and replaced by another.
func inner(in []byte, num uint64) (val []byte, err error) {
	seen := false
	err = each(in, func(n uint64, b []byte) error {
		if n != num {
			return nil
		}
		if seen {
			return errProto
		}
		val, seen = b, true
		return nil
	})
	return val, err
}

// check is what a CheckRequest says that counts here.
type check struct {
	principal           string
	headers, extensions map[string][]string // by name in small letters, every value
}

// readCheck reads attributes.source.principal, attributes.request.http.headers
// and header_map, and attributes.context_extensions.
func readCheck(in []byte) (c check, err error) {
	c = check{headers: map[string][]string{}, extensions: map[string][]string{}}
	attributes, err := inner(in, 1)
	if err != nil {
		return c, err
	}
	source, err := inner(attributes, 1)
	if err != nil {
		return c, err
	}
	principal, err := inner(source, 4)
	if err != nil {
		return c, err
	}
	c.principal = string(principal)
	request, err := inner(attributes, 4)
	if err != nil {
		return c, err
	}
	http, err := inner(request, 2)
	if err != nil {
		return c, err
	}
	list, err := inner(http, 13)
	if err != nil {
		return c, err
	}
	return c, errors.Join(pairs(http, 3, c.headers), pairs(list, 1, c.headers), pairs(attributes, 10, c.extensions))
}

// pairs reads the entries of a map, or header values: a name, and a value that
// may be bytes instead of text.
func pairs(in []byte, num uint64, into map[string][]string) error {
	return each(in, func(n uint64, entry []byte) error {
		if n != num {
			return nil
		}
		name, err := inner(entry, 1)
		if err != nil {
			return err
		}
		key := strings.ToLower(string(name))
		before := len(into[key])
		err = each(entry, func(n uint64, val []byte) error {
			if n == 2 || n == 3 && len(val) > 0 {
				into[key] = append(into[key], string(val))
			}
			return nil
		})
		if len(into[key]) == before { // an entry without a value is an empty one
			into[key] = append(into[key], "")
		}
		return err
	})
}

// appendBytes adds a field that holds bytes.
func appendBytes(to []byte, num uint64, val []byte) []byte {
	to = binary.AppendUvarint(to, num<<3|wireBytes)
	return append(binary.AppendUvarint(to, uint64(len(val))), val...)
}

// appendVarint adds a field that holds a number.
func appendVarint(to []byte, num, val uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(to, num<<3|wireVarint), val)
}
