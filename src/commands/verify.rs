//! `p4xdp verify`: the verifier's verdict.

use super::{Exit, output::tell};
use crate::cli::VerifyArgs;
use p4xdp_runtime::verify::{self, Verdict};
use p4xdp_runtime::{Error, Object};
use serde_json::{Value, json};

/// Lets the kernel verify the object and prints what it says.
pub fn run(args: &VerifyArgs) -> Exit {
    Exit::of(try_run(args))
}

fn try_run(args: &VerifyArgs) -> Result<(), Error> {
    let verdict = verify::verify(&Object::open(&args.object)?)?;
    tell(|| text(&verdict), || object(&verdict));
    Ok(())
}

fn text(verdict: &Verdict) -> String {
    let mut text = format!("accepted by kernel {}\n", verdict.kernel);
    for program in &verdict.programs {
        if verdict.programs.len() > 1 {
            text += &format!("program       {}\n", program.name);
        }
        let stack = match program.stack.as_slice() {
            [] => "unknown".to_owned(),
            parts => parts.iter().map(u32::to_string).collect::<Vec<_>>().join(" + "),
        };
        text += &format!(
            "instructions  {}\n\
             processed     {}\n\
             machine code  {} bytes\n\
             stack         {stack} bytes\n",
            program.instructions, program.processed, program.machine_code
        );
    }
    text + &format!("maps          {}\n", verdict.maps)
}

fn object(verdict: &Verdict) -> Value {
    let programs = verdict.programs.iter().map(|program| {
        json!({
            "name": program.name, "instructions": program.instructions, "processed": program.processed,
            "machine_code": program.machine_code, "stack": program.stack,
        })
    });
    json!({
        "kernel": verdict.kernel.to_string(), "programs": programs.collect::<Vec<_>>(), "maps": verdict.maps,
    })
}
