//! `p4xdp run`: packets from captures through a program, into captures. Packet by packet: a capture may be larger than the memory.

use super::{Exit, complain, engine, output, state};
use crate::cli::{EngineArg, RunArgs};
use crate::testing::pcap::{self, Captured, Packets, PcapError};
use crate::testing::pcapng;
use crate::testing::runner::{self, TestError};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};

/// Runs the packets in order of their time stamps.
pub fn run(args: &RunArgs) -> Exit {
    match try_run(args) {
        Ok(()) => Exit::Done,
        Err(exit) => exit,
    }
}

fn try_run(args: &RunArgs) -> Result<(), Exit> {
    let to_stdout = args.out.as_os_str() == "-";
    // Where captures go to standard output, nothing else does.
    let say = if to_stdout { output::to_stderr } else { output::print };
    if args.state.is_some() && args.engine != EngineArg::Interp {
        complain("`--state` needs the interpreter: leave `--engine` out");
        return Err(Exit::Environment);
    }
    let mut inputs = Inputs::open(&args.inputs)?;
    let ports: BTreeSet<u32> = inputs.0.iter().map(|input| input.port).collect();
    let ports: Vec<u32> = ports.into_iter().collect();

    let mut loaded = engine::load(&args.source, &args.codegen, args.engine, args.trace)?;
    loaded.leave_fields_out();
    if let Some(entries) = &args.entries {
        let text = super::test::read(entries)?;
        let program = loaded.program.clone();
        runner::run_entries(&program, &text, &ports, loaded.engine()).map_err(|error| {
            let file = entries.display();
            match error {
                TestError::Test(error) => {
                    complain(&format!("{file}:{error}"));
                    Exit::Rejected
                }
                TestError::Engine { line, column, error } => {
                    loaded.fail(&format!("{file}:{line}:{column}"), &error)
                }
            }
        })?;
    } else {
        let opened = loaded.engine().open_ports(&ports);
        opened.map_err(|error| loaded.fail("opening ports", &error))?;
    }

    let mut outputs = if to_stdout { Outputs::to_stdout()? } else { Outputs::to_folder(args)? };
    let mut first = None;
    let mut count = 0;
    let result = loop {
        let (port, packet) = match inputs.next() {
            Ok(Some(next)) => next,
            Ok(None) => break Ok(()),
            Err(exit) => break Err(exit),
        };
        let began = *first.get_or_insert(packet.nanoseconds);
        let engine = loaded.engine();
        let done = engine
            .arrives(packet.nanoseconds.saturating_sub(began))
            .and_then(|()| engine.inject(port, &packet.bytes))
            .and_then(|()| engine.collect());
        let digests = if args.engine == EngineArg::Interp { engine.digests() } else { Ok(Vec::new()) };
        say(&loaded.trace(args.trace));
        match done.and_then(|out| Ok((out, digests?))) {
            Ok((packets, digests)) => {
                say(&state::digests(count, &digests, args.state));
                let written = packets
                    .iter()
                    .try_for_each(|out| outputs.packet(out.port, packet.nanoseconds, &out.bytes));
                if let Err(exit) = written {
                    break Err(exit);
                }
            }
            Err(error) => break Err(loaded.fail(&format!("packet {count}"), &error)),
        }
        count += 1;
    };
    // What came out before an error is there.
    let left = outputs.finish()?;
    result?;
    if args.state.is_some() {
        let cells = loaded.engine().cells();
        let cells = cells.map_err(|error| loaded.fail("reading the state", &error))?;
        say(&state::cells(&cells, args.state));
    }
    say(&format!("{count} packets in, {left} out\n"));
    Ok(())
}

/// A capture, and its packet that has not been taken yet.
struct Input {
    port: u32,
    name: String,
    packets: Packets,
    waiting: Option<Result<Captured, PcapError>>,
}

/// Captures whose packets are taken in the order of their time stamps; of equal ones the capture that was named first
/// comes first. The order within a capture stays.
struct Inputs(Vec<Input>);

impl Inputs {
    fn open(given: &[String]) -> Result<Inputs, Exit> {
        let mut inputs = Vec::new();
        for text in given {
            let (port, path) = port_and_path(text)?;
            let from_stdin = path.as_os_str() == "-";
            if from_stdin && inputs.iter().any(|input: &Input| input.name == STDIN) {
                complain("standard input can be given once only");
                return Err(Exit::Environment);
            }
            let name = if from_stdin { STDIN.to_owned() } else { path.display().to_string() };
            let opened = if from_stdin {
                pcap::open(BufReader::new(io::stdin()))
            } else {
                let file = File::open(&path).map_err(|error| cannot("read", &path, &error))?;
                pcap::open(BufReader::new(file))
            };
            let mut packets = opened.map_err(|error| unreadable(&name, &error))?;
            let waiting = packets.next();
            inputs.push(Input { port, name, packets, waiting });
        }
        Ok(Inputs(inputs))
    }

    fn next(&mut self) -> Result<Option<(u32, Captured)>, Exit> {
        // An error comes before everything else that waits, and behind what was read before it.
        let stamp = |input: &&mut Input| match &input.waiting {
            Some(Ok(packet)) => packet.nanoseconds,
            Some(Err(_)) | None => 0,
        };
        let waiting = self.0.iter_mut().filter(|input| input.waiting.is_some());
        let Some(input) = waiting.min_by_key(stamp) else { return Ok(None) };
        match input.waiting.take() {
            Some(Ok(packet)) => {
                input.waiting = input.packets.next();
                Ok(Some((input.port, packet)))
            }
            Some(Err(error)) => Err(unreadable(&input.name, &error)),
            None => Ok(None),
        }
    }
}

/// What messages call it.
const STDIN: &str = "standard input";

fn unreadable(name: &str, error: &PcapError) -> Exit {
    match error {
        PcapError::Io(error) => complain(&format!("cannot read {name}: {error}")),
        other => complain(&format!("{name}: {other}")),
    }
    if matches!(error, PcapError::Io(_)) { Exit::Environment } else { Exit::Rejected }
}

/// Where packets go that leave.
enum Outputs {
    /// One capture a port, made when its first packet leaves.
    Folder { folder: PathBuf, inputs: Vec<PathBuf>, files: BTreeMap<u32, PortFile>, count: usize },
    /// One capture with an interface a port.
    Stdout { writer: pcapng::Writer<BufWriter<output::Out>>, count: usize },
}

type PortFile = pcap::Writer<BufWriter<File>>;

impl Outputs {
    fn to_stdout() -> Result<Outputs, Exit> {
        let writer = pcapng::Writer::new(BufWriter::new(output::Out));
        Ok(Outputs::Stdout { writer: writer.map_err(|error| broken(&error))?, count: 0 })
    }

    fn to_folder(args: &RunArgs) -> Result<Outputs, Exit> {
        std::fs::create_dir_all(&args.out).map_err(|error| cannot("make", &args.out, &error))?;
        let inputs = args.inputs.iter().filter_map(|input| input.split_once('='));
        let inputs = inputs.filter_map(|(_, path)| std::fs::canonicalize(path).ok()).collect();
        Ok(Outputs::Folder { folder: args.out.clone(), inputs, files: BTreeMap::new(), count: 0 })
    }

    fn packet(&mut self, port: u32, nanoseconds: u64, bytes: &[u8]) -> Result<(), Exit> {
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
    fn finish(self) -> Result<usize, Exit> {
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

fn port_and_path(text: &str) -> Result<(u32, PathBuf), Exit> {
    let parts = text.split_once('=').and_then(|(port, path)| Some((port.parse().ok()?, PathBuf::from(path))));
    parts.ok_or_else(|| {
        complain(&format!("`--in {text}`: expected PORT=FILE.pcap"));
        Exit::Environment
    })
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Exit {
    complain(&format!("cannot {what} {}: {error}", path.display()));
    Exit::Environment
}
