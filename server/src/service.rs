//! The service: in, calls of controllers; out, answers. Each call finds its device, asks whether it may, and leaves the work to threads that may wait for the
//! kernel, so that one controller's call keeps no other's from being heard.

mod read;
mod stream;

use crate::arbitration::{Election, election};
use crate::config;
use crate::device::Device;
use crate::entities;
use crate::grpc::p4_runtime_server::P4Runtime;
use crate::problem::{Problem, of_batch};
use crate::roles::Rights;
use p4xdp_p4runtime::p4::v1 as proto;
use proto::get_forwarding_pipeline_config_request::ResponseType;
use proto::set_forwarding_pipeline_config_request::Action;
use proto::write_request::Atomicity;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{OwnedRwLockWriteGuard, mpsc, watch};
use tokio::task::JoinError;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

/// The version of P4Runtime.
pub const VERSION: &str = "1.5.0";

/// Messages of a read that wait for a controller.
const READ_AHEAD: usize = 8;

/// What is asked of the server for its operator: what interfaces need, lost messages.
pub type Tell = Arc<dyn Fn(&str) + Send + Sync>;

/// The service.
#[derive(Clone)]
pub struct Service {
    devices: Arc<BTreeMap<u64, Arc<Device>>>,
    controllers: Arc<AtomicU64>,
    tell: Tell,
    reads: read::Reads,
    /// Streams end when this is said.
    end: Arc<watch::Sender<bool>>,
}

impl Service {
    /// For devices by number.
    #[must_use]
    pub fn new(devices: BTreeMap<u64, Arc<Device>>, tell: Tell) -> Service {
        let end = Arc::new(watch::Sender::new(false));
        Service {
            devices: Arc::new(devices),
            controllers: Arc::new(AtomicU64::new(1)),
            tell,
            reads: read::Reads::default(),
            end,
        }
    }

    /// Ends all streams.
    pub fn end(&self) {
        self.end.send_replace(true);
    }

    fn device(&self, id: u64) -> Result<&Arc<Device>, Problem> {
        self.devices.get(&id).ok_or_else(|| {
            let known: Vec<String> = self.devices.keys().map(u64::to_string).collect();
            Problem::not_found(format!("there is no device {id}; this server has {}", known.join(", ")))
        })
    }
}

/// A device's turn, for who writes.
type Turn = OwnedRwLockWriteGuard<()>;

impl Service {
    /// A device for somebody who writes as the primary of a role: what the role may do, and the device's turn.
    async fn admit(
        &self,
        id: u64,
        role: &str,
        election: Election,
    ) -> Result<(Arc<Device>, Rights, Turn), Problem> {
        let device = Arc::clone(self.device(id)?);
        device.check_primary(role, election)?;
        let turn = Arc::clone(&device.turn).write_owned().await;
        // Somebody else may have become primary meanwhile.
        let rights = device.check_primary(role, election)?;
        Ok((device, rights, turn))
    }
}

/// The name of a role; its number is of older versions.
fn role(name: &str, id: u64) -> Result<&str, Problem> {
    if id != 0 && name.is_empty() {
        return Err(Problem::invalid("role_id is deprecated and not supported; set `role`"));
    }
    Ok(name)
}

/// The work of a thread that panicked.
fn lost(error: &JoinError) -> Problem {
    Problem::internal(format!("the server failed: {error}"))
}

#[tonic::async_trait]
impl P4Runtime for Service {
    async fn write(
        &self,
        request: Request<proto::WriteRequest>,
    ) -> Result<Response<proto::WriteResponse>, Status> {
        let request = request.into_inner();
        #[expect(deprecated, reason = "it is refused")]
        let role = role(&request.role, request.role_id)?.to_owned();
        let (device, rights, turn) =
            self.admit(request.device_id, &role, election(request.election_id.as_ref())).await?;
        let atomicity = Atomicity::try_from(request.atomicity)
            .map_err(|_| Problem::invalid(format!("atomicity {} is not known", request.atomicity)))?;
        let work = move || {
            let installed = device.addressed()?;
            let may = |entity: &proto::Entity| {
                if rights.has(entity) {
                    Ok(())
                } else {
                    Err(Problem::denied(format!("role `{role}` may not write this entity")))
                }
            };
            let done =
                entities::write(&installed.pipeline, &installed.notes, &request.updates, atomicity, &may);
            drop(turn);
            done
        };
        let results = tokio::task::spawn_blocking(work).await.map_err(|error| lost(&error))??;
        of_batch(&results)?;
        Ok(Response::new(proto::WriteResponse {}))
    }

    type ReadStream = ReceiverStream<Result<proto::ReadResponse, Status>>;

    async fn read(&self, request: Request<proto::ReadRequest>) -> Result<Response<Self::ReadStream>, Status> {
        let request = request.into_inner();
        let device = Arc::clone(self.device(request.device_id)?);
        let rights = device.rights(&request.role)?;
        let (send, receive) = mpsc::channel(READ_AHEAD);
        tokio::spawn(read::read(self.reads.clone(), device, request.entities, rights, send));
        Ok(Response::new(ReceiverStream::new(receive)))
    }

    async fn set_forwarding_pipeline_config(
        &self,
        request: Request<proto::SetForwardingPipelineConfigRequest>,
    ) -> Result<Response<proto::SetForwardingPipelineConfigResponse>, Status> {
        let request = request.into_inner();
        #[expect(deprecated, reason = "it is refused")]
        let role = role(&request.role, request.role_id)?;
        let (device, rights, turn) =
            self.admit(request.device_id, role, election(request.election_id.as_ref())).await?;
        let action = Action::try_from(request.action)
            .map_err(|_| Problem::invalid(format!("action {} is not known", request.action)))?;
        if !rights.pushes_pipelines() {
            return Err(Problem::denied(format!("role `{role}` may not push a pipeline")).into());
        }
        // Verifying takes its time, and changes nothing.
        let turn = (action != Action::Verify).then_some(turn);
        let work = move || {
            let done = config::set(&device, action, request.config);
            drop(turn);
            done
        };
        let warnings = tokio::task::spawn_blocking(work).await.map_err(|error| lost(&error))??;
        warnings.iter().for_each(|warning| (self.tell)(warning));
        Ok(Response::new(proto::SetForwardingPipelineConfigResponse {}))
    }

    async fn get_forwarding_pipeline_config(
        &self,
        request: Request<proto::GetForwardingPipelineConfigRequest>,
    ) -> Result<Response<proto::GetForwardingPipelineConfigResponse>, Status> {
        let request = request.into_inner();
        let device = Arc::clone(self.device(request.device_id)?);
        let wanted = ResponseType::try_from(request.response_type)
            .map_err(|_| Problem::invalid(format!("response_type {} is not known", request.response_type)))?;
        let work = move || {
            let installed = match device.saved() {
                Some(saved) => Some(saved),
                None => device.running()?,
            };
            Ok::<_, Problem>(installed.map(|installed| installed.config(wanted)).transpose()?)
        };
        let config = tokio::task::spawn_blocking(work).await.map_err(|error| lost(&error))??;
        Ok(Response::new(proto::GetForwardingPipelineConfigResponse { config }))
    }

    type StreamChannelStream = ReceiverStream<Result<proto::StreamMessageResponse, Status>>;

    async fn stream_channel(
        &self,
        request: Request<Streaming<proto::StreamMessageRequest>>,
    ) -> Result<Response<Self::StreamChannelStream>, Status> {
        let controller = self.controllers.fetch_add(1, Ordering::Relaxed);
        let (out, receive) = mpsc::channel(crate::device::WAITING);
        tokio::spawn(stream::serve(self.clone(), controller, request.into_inner(), out));
        Ok(Response::new(ReceiverStream::new(receive)))
    }

    async fn capabilities(
        &self,
        request: Request<proto::CapabilitiesRequest>,
    ) -> Result<Response<proto::CapabilitiesResponse>, Status> {
        let id = request.into_inner().device_id;
        if id != 0 {
            self.device(id)?;
        }
        let p4runtime_api_version = VERSION.to_owned();
        Ok(Response::new(proto::CapabilitiesResponse { p4runtime_api_version, experimental: None }))
    }
}
