//! `p4xdp crc`: the custom CRCs of a running program.

use super::{Exit, output::tell, target, trace::hex};
use crate::cli::{CrcCommand, CrcWriteArgs};
use p4xdp_control::crc;
use p4xdp_runtime::Error;
use p4xdp_runtime::crcs::Crc;
use p4xdp_runtime::tables::terms;
use serde_json::{Value, json};

/// Carries out a command.
pub fn run(command: &CrcCommand) -> Exit {
    Exit::of(match command {
        CrcCommand::Dump { target } => target::open(target).and_then(|program| {
            program.custom_crcs()?.iter().for_each(|crc| tell(|| text(crc), || object(crc)));
            Ok(())
        }),
        CrcCommand::Write(args) => write(args),
        CrcCommand::Reset { target, crc } => {
            target::change(target, |program| program.set_custom_crc(&crc::standard(crc.width())))
        }
    })
}

fn write(args: &CrcWriteArgs) -> Result<(), Error> {
    let crc = Crc {
        width: args.crc.width(),
        polynomial: terms::number_of("polynomial", &args.polynomial)?.into(),
        initial: terms::number_of("initial value", &args.initial)?.into(),
        reflect_in: args.reflect_data,
        reflect_out: args.reflect_remainder,
        xor_out: terms::number_of("final xor", &args.final_xor)?.into(),
    };
    target::change(&args.target, |program| program.set_custom_crc(&crc))
}

/// `crc32_custom 0x04c11db7 0xffffffff 0xffffffff true true`
fn text(crc: &Crc) -> String {
    let Crc { width, polynomial, initial, reflect_in, reflect_out, xor_out } = crc;
    let digits = 2 + usize::try_from(width / 4).unwrap_or_default();
    format!(
        "{} {polynomial:#0digits$x} {initial:#0digits$x} {xor_out:#0digits$x} {reflect_in} {reflect_out}\n",
        crc::name(*width)
    )
}

fn object(crc: &Crc) -> Value {
    let Crc { width, polynomial, initial, reflect_in, reflect_out, xor_out } = crc;
    json!({
        "crc": crc::name(*width), "polynomial": hex(&(*polynomial).into()), "initial": hex(&(*initial).into()),
        "final_xor": hex(&(*xor_out).into()),
        "reflect_data": reflect_in, "reflect_remainder": reflect_out,
    })
}
