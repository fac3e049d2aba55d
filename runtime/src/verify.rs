//! Asks the verifier: in, an object; out, whether this kernel takes it and at what cost, or where it refuses it, in C and in P4.
//! Nothing is attached.

use crate::error::{Error, KernelError};
use crate::load;
use crate::object::ObjectError;
use crate::old_kernel;
use crate::refusal::{Refusal, kernel_release};
use crate::{Object, libbpf_log, sys};
use p4xdp_control::manifest::Settings;
use std::collections::BTreeSet;
use std::os::fd::AsFd;

/// Room for the verifier's statistics.
const STATISTICS: usize = 64 << 10;
/// Room for the verifier's log of a refused program; kernels before 6.4 give up when it is full.
const LOG: usize = 16 << 20;

/// What the verifier says of an object that it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Of each program, in the manifest's order.
    pub programs: Vec<Verified>,
    /// Maps of the programs, data sections included.
    pub maps: usize,
    /// Release of the kernel, `6.1.0-18-amd64`.
    pub kernel: String,
}

/// What the verifier says of a program that it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Name of its function.
    pub name: String,
    /// Instructions in the kernel, after it rewrote some.
    pub instructions: u32,
    /// Bytes of machine code.
    pub machine_code: u32,
    /// Instructions that the verifier processed, over all paths.
    pub processed: u64,
    /// Bytes of stack, the sum over a call chain being limited to 512.
    pub stack: Vec<u32>,
}

/// Lets the kernel verify an object, all programs of it.
///
/// # Errors
/// [`Refusal`] with the verifier's reason, or what keeps the object from being loaded at all.
pub fn verify(object: &Object) -> Result<Verdict, Error> {
    let mut names: Vec<&str> = Vec::new();
    for program in &object.manifest().programs {
        // One that calls itself stands there twice.
        if !names.contains(&program.name.as_str()) {
            names.push(&program.name);
        }
    }
    let opened = load::open(object, Settings::default(), false)?;
    const STATISTICS_LEVEL: u32 = 4;
    let ((loaded, logs), lines) =
        libbpf_log::collecting(|| sys::bpf::load_with_logs(opened, STATISTICS_LEVEL, STATISTICS));
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(error) => {
            let opened = load::open(object, Settings::default(), false)?;
            let ((again, logs), _) =
                libbpf_log::collecting(|| sys::bpf::load_with_logs(opened, 1 | STATISTICS_LEVEL, LOG));
            // They are loaded one by one: the last that has a log is the one that is refused.
            let log = logs.iter().rev().find(|(_, log)| !log.is_empty());
            if again.is_err()
                && let Some((_, log)) = log
                && let Some(refusal) = Refusal::of_log(object, log)
            {
                return Err(old_kernel::or_too_old(object, refusal.into()));
            }
            let error = KernelError::bpf(format!("load {}", object.name()), &error, lines);
            return Err(old_kernel::or_too_old(object, error.into()));
        }
    };
    let mut programs = Vec::with_capacity(names.len());
    let mut maps = BTreeSet::new();
    for name in names {
        let program = loaded.progs().find(|program| program.name() == name);
        let program = program
            .ok_or_else(|| ObjectError::NoProgram { name: object.name().into(), program: name.into() })?;
        let info = sys::bpf::program_info(program.as_fd())
            .map_err(|error| KernelError::new("read what the kernel knows of the program", error))?;
        let log = logs.iter().find(|(of, _)| of == name).map(|(_, log)| log.as_str()).unwrap_or_default();
        maps.extend(info.map_ids);
        programs.push(Verified {
            name: name.to_owned(),
            instructions: info.xlated / 8,
            machine_code: info.jited,
            processed: number_after(log, "processed ").unwrap_or(u64::from(info.verified_instructions)),
            stack: stack(log),
        });
    }
    Ok(Verdict { programs, maps: maps.len(), kernel: kernel_release() })
}

fn number_after(log: &str, words: &str) -> Option<u64> {
    let rest = log.rsplit_once(words)?.1;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// `stack depth 32+0+16`: one number a function.
fn stack(log: &str) -> Vec<u32> {
    let line = log.lines().find_map(|line| line.strip_prefix("stack depth ")).unwrap_or_default();
    line.split('+').filter_map(|number| number.trim().parse().ok()).collect()
}
