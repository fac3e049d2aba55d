//! Where packets go that leave: in, packets at ports; out, a capture a port, or one on standard output.

use super::cannot;
use crate::cli::RunArgs;
use crate::commands::{Exit, complain, output};
use p4xdp_packet_tests::{pcap, pcapng};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::PathBuf;

/// Where packets go that leave.
pub(super) enum Outputs {
    /// One capture a port, made when its first packet leaves.
    Folder { folder: PathBuf, inputs: Vec<PathBuf>, files: BTreeMap<u32, PortFile>, count: usize },
    /// One capture with an interface a port.
    Stdout { writer: pcapng::Writer<BufWriter<output::Out>>, count: usize },
}

type PortFile = pcap::Writer<BufWriter<File>>;

impl Outputs {
    pub(super) fn to_stdout() -> Result<Outputs, Exit> {
        let writer = pcapng::Writer::new(BufWriter::new(output::Out));
        Ok(Outputs::Stdout { writer: writer.map_err(|error| broken(&error))?, count: 0 })
    }

    pub(super) fn to_folder(args: &RunArgs) -> Result<Outputs, Exit> {
        std::fs::create_dir_all(&args.out).map_err(|error| cannot("make", &args.out, &error))?;
        let inputs = args.inputs.iter().filter_map(|input| input.split_once('='));
        let inputs = inputs.filter_map(|(_, path)| std::fs::canonicalize(path).ok()).collect();
        Ok(Outputs::Folder { folder: args.out.clone(), inputs, files: BTreeMap::new(), count: 0 })
    }

    pub(super) fn packet(&mut self, port: u32, nanoseconds: u64, bytes: &[u8]) -> Result<(), Exit> {
        match self {
            Outputs::Stdout { writer, count } => {
                *count += 1;
                writer.packet(port, nanoseconds, bytes).map_err(|error| broken(&error))
            }
            Outputs::Folder { folder, inputs, files, count } => {
                *count += 1;
                let path = folder.join(format!("{port}.pcap"));
                let file = match files.entry(port) {
                    Entry::Occupied(file) => file.into_mut(),
                    Entry::Vacant(place) => {
                        if std::fs::canonicalize(&path).is_ok_and(|path| inputs.contains(&path)) {
                            complain(&format!("{} is read from and would be overwritten", path.display()));
                            return Err(Exit::Environment);
                        }
                        let file =
                            File::create(&path).and_then(|file| pcap::Writer::new(BufWriter::new(file)));
                        place.insert(file.map_err(|error| cannot("write", &path, &error))?)
                    }
                };
                file.packet(nanoseconds, bytes).map_err(|error| cannot("write", &path, &error))
            }
        }
    }

    /// Writes what is left in buffers; how many packets there were.
    pub(super) fn finish(self) -> Result<usize, Exit> {
        match self {
            Outputs::Stdout { writer, count } => {
                writer.finish().map_err(|error| broken(&error))?;
                Ok(count)
            }
            Outputs::Folder { folder, files, count, .. } => {
                for (port, file) in files {
                    let path = folder.join(format!("{port}.pcap"));
                    file.finish().map_err(|error| cannot("write", &path, &error))?;
                }
                Ok(count)
            }
        }
    }
}

/// Standard output takes nothing more, so nothing more need be done.
fn broken(_: &io::Error) -> Exit {
    output::settle(Exit::Done)
}
