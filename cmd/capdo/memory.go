package main

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
)

// heedMemory tells the runtime of the bound on memory that the process runs under,
// so that it collects more often rather than be killed. A third is left to what is
// not the runtime's own. Whoever sets GOMEMLIMIT knows better.
func heedMemory(getenv func(string) string) {
	if most := memoryBound(); most > 0 && getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(most / 3 * 2)
	}
}

// memoryBound is the bound of the control group, of either version, in bytes; 0
// where there is none.
func memoryBound() int64 {
	b, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return 0 // not Linux, or hidden
	}
	for line := range strings.Lines(string(b)) { // number:controllers:/path
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) < 3 {
			continue
		}
		root, file := "/sys/fs/cgroup", "memory.max"
		switch part[1] {
		case "":
		case "memory":
			root, file = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for _, path := range []string{part[2], ""} { // a container sees its own group as the root
			b, err := os.ReadFile(filepath.Join(root, path, file))
			if most, bad := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64); err == nil && bad == nil && most < 1<<50 { // "max", and version 1's greatest number, are none
				return most
			}
		}
	}
	return 0
}
