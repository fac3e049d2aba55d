//! What can be wrong with the numbers that ports are given.

use crate::error::Trouble;

/// Why ports cannot be numbered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// One device or port with two of the other.
    #[error("{what} is given twice: {}", of.join(", "))]
    Twice {
        /// `port 1`
        what: String,
        /// Of what.
        of: Vec<String>,
    },
    /// Beyond what the program's type of ports holds.
    #[error("port {port} is too large: the program's ports are at most {most}")]
    TooLarge {
        /// The number.
        port: String,
        /// The largest.
        most: u32,
    },
    /// Some devices have numbers, and this one not.
    #[error("`{device}` has no port number{}: give one to each device, as in `1={device}`", known(others))]
    Without {
        /// The device.
        device: String,
        /// Those that the replaced program has.
        others: Vec<String>,
    },
    /// Numbers, and the word that there are none.
    #[error("ports are either numbered (`1=eth1`) or interface indices (`--ports-are-indices`)")]
    Both,
    /// The program cannot take interface indices for ports.
    #[error(
        "{}; say which device is which: `p4xdp load {object} {}`; or, if they are interface indices, \
         `--ports-are-indices`",
        why(object, constants, *most),
        example(constants, *most, devices)
    )]
    Wanted {
        /// The object.
        object: String,
        /// Ports that the program names.
        constants: Vec<u32>,
        /// The largest port.
        most: u32,
        /// The devices.
        devices: Vec<String>,
    },
    /// `--ports-are-indices` where that cannot be.
    #[error(
        "the interface index of `{device}`, {index}, is no port of the program, whose ports are at most {most}: number \
         the ports, as in `1={device}`"
    )]
    IndexTooLarge {
        /// The device.
        device: String,
        /// Its index.
        index: u32,
        /// The largest port.
        most: u32,
    },
    /// The programs that are replaced number one device or port differently.
    #[error(
        "the running programs do not agree on the port of `{device}` ({}): say which device is which, as in `1={device}`",
        of.join(" and ")
    )]
    Conflict {
        /// The device.
        device: String,
        /// The numbers.
        of: Vec<String>,
    },
    /// A device that runs the program already.
    #[error("`{device}` runs this program already")]
    Runs {
        /// The device.
        device: String,
    },
    /// A device that does not run the program.
    #[error("`{device}` does not run this program, and is none of its ports")]
    RunsNot {
        /// The device.
        device: String,
    },
    /// A number that is none of the program's.
    #[error("the program has no port {port}{}", known(others))]
    NoPort {
        /// The number.
        port: String,
        /// Those that there are.
        others: Vec<String>,
    },
    /// A number or device that another one has.
    #[error("port {port} is `{device}` already: remove it first")]
    Taken {
        /// The number.
        port: u32,
        /// The device.
        device: String,
    },
    /// A program that has no way for packets to user space.
    #[error(
        "{object} was built without a port to user space: give `build --with-cpu-port`, or let it have a header with `@controller_header`"
    )]
    NoCpuPort {
        /// The object.
        object: String,
    },
    /// A running program whose devices are not in this network namespace.
    #[error(
        "the program runs on no device of this network namespace: interface indices mean other devices where its own are, so its ports \
         are changed there (`ip netns exec`)"
    )]
    NotHere,
    /// A port of a program that knows none.
    #[error("the program has nothing to do with ports")]
    NoPorts,
    /// The number that stands for dropping, for a port.
    #[error("port {0} stands for dropping, which is never up or down")]
    IsDrop(u32),
    /// The number of the port to user space, for a device.
    #[error("port {0} is that to user space")]
    IsCpuPort(u32),
    /// A running program without one.
    #[error("the program was loaded without a port to user space: load it with `--cpu-port PORT`")]
    NoCpuPortChosen,
    /// A number where there are none.
    #[error("the program's ports are interface indices: name the device alone")]
    NotNumbered,
    /// More devices than fit.
    #[error(
        "too many ports are numbered, or too many of them have interface indices that are equal modulo 512"
    )]
    TooMany,
}

fn known(others: &[String]) -> String {
    if others.is_empty() { String::new() } else { format!(" beside {}", others.join(" ")) }
}

fn why(object: &str, constants: &[u32], most: u32) -> String {
    const SHOWN: usize = 6;
    if constants.is_empty() {
        return format!("ports of {object} are numbers up to {most}, which interface indices can exceed");
    }
    let mut named: Vec<String> = constants.iter().take(SHOWN).map(ToString::to_string).collect();
    if constants.len() > SHOWN {
        named.push("..".into());
    }
    format!("{object} itself names ports: {}", named.join(", "))
}

/// `1=eth1 2=eth2`, with the program's own numbers first.
fn example(constants: &[u32], most: u32, devices: &[String]) -> String {
    let others = (1..=most).filter(|port| !constants.contains(port));
    let ports = constants.iter().copied().filter(|port| *port <= most).chain(others);
    let words: Vec<String> = ports.zip(devices).map(|(port, device)| format!("{port}={device}")).collect();
    words.join(" ")
}

impl Trouble for PortError {
    /// Words of the command line that do not suit the program.
    fn is_environment(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_to_write_instead() {
        let wanted = |constants: &[u32]| PortError::Wanted {
            object: "p.o".into(),
            constants: constants.into(),
            most: 510,
            devices: vec!["eth1".into(), "eth2".into()],
        };
        assert_eq!(
            wanted(&[7]).to_string(),
            "p.o itself names ports: 7; say which device is which: `p4xdp load p.o 7=eth1 1=eth2`; or, if they are \
             interface indices, `--ports-are-indices`"
        );
        assert!(wanted(&[]).to_string().starts_with("ports of p.o are numbers up to 510, which interface"));
    }
}
