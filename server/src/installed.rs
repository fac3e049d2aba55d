//! A program that a device has, with what a controller gave with it: in, a program that was just loaded or was found; out, P4Info, cookie and object, which
//! are left with the program in the kernel.

use crate::Pipeline;
use crate::described::description;
use crate::entities::Notes;
use p4xdp_p4runtime::Message;
use p4xdp_p4runtime::p4::config::v1::P4Info;
use p4xdp_p4runtime::p4::v1::ForwardingPipelineConfig;
use p4xdp_p4runtime::p4::v1::forwarding_pipeline_config::Cookie;
use p4xdp_p4runtime::p4::v1::get_forwarding_pipeline_config_request::ResponseType;
use p4xdp_runtime::{Error, Program};
use std::sync::Arc;

/// Under this name a controller's configuration is left with a program.
const CONFIG: &str = "p4rt_config";

/// A program that a device has.
#[derive(Debug)]
pub struct Installed {
    /// The program and its P4Info.
    pub pipeline: Pipeline,
    /// What controllers say of its entities beyond what it holds.
    pub notes: Notes,
    cookie: Option<Cookie>,
}

/// Leaves a controller's configuration with a program.
///
/// # Errors
/// When the kernel refuses.
pub fn leave(program: &mut Program, config: &ForwardingPipelineConfig) -> Result<(), Error> {
    program.keep(CONFIG, &config.encode_to_vec(), 0)
}

impl Installed {
    /// A program that was loaded for a controller.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn new(program: Program, p4info: P4Info, cookie: Option<Cookie>) -> Result<Installed, Error> {
        let program = Arc::new(program);
        let notes = Notes::of(Arc::clone(&program))?;
        Ok(Installed { pipeline: Pipeline::new(program, p4info), notes, cookie })
    }

    /// A program that was there. One that no controller has loaded gets the P4Info that its manifest has.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn found(program: Program) -> Result<Installed, Error> {
        let left = config(&program)?;
        let p4info = left.as_ref().and_then(|config| config.p4info.clone());
        let p4info = p4info.unwrap_or_else(|| p4xdp_p4runtime::p4info(&description(program.manifest())));
        Installed::new(program, p4info, left.and_then(|config| config.cookie))
    }

    /// The kernel's number of the program.
    #[must_use]
    pub fn program_id(&self) -> u32 {
        self.pipeline.program.id()
    }

    /// It has a digest with this id.
    #[must_use]
    pub fn has_digest(&self, id: u32) -> bool {
        let digests = &self.pipeline.p4info.digests;
        digests.iter().any(|digest| digest.preamble.as_ref().is_some_and(|preamble| preamble.id == id))
    }

    /// As much of the configuration as is asked for.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn config(&self, wanted: ResponseType) -> Result<ForwardingPipelineConfig, Error> {
        let with_p4info = matches!(wanted, ResponseType::All | ResponseType::P4infoAndCookie);
        let with_object = matches!(wanted, ResponseType::All | ResponseType::DeviceConfigAndCookie);
        let object = if with_object { config(&self.pipeline.program)? } else { None };
        Ok(ForwardingPipelineConfig {
            p4info: with_p4info.then(|| self.pipeline.p4info.clone()),
            p4_device_config: object.map(|config| config.p4_device_config).unwrap_or_default(),
            cookie: self.cookie,
        })
    }
}

fn config(program: &Program) -> Result<Option<ForwardingPipelineConfig>, Error> {
    let left = program.kept(CONFIG)?;
    Ok(left.and_then(|bytes| ForwardingPipelineConfig::decode(&*bytes).ok()))
}
