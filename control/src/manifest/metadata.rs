//! What devices know of packets (hash, timestamp, VLAN tag): programs ask kernel functions for it, which the kernel allows to those alone that are
//! bound to a device when they are loaded. So in an object these functions have names that no kernel has, and the references to them are weak: whoever
//! loads it as it is gets a program that never calls them. A loader that binds the program to its device makes the names those of the kernel first.

/// How the names of such functions begin in an object.
pub const OFF: &[u8] = b"off_xdp_metadata_rx_";

/// How they begin in the kernel; of the same length, so that nothing else of the object changes.
pub const ON: &[u8] = b"bpf_xdp_metadata_rx_";
