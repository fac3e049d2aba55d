//! Custom CRCs of the programs that are replaced: in, what each has; out, those that the new program begins with, or what they differ in.

use super::{Carried, Conflict, Old, Plan, devices};
use crate::crcs::Crc;
use crate::error::Error;
use p4xdp_control::crc::{name, standard};
use p4xdp_control::manifest::Manifest;

/// Plans them. One that somebody has set goes before those that are as they were from the beginning.
pub(super) fn plan(
    olds: &[Old<'_>],
    new: &Manifest,
    plan: &mut Plan<'_>,
    conflicts: &mut Vec<Conflict>,
) -> Result<(), Error> {
    for width in &new.custom_crcs {
        let mut having: Vec<(&Old<'_>, Crc)> = Vec::new();
        for old in olds {
            let all = old.program.custom_crcs()?;
            having.extend(all.into_iter().filter(|crc| crc.width == *width).map(|crc| (old, crc)));
        }
        let mut set = having.iter().filter(|(_, crc)| *crc != standard(*width));
        let Some((first, crc)) = set.next() else {
            continue;
        };
        if let Some((other, _)) = set.find(|(_, other)| other != crc) {
            let what = format!("it has other parameters on {} than on {}", first.place(), other.place());
            conflicts.push(Conflict { name: name(*width).to_owned(), what });
            continue;
        }
        plan.crcs.push(*crc);
        let carried = match having.len() {
            1 => Carried::Kept,
            _ => {
                Carried::Joined { devices: devices(having.iter().map(|(old, _)| *old)), entries: 1, lost: 0 }
            }
        };
        plan.report.insert(name(*width).to_owned(), carried);
    }
    // Said only where something is lost.
    for old in olds {
        for crc in old.program.custom_crcs()? {
            if !new.custom_crcs.contains(&crc.width) && crc != standard(crc.width) {
                let reason = "the program does not use it".to_owned();
                plan.report.insert(name(crc.width).to_owned(), Carried::Reset { reason });
            }
        }
    }
    Ok(())
}
