//! Programs that controllers give a device (P4Runtime specification, sections "SetForwardingPipelineConfig RPC" and "GetForwardingPipelineConfig RPC"): in,
//! P4Info and an object; out, the interfaces running it, or a program that waits, or why not. These calls take the time that the kernel's verifier takes.

mod suits;

use crate::Problem;
use crate::device::Device;
use crate::installed::{self, Installed};
use p4xdp_p4runtime::p4::config::v1::P4Info;
use p4xdp_p4runtime::p4::v1::ForwardingPipelineConfig;
use p4xdp_p4runtime::p4::v1::set_forwarding_pipeline_config_request::Action;
use p4xdp_runtime::carry::Carried;
use p4xdp_runtime::error::Trouble;
use p4xdp_runtime::load::{self, DeviceReport, Options};
use p4xdp_runtime::ports::PortError;
use p4xdp_runtime::{Error, Object, Program, verify};
use tonic::Code;

/// Tables and externs that the new program cannot keep as they are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what the device holds cannot be kept: {}", .0.join("; "))]
struct NotKept(Vec<String>);

impl Trouble for NotKept {
    fn is_environment(&self) -> bool {
        false
    }
}

/// Gives a device a program, or does what else is asked for; what its operator should know of the interfaces.
///
/// # Errors
/// As the specification has them, and when the kernel refuses; the device is as it was then.
pub fn set(
    device: &Device,
    action: Action,
    config: Option<ForwardingPipelineConfig>,
) -> Result<Vec<String>, Problem> {
    if action == Action::Commit {
        return commit(device, config.as_ref());
    }
    if action == Action::Unspecified {
        return Err(Problem::invalid("action is not set"));
    }
    let config = config.ok_or_else(|| Problem::invalid("config is not set"))?;
    let (object, p4info) = read(&config)?;
    match action {
        Action::Verify => {
            verify::verify(&object).map_err(|error| not_realized(&error))?;
            Ok(Vec::new())
        }
        Action::VerifyAndSave => {
            let mut program = load::prepare(&object, &device.words(), &device.options)
                .map_err(|error| not_realized(&error))?;
            installed::leave(&mut program, &config)?;
            device.leave_roles(&mut program)?;
            device.saves(Installed::new(program, p4info, config.cookie)?);
            Ok(Vec::new())
        }
        Action::VerifyAndCommit | Action::ReconcileAndCommit => {
            let keeps = action == Action::ReconcileAndCommit;
            let running = if keeps { device.running()? } else { None };
            if let Some(running) = &running {
                check_tables(&running.pipeline.program, &object)?;
            }
            let options = Options { reset_tables: !keeps, ..device.options };
            let ready = |program: &mut Program, carried: &_| {
                if keeps {
                    check_kept(carried)?;
                }
                installed::leave(program, &config)?;
                device.leave_roles(program)
            };
            let report = load::load_with(&object, &device.words(), &options, ready)
                .map_err(|error| not_realized(&error))?;
            let installed = Installed::new(report.program, p4info, config.cookie)?;
            if let Some(running) = running {
                installed.notes.take_over(&running.notes)?;
            }
            device.runs(installed);
            Ok(warnings(&report.devices))
        }
        Action::Commit | Action::Unspecified => Ok(Vec::new()),
    }
}

fn commit(device: &Device, config: Option<&ForwardingPipelineConfig>) -> Result<Vec<String>, Problem> {
    if config.is_some() {
        return Err(Problem::invalid("config is set; COMMIT takes the one that was saved"));
    }
    let none = || Problem::not_found(format!("no config was saved for device {}", device.id));
    let saved = device.saved().ok_or_else(none)?;
    let program = &saved.pipeline.program;
    let devices =
        load::commit(program, &device.words(), &device.options).map_err(|error| not_realized(&error))?;
    device.runs_saved();
    Ok(warnings(&devices))
}

/// The object and the P4Info of a configuration, which suit each other.
fn read(config: &ForwardingPipelineConfig) -> Result<(Object, P4Info), Problem> {
    let p4info = config.p4info.clone().ok_or_else(|| Problem::invalid("config.p4info is not set"))?;
    let bytes = config.p4_device_config.clone();
    if bytes.is_empty() {
        return Err(Problem::invalid(
            "config.p4_device_config is empty; it is the object that `p4xdp build` makes",
        ));
    }
    let object = Object::from_bytes("config.p4_device_config", bytes)
        .map_err(|error| Problem::invalid(format!("{error}; it is the object that `p4xdp build` makes")))?;
    suits::check(&p4info, object.manifest())?;
    Ok((object, p4info))
}

/// A program that the kernel does not take, or not here.
fn not_realized(error: &Error) -> Problem {
    // The program does not suit the ports that the server was started with: the same push is refused the next time, too.
    let suits = error.of::<PortError>().is_none();
    let code = if suits && error.is_environment() { Code::Unavailable } else { Code::InvalidArgument };
    Problem { code, message: error.to_string() }
}

/// Tables with entries are there in the new program, too; how they are kept, the library says.
fn check_tables(running: &Program, object: &Object) -> Result<(), Problem> {
    let new = object.manifest().view.table_names();
    for table in running.tables()? {
        let name = table.view().name();
        if table.view().is_fixed() || new.contains(&name) {
            continue;
        }
        let entries = table.len()?;
        if entries > 0 {
            return Err(Problem::invalid(format!(
                "what the device holds cannot be kept: the program has no {} `{name}`, which has {entries} entries",
                table.view().kind()
            )));
        }
    }
    Ok(())
}

fn check_kept(carried: &std::collections::BTreeMap<String, Carried>) -> Result<(), Error> {
    let lost = |(name, carried): (&String, &Carried)| match carried {
        Carried::Kept | Carried::New => None,
        Carried::Moved { reason, lost, .. } => (*lost > 0).then(|| format!("{lost} of {name} ({reason})")),
        Carried::Joined { lost, .. } => (*lost > 0).then(|| format!("{lost} of {name}")),
        Carried::Reset { reason } => Some(format!("{name}: {reason}")),
    };
    let lost: Vec<String> = carried.iter().filter_map(lost).collect();
    if lost.is_empty() { Ok(()) } else { Err(NotKept(lost).into()) }
}

fn warnings(devices: &[DeviceReport]) -> Vec<String> {
    devices.iter().filter_map(|report| report.warning.clone()).collect()
}
