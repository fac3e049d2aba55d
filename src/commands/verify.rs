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
    print(&format!("accepted by kernel {}\n", verdict.kernel));
    for program in &verdict.programs {
        if verdict.programs.len() > 1 {
            print(&format!("program       {}\n", program.name));
        }
        let stack = match program.stack.as_slice() {
            [] => "unknown".to_owned(),
            parts => parts.iter().map(u32::to_string).collect::<Vec<_>>().join(" + "),
        };
        print(&format!(
            "instructions  {}\n\
             processed     {}\n\
             machine code  {} bytes\n\
             stack         {stack} bytes\n",
            program.instructions, program.processed, program.machine_code
        ));
    }
    print(&format!("maps          {}\n", verdict.maps));
    Ok(())
}
