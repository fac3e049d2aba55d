//! No devices at all: `BPF_PROG_TEST_RUN`, for programs that neither redirect, nor look at ports, nor send copies. Packets that do not fit one page go
//! to TAP devices, since a test run would show the program only their beginnings.

use super::losses::Loss;
use super::tap::Taps;
use super::{Exit, Harness, HarnessError, Inside, Output, Room};
use crate::error::Error;
use crate::program::Program;
use crate::testrun::Verdict;

/// A page without the room in front and the kernel's notes behind.
const LINEAR: Room = Room { device: "a test run", most: 3500 };

/// Runs each packet by itself.
#[derive(Debug, Default)]
pub struct Direct {
    ports: Vec<u32>,
    out: Vec<Output>,
    losses: Vec<Loss>,
    long: Option<Taps>,
}

impl Direct {
    /// Without ports yet.
    #[must_use]
    pub fn new() -> Direct {
        Direct::default()
    }

    /// It shows all that this program does.
    #[must_use]
    pub fn suffices(program: &Program) -> bool {
        let manifest = program.manifest();
        !manifest.ports.used && !manifest.ports.redirects && manifest.copies.is_none()
    }

    /// Takes a packet that is too long for a test run.
    fn inject_long(&mut self, program: &Program, port: u32, packet: &[u8]) -> Result<(), Error> {
        let taps = match &mut self.long {
            Some(taps) => taps,
            place => place.insert(Taps::new()?),
        };
        taps.open(program, &[port])?;
        taps.inject(program, port, packet)?;
        self.out.extend(taps.collect(program)?);
        self.losses.extend(taps.losses()?);
        Ok(())
    }
}

impl Harness for Direct {
    fn open(&mut self, _: &Program, ports: &[u32]) -> Result<(), Error> {
        self.ports.extend(ports);
        Ok(())
    }

    fn within(&self, run: &mut Inside<'_>) -> Result<(), Error> {
        run()
    }

    fn set_link(&mut self, port: u32, _: bool) -> Result<(), Error> {
        // The program does not look at ports, so there is none to watch.
        if self.ports.contains(&port) { Ok(()) } else { Err(HarnessError::NotOpen(port).into()) }
    }

    fn inject(&mut self, program: &Program, port: u32, packet: &[u8]) -> Result<(), Error> {
        if !self.ports.contains(&port) {
            return Err(HarnessError::NotOpen(port).into());
        }
        match LINEAR.check(packet) {
            Ok(()) => {}
            Err(HarnessError::TooLong { .. }) => return self.inject_long(program, port, packet),
            Err(other) => return Err(other.into()),
        }
        let (verdict, bytes) = program.run(packet, None)?;
        let exit = match verdict {
            Verdict::Pass => Exit::Stack,
            Verdict::Tx => Exit::Wire,
            Verdict::Drop => return Ok(()),
            Verdict::Aborted => {
                self.losses.push(Loss::Aborted);
                return Ok(());
            }
            Verdict::Redirect => {
                self.losses.push(Loss::Failed { verdict: 4 });
                return Ok(());
            }
            Verdict::Unknown(verdict) => {
                self.losses.push(Loss::Failed { verdict });
                return Ok(());
            }
        };
        self.out.push(Output { port, exit, bytes });
        Ok(())
    }

    fn collect(&mut self, _: &Program) -> Result<Vec<Output>, Error> {
        Ok(std::mem::take(&mut self.out))
    }

    fn losses(&mut self) -> Result<Vec<Loss>, Error> {
        Ok(std::mem::take(&mut self.losses))
    }
}
