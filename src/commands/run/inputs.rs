//! Where packets come from: in, captures; out, their packets in the order of their time stamps.
//!
//! Nobody reads a whole capture before its first packet is taken. Within a file, packets are put in order over a window of
//! [`WINDOW`] packets, which is far more than capture tools mix up. What comes through a pipe may come as it happens, and nothing is held
//! back there.

use super::cannot;
use crate::commands::{Exit, complain};
use p4xdp_packet_tests::pcap::{self, Captured, Packets, PcapError};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::PathBuf;

/// Packets of a file among which order is made.
const WINDOW: usize = 1024;

/// What messages call it.
const STDIN: &str = "standard input";

/// A capture, and its packets that have been read but not taken.
struct Input {
    port: u32,
    name: String,
    packets: Packets,
    /// How many packets may wait.
    window: usize,
    /// By time stamp, then by position in the capture.
    waiting: BTreeMap<(u64, usize), Captured>,
    /// Packets that were read.
    read: usize,
    /// Nothing more comes, because of this if it is an error.
    ended: Option<Result<(), PcapError>>,
    /// The latest stamp that was taken.
    latest: u64,
    /// Packets that were taken behind a later one.
    late: usize,
}

impl Input {
    fn fill(&mut self) {
        while self.ended.is_none() && self.waiting.len() < self.window {
            match self.packets.next() {
                Some(Ok(packet)) => {
                    self.waiting.insert((packet.nanoseconds, self.read), packet);
                    self.read += 1;
                }
                Some(Err(error)) => self.ended = Some(Err(error)),
                None => self.ended = Some(Ok(())),
            }
        }
    }

    /// The time of what comes next: at once for an error, which stands behind everything that was read before it.
    fn next_at(&self) -> Option<u64> {
        match (self.waiting.first_key_value(), &self.ended) {
            (Some(((stamp, _), _)), _) => Some(*stamp),
            (None, Some(Err(_))) => Some(0),
            (None, Some(Ok(())) | None) => None,
        }
    }
}

/// Captures whose packets are taken in the order of their time stamps; of equal ones the capture that was named first comes
/// first.
pub(super) struct Inputs(Vec<Input>);

impl Inputs {
    /// Opens captures given as `PORT=FILE`.
    pub(super) fn open(given: &[String]) -> Result<Inputs, Exit> {
        let mut inputs = Vec::new();
        for text in given {
            let (port, path) = port_and_path(text)?;
            let from_stdin = path.as_os_str() == "-";
            if from_stdin && inputs.iter().any(|input: &Input| input.name == STDIN) {
                complain("standard input can be given once only");
                return Err(Exit::Environment);
            }
            let name = if from_stdin { STDIN.to_owned() } else { path.display().to_string() };
            let mut window = 1;
            let opened = if from_stdin {
                pcap::open(BufReader::new(io::stdin()))
            } else {
                let file = File::open(&path).map_err(|error| cannot("read", &path, &error))?;
                if file.metadata().is_ok_and(|data| data.is_file()) {
                    window = WINDOW;
                }
                pcap::open(BufReader::new(file))
            };
            let packets = opened.map_err(|error| unreadable(&name, &error))?;
            let waiting = BTreeMap::new();
            let mut input =
                Input { port, name, packets, window, waiting, read: 0, ended: None, latest: 0, late: 0 };
            input.fill();
            inputs.push(input);
        }
        Ok(Inputs(inputs))
    }

    /// The ports that packets come in on.
    pub(super) fn ports(&self) -> impl Iterator<Item = u32> {
        self.0.iter().map(|input| input.port)
    }

    /// The next packet and its port. What follows is read when it is asked for, so that a live capture is not waited for.
    pub(super) fn next(&mut self) -> Result<Option<(u32, Captured)>, Exit> {
        self.0.iter_mut().for_each(Input::fill);
        let inputs = self.0.iter_mut().filter_map(|input| Some((input.next_at()?, input)));
        let Some((_, input)) = inputs.min_by_key(|(at, _)| *at) else { return Ok(None) };
        if let Some((_, packet)) = input.waiting.pop_first() {
            input.late += usize::from(packet.nanoseconds < input.latest);
            input.latest = input.latest.max(packet.nanoseconds);
            return Ok(Some((input.port, packet)));
        }
        match input.ended.replace(Ok(())) {
            Some(Err(error)) => Err(unreadable(&input.name, &error)),
            Some(Ok(())) | None => Ok(None),
        }
    }

    /// What somebody should know of the captures, once they were read.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        for input in &self.0 {
            let (name, cut, read, late) = (&input.name, input.packets.cut(), input.read, input.late);
            if cut > 0 {
                warnings.push(format!(
                    "{name}: {cut} of {read} packets were cut when they were captured; they ran as if they were no longer than that"
                ));
            }
            if late > 0 {
                let why = if input.window == 1 {
                    "what comes through a pipe is taken as it comes".to_owned()
                } else {
                    format!("order is made among {WINDOW} packets only")
                };
                warnings.push(format!("{name}: {late} of {read} packets were taken after later ones: {why}"));
            }
        }
        warnings
    }
}

fn unreadable(name: &str, error: &PcapError) -> Exit {
    match error {
        PcapError::Io(error) => complain(&format!("cannot read {name}: {error}")),
        other => complain(&format!("{name}: {other}")),
    }
    if matches!(error, PcapError::Io(_)) { Exit::Environment } else { Exit::Rejected }
}

fn port_and_path(text: &str) -> Result<(u32, PathBuf), Exit> {
    let parts = text.split_once('=').and_then(|(port, path)| Some((port.parse().ok()?, PathBuf::from(path))));
    parts.ok_or_else(|| {
        complain(&format!("`--in {text}`: expected PORT=FILE.pcap"));
        Exit::Environment
    })
}
