//! Arguments of `p4xdp serve`.

use super::ModeArg;
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Bytes of a message; objects are smaller by far.
const LARGEST: u32 = 16 << 20;

/// `p4xdp serve`
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The interfaces of device 1, as `load` takes them: names, or ports and names as in `1=eth1`.
    #[arg(value_name = "DEV", required_unless_present = "device", conflicts_with = "device")]
    pub interfaces: Vec<String>,
    /// A device of P4Runtime: its number, and its interfaces. May be given several times.
    #[arg(long, value_name = "ID:DEV[,DEV..]", value_parser = device)]
    pub device: Vec<(u64, Vec<String>)>,
    /// Where to listen. Without certificates anybody who reaches this can change the devices.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9559")]
    pub listen: SocketAddr,
    /// Where Prometheus gets metrics (`GET /metrics`), without TLS.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub metrics: Option<SocketAddr>,
    /// The server's certificate (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The key of it (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Clients need certificates that this one has signed (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub client_ca: Option<PathBuf>,
    /// Bytes of a message at most.
    #[arg(long, value_name = "BYTES", default_value_t = LARGEST, value_parser = clap::value_parser!(u32).range(4_194_304..))]
    pub largest_message: u32,
    /// How programs are run.
    #[arg(long, value_enum, default_value_t = ModeArg::Auto)]
    pub mode: ModeArg,
    /// Replaces programs that p4xdp did not make.
    #[arg(long)]
    pub force: bool,
    /// Makes no pins.
    #[arg(long)]
    pub no_pins: bool,
    /// Counts what becomes of packets.
    #[arg(long)]
    pub stats: bool,
    /// The port behind which controllers are: packets to it are packet-ins, and packet-outs come from it.
    #[arg(long, value_name = "PORT")]
    pub cpu_port: Option<u32>,
    /// Ports are interface indices, also where the program looks as if they were not.
    #[arg(long)]
    pub ports_are_indices: bool,
}

/// `1:eth0,eth1`
fn device(text: &str) -> Result<(u64, Vec<String>), String> {
    let (id, interfaces) = text.split_once(':').ok_or("it has the form ID:DEV,DEV")?;
    let id = id.parse().ok().filter(|id| *id != 0);
    let id = id.ok_or("the device's number is one from 1 on")?;
    let interfaces: Vec<String> = interfaces.split(',').map(str::to_owned).collect();
    if interfaces.iter().any(String::is_empty) {
        return Err("an interface has no name".to_owned());
    }
    Ok((id, interfaces))
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn devices() {
        assert_eq!(device("2:1=eth0,2=eth1").unwrap(), (2, vec!["1=eth0".into(), "2=eth1".into()]));
        for wrong in ["eth0", "0:eth0", "x:eth0", "1:", "1:eth0,"] {
            assert!(device(wrong).is_err(), "{wrong}");
        }
    }
}
