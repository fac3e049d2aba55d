//! Programs that ask the receiving device of packets: in, a program and the devices that it is loaded on; out, the device to which the kernel shall bind
//! it, or why it is bound to none and gets fallbacks. The contract with the program is `p4xdp_control::manifest::metadata`.

use crate::attach::{Device, Mode, WantedMode};
use libbpf_rs::OpenObject;
use p4xdp_control::manifest::Manifest;
use p4xdp_control::manifest::metadata::{OFF, ON};

/// The bytes of an object with the names of the kernel's functions switched on.
pub(crate) fn switched_on(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut at = 0;
    while let Some(place) = bytes.get_mut(at..at + OFF.len()) {
        if place == OFF {
            place.copy_from_slice(ON);
        }
        at += 1;
    }
    bytes
}

/// Binds the programs of an object to a device, of which the kernel knows what they ask.
pub(crate) fn bind(opened: &mut OpenObject, device: u32) {
    for mut program in opened.progs_mut() {
        program.set_ifindex(device);
        program.set_flags(libbpf_sys::BPF_F_XDP_DEV_BOUND_ONLY);
    }
}

/// The device that a program is to be bound to: none if it asks nothing, and why not if it cannot be. `devices` stand with the mode in which they run
/// something now.
pub(crate) fn device(
    manifest: &Manifest,
    devices: &[(&Device, Option<Mode>)],
    wanted: WantedMode,
) -> Result<Option<u32>, &'static str> {
    /// `NETDEV_XDP_ACT_BASIC` of `linux/netdev.h`: the device runs XDP programs.
    const RUNS_XDP: u64 = 1;
    if manifest.metadata.is_empty() {
        return Ok(None);
    }
    let [(device, mode)] = devices else {
        return Err("the kernel binds such a program to one device, and this one is loaded on several");
    };
    if manifest.programs.len() > 1 {
        return Err("the kernel does not let such a program be one of several that call each other");
    }
    let features = crate::sys::bpf::xdp_features(device.index).ok().flatten();
    let is_generic = wanted == WantedMode::Generic || mode.is_some_and(|mode| mode == Mode::Generic);
    if is_generic || features.is_none_or(|features| features & RUNS_XDP == 0) {
        return Err("the device does not run it in native mode");
    }
    Ok(Some(device.index))
}

/// What the user is told of a program that is bound to no device though it asks.
pub(crate) fn warning(manifest: &Manifest, why: &str) -> String {
    let names: Vec<String> = manifest.metadata.iter().map(|name| format!("`{name}`")).collect();
    let verb = if names.len() == 1 { "gives its fallback" } else { "give their fallbacks" };
    format!("{} {verb}: {why}", names.join(", "))
}
