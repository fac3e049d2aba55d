// Loads the XDP programs of objects by cilium/ebpf: in, object files; out, a line for each with what became of it. Fails (1) if one is refused.
package main

import (
	"fmt"
	"os"

	"github.com/cilium/ebpf"
)

func load(path string) error {
	spec, err := ebpf.LoadCollectionSpec(path)
	if err != nil {
		return err
	}
	loaded, err := ebpf.NewCollection(spec)
	if err != nil {
		return err
	}
	loaded.Close()
	return nil
}

func main() {
	refused := false
	for _, path := range os.Args[1:] {
		said := "taken"
		if err := load(path); err != nil {
			refused, said = true, err.Error()
		}
		fmt.Printf("%s: %s\n", path, said)
	}
	if refused {
		os.Exit(1)
	}
}
