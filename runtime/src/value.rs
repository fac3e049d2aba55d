//! Numbers as people write them ([`p4xdp_control::value`]), with the devices of this network namespace.

use num_bigint::BigUint;
use p4xdp_control::terms::Values;
pub use p4xdp_control::value::{ValueError, format, like, number, ones, prefix_mask};
use p4xdp_control::view::Param;

/// Reads a value for a field; `dev:NAME` is a device's interface index.
///
/// # Errors
/// When the text is no value, or one that does not fit.
pub fn parse(text: &str, field: &Param) -> Result<BigUint, ValueError> {
    p4xdp_control::value::parse_with(text, field, &|device| crate::sys::net::ifindex(device).ok())
}

/// Numbers and devices, without ports.
#[derive(Clone, Copy, Debug, Default)]
pub struct Devices;

impl Values for Devices {
    fn read(&self, text: &str, param: &Param) -> Result<BigUint, ValueError> {
        parse(text, param)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices() {
        assert_eq!(parse("dev:lo", &Param::new("port", 32)), Ok(BigUint::from(1u8)));
        assert!(parse("dev:nope0", &Param::new("port", 32)).is_err());
    }
}
