//! `p4xdp top`: what a running program does from moment to moment, on the terminal, or as text or JSON for scripts.

mod frame;
mod reading;
mod screen;
mod terminal;

use super::output::{self, tell};
use super::{Exit, complain};
use crate::cli::TopArgs;
use frame::Frame;
use p4xdp_runtime::latency::{Latency, RunTimes};
use p4xdp_runtime::{Error, Program, status};
use reading::Reading;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Shows frames until somebody has seen enough.
pub fn run(args: &TopArgs) -> Exit {
    let is_batch = args.batch || output::is_json();
    if !is_batch && !terminal::is_possible() {
        complain("`top` needs a terminal; `--batch` prints text");
        return Exit::Environment;
    }
    let device = match device(args) {
        Ok(Some(device)) => device,
        Ok(None) => return Exit::Environment,
        Err(error) => return Exit::of(Err(error)),
    };
    Exit::of(watch(&device, args, is_batch))
}

/// The device that is meant: without a word, one of those that run the only program of ours.
fn device(args: &TopArgs) -> Result<Option<String>, Error> {
    if let Some(device) = &args.device {
        return Ok(Some(device.clone()));
    }
    let devices = status::devices()?;
    let mut programs = BTreeSet::new();
    for device in &devices {
        programs.insert(Program::by_device(&device.name)?.id());
    }
    match (devices.first(), programs.len()) {
        (Some(device), 1) => Ok(Some(device.name.clone())),
        (None, _) => {
            complain("no device of this network namespace runs a program of p4xdp");
            Ok(None)
        }
        (Some(_), _) => {
            let names: Vec<&str> = devices.iter().map(|device| device.name.as_str()).collect();
            complain(&format!("several programs run: say which device is meant, of {}", names.join(", ")));
            Ok(None)
        }
    }
}

/// What is looked at: the program of a device, whichever runs there at the time.
struct Watched {
    device: String,
    /// Programs are measured from outside, too.
    wants_latency: bool,
    measured: Option<(u32, Latency)>,
}

impl Watched {
    /// Reads the program once. A new one is measured from now on.
    fn read(&mut self) -> Result<Reading, Error> {
        let program = Program::by_device(&self.device)?;
        if self.wants_latency && self.measured.as_ref().is_none_or(|(id, _)| *id != program.id()) {
            self.measured = None;
            self.measured = Some((program.id(), Latency::measure(&program)?));
        }
        let latency = self.measured.as_ref().map(|(_, latency)| latency.read()).transpose()?;
        Reading::of(&program, latency)
    }
}

fn watch(device: &str, args: &TopArgs, is_batch: bool) -> Result<(), Error> {
    // The kernel's own way of taking time is not wanted by who wants none, and would count with the other one.
    let times = (!args.no_time && !args.latency).then(RunTimes::measure).transpose();
    // All else can be shown without.
    let _times = times.unwrap_or_else(|error| {
        complain(&format!("warning: {error}"));
        None
    });
    let mut watched = Watched { device: device.to_owned(), wants_latency: args.latency, measured: None };
    let frames = args.frames.unwrap_or(u64::MAX);
    if is_batch {
        batch(&mut watched, args.interval, frames)
    } else {
        terminal::show(&mut watched, args.interval, frames)
    }
}

/// Prints a frame of all that was counted before, then one an interval.
fn batch(watched: &mut Watched, interval: Duration, frames: u64) -> Result<(), Error> {
    let mut before = watched.read()?;
    let mut next = Instant::now();
    for number in 0..frames {
        if output::is_closed() {
            break;
        }
        let frame = if number == 0 {
            Frame::first(&before)
        } else {
            next += interval;
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
            let now = watched.read()?;
            let frame = Frame::between(&before, &now);
            before = now;
            frame
        };
        tell(|| frame.text(), || frame.object());
    }
    Ok(())
}
