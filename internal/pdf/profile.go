package pdf

import (
	"encoding/binary"
	"math"
)

// sRGB builds the colour profile that the output intent names: the primaries
// and the curve of IEC 61966-2-1 as a display profile of ICC.1:2001, version 2.
func sRGB() []byte {
	curve := binary.BigEndian.AppendUint32([]byte("curv\x00\x00\x00\x00"), curvePoints)
	for i := range curvePoints {
		v := float64(i) / (curvePoints - 1)
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		curve = binary.BigEndian.AppendUint16(curve, uint16(math.Round(v*math.MaxUint16)))
	}
	xyz := func(x, y, z float64) []byte {
		b := []byte("XYZ \x00\x00\x00\x00")
		for _, v := range []float64{x, y, z} {
			b = binary.BigEndian.AppendUint32(b, fixed(v))
		}
		return b
	}
	const name = "sRGB IEC61966-2.1\x00"
	desc := binary.BigEndian.AppendUint32([]byte("desc\x00\x00\x00\x00"), uint32(len(name)))
	desc = append(desc, name...)
	desc = append(desc, make([]byte, 78)...) // no Unicode, no script code
	tags := []struct {
		name string
		data []byte
	}{
		{"desc", desc}, {"cprt", []byte("text\x00\x00\x00\x00Public domain\x00")},
		// Primaries and white adapted to D50, as the profile connection space wants.
		{"wtpt", xyz(0.9642, 1, 0.8249)},
		{"rXYZ", xyz(0.43607, 0.22249, 0.01392)}, {"gXYZ", xyz(0.38515, 0.71687, 0.09708)}, {"bXYZ", xyz(0.14307, 0.06061, 0.71410)},
		{"rTRC", curve}, {"gTRC", curve}, {"bTRC", curve},
	}
	table := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	at, body, shared := profileHeader+4+12*len(tags), []byte(nil), 0
	for _, t := range tags {
		place := at + len(body)
		if t.name == "gTRC" || t.name == "bTRC" {
			place = shared // the three channels share one curve
		} else {
			shared = place
			body = append(body, t.data...)
			body = append(body, make([]byte, -len(body)&3)...)
		}
		table = append(table, t.name...)
		table = binary.BigEndian.AppendUint32(table, uint32(place))
		table = binary.BigEndian.AppendUint32(table, uint32(len(t.data)))
	}
	head := make([]byte, profileHeader)
	binary.BigEndian.PutUint32(head, uint32(at+len(body)))
	binary.BigEndian.PutUint32(head[8:], 0x02100000)
	copy(head[12:], "mntrRGB XYZ ")
	for i, v := range []uint16{1999, 1, 1, 0, 0, 0} { // the day of the standard
		binary.BigEndian.PutUint16(head[24+2*i:], v)
	}
	copy(head[36:], "acsp")
	for i, v := range []float64{0.9642, 1, 0.8249} { // D50
		binary.BigEndian.PutUint32(head[68+4*i:], fixed(v))
	}
	return append(append(head, table...), body...)
}

const (
	profileHeader = 128
	curvePoints   = 1024
)

// fixed writes a number as s15Fixed16.
func fixed(v float64) uint32 { return uint32(int32(math.Round(v * 65536))) }
