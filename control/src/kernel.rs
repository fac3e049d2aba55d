//! Versions of the Linux kernel: what a program needs, what the user says that it will meet, and what runs.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A version of the kernel, as far as it says what BPF programs may use. Later ones are larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Kernel {
    /// 6 of 6.12.
    pub major: u32,
    /// 12 of 6.12.
    pub minor: u32,
}

impl Kernel {
    /// What every program may use.
    pub const BASELINE: Kernel = Kernel { major: 5, minor: 15 };
    /// The first with `bpf_loop`.
    pub const BPF_LOOP: Kernel = Kernel { major: 5, minor: 17 };
    /// The first with XDP programs that take packets in fragments, and `bpf_xdp_get_buff_len`.
    pub const XDP_FRAGS: Kernel = Kernel { major: 5, minor: 18 };
    /// The first whose devices tell hash and timestamp of a packet (`bpf_xdp_metadata_rx_hash`).
    pub const RX_METADATA: Kernel = Kernel { major: 6, minor: 3 };
    /// The first whose devices tell the VLAN tag that they have taken off.
    pub const RX_VLAN_TAG: Kernel = Kernel { major: 6, minor: 8 };

    /// The version in a release as `uname -r` prints it, such as `6.1.0-18-amd64`; none if it begins otherwise.
    #[must_use]
    pub fn of_release(release: &str) -> Option<Kernel> {
        let mut numbers = release.splitn(3, '.');
        let major = numbers.next()?.parse().ok()?;
        let minor = numbers.next()?;
        let digits = minor.find(|c: char| !c.is_ascii_digit()).unwrap_or(minor.len());
        Some(Kernel { major, minor: minor.get(..digits)?.parse().ok()? })
    }
}

/// A text that is no version of the kernel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no version of the kernel such as `5.15`")]
pub struct NoKernel(pub String);

impl FromStr for Kernel {
    type Err = NoKernel;

    /// `6.12`, or `6.12.3`, of which the last number does not matter.
    fn from_str(text: &str) -> Result<Kernel, NoKernel> {
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let parts: Vec<&str> = text.split('.').collect();
        let fits = matches!(parts.len(), 2 | 3) && parts.into_iter().all(is_number);
        Kernel::of_release(text).filter(|_| fits).ok_or_else(|| NoKernel(text.to_owned()))
    }
}

impl TryFrom<String> for Kernel {
    type Error = NoKernel;

    fn try_from(text: String) -> Result<Kernel, NoKernel> {
        text.parse()
    }
}

impl From<Kernel> for String {
    fn from(kernel: Kernel) -> String {
        kernel.to_string()
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_order() {
        let version = |text: &str| text.parse::<Kernel>().unwrap();
        assert!(version("5.15") < Kernel::BPF_LOOP && Kernel::BPF_LOOP < version("6.1"));
        assert!(version("6.9") < version("6.12.3"));
        assert_eq!(version("6.12").to_string(), "6.12");
    }

    #[test]
    fn releases_are_read() {
        let version = |text| Kernel::of_release(text).map(|kernel| kernel.to_string());
        assert_eq!(version("6.1.0-18-amd64").as_deref(), Some("6.1"));
        assert_eq!(version("6.18-rc3").as_deref(), Some("6.18"));
        assert_eq!(version("5.15.167.4-microsoft-standard-WSL2").as_deref(), Some("5.15"));
        assert_eq!(version("something else"), None);
    }

    #[test]
    fn other_texts_are_none() {
        for text in ["", "5", "5.", "5.x", "v5.15", "5.15-rc1", "5.15.1.2", "-5.15"] {
            assert_eq!(text.parse::<Kernel>(), Err(NoKernel(text.to_owned())));
        }
    }
}
