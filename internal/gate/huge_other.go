//go:build !linux

package gate

// spread is for Linux.
func spread([]cell) {}
