//! No devices at all: `BPF_PROG_TEST_RUN`, for programs that neither redirect nor look at ports.

use super::{Exit, Harness, HarnessError, Output, check_size};
use crate::error::Error;
use crate::program::Program;
use crate::testrun::Verdict;

/// Runs each packet by itself.
#[derive(Debug, Default)]
pub struct Direct {
    ports: Vec<u32>,
    out: Vec<Output>,
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
        let ports = &program.manifest().ports;
        !ports.used && !ports.redirects
    }
}

impl Harness for Direct {
    fn open(&mut self, _: &Program, ports: &[u32]) -> Result<(), Error> {
        self.ports.extend(ports);
        Ok(())
    }

    fn inject(&mut self, program: &Program, port: u32, packet: &[u8]) -> Result<(), Error> {
        if !self.ports.contains(&port) {
            return Err(HarnessError::NotOpen(port).into());
        }
        check_size(packet)?;
        let (verdict, bytes) = program.run(packet, None)?;
        let exit = match verdict {
            Verdict::Pass => Exit::Stack,
            Verdict::Tx => Exit::Wire,
            Verdict::Aborted | Verdict::Drop | Verdict::Redirect | Verdict::Unknown(_) => return Ok(()),
        };
        self.out.push(Output { port, exit, bytes });
        Ok(())
    }

    fn collect(&mut self, _: &Program) -> Result<Vec<Output>, Error> {
        Ok(std::mem::take(&mut self.out))
    }
}
