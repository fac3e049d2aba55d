//! `p4xdp verify`: the verifier's verdict.

use super::{Exit, output::print};
use crate::cli::VerifyArgs;
use p4xdp_runtime::{Error, Object, verify};

/// Lets the kernel verify the object and prints what it says.
pub fn run(args: &VerifyArgs) -> Exit {
    Exit::of(try_run(args))
}

fn try_run(args: &VerifyArgs) -> Result<(), Error> {
    let object = Object::open(&args.object)?;
    let verdict = verify::verify(&object)?;
    let stack = match verdict.stack.as_slice() {
        [] => "unknown".to_owned(),
        parts => parts.iter().map(u32::to_string).collect::<Vec<_>>().join(" + "),
    };
    print(&format!(
        "accepted by kernel {}\n\
         instructions  {}\n\
         processed     {}\n\
         machine code  {} bytes\n\
         stack         {stack} bytes\n\
         maps          {}\n",
        verdict.kernel, verdict.instructions, verdict.processed, verdict.machine_code, verdict.maps
    ));
    Ok(())
}
