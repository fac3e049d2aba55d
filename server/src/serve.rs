//! The server: in, devices and where to listen; out, the service with gRPC's health and reflection, until it is told to end. What one client may take of
//! the server is bounded, so that the others are served.

mod incoming;

use crate::device::Device;
use crate::grpc::p4_runtime_server::P4RuntimeServer;
use crate::service::{Service, Tell};
use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};

/// Bytes of a message; larger ones are refused before they are read. Objects are smaller by far, and P4Runtime asks for 4 MiB at least.
pub const LARGEST_MESSAGE: usize = 16 << 20;
/// Connections at a time; more wait.
const CONNECTIONS: usize = 128;
/// Calls of a connection at a time; more wait.
const CALLS: usize = 16;
/// A client that says nothing is asked whether it is there, so that one which has died is known to be gone.
const ASK_AFTER: Duration = Duration::from_secs(15);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// A connection on which nothing comes, not even answers to that, is closed.
const SILENCE: Duration = Duration::from_secs(30);
/// Calls that go on when the server is told to end have so long.
const GRACE: Duration = Duration::from_secs(2);

/// Certificates, PEM files.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The server's.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// Who has to have signed those of clients, if they need one.
    pub client_ca: Option<PathBuf>,
}

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// Certificates; none is plain text.
    pub tls: Option<Tls>,
    /// Bytes of a message.
    pub largest_message: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { tls: None, largest_message: LARGEST_MESSAGE }
    }
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken, or none of this machine.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// A certificate or key cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Certificates that are none, or the connection broke.
    #[error("the server cannot run: {0}")]
    Transport(String),
}

impl From<tonic::transport::Error> for ServeError {
    fn from(error: tonic::transport::Error) -> ServeError {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(next) = cause {
            text = format!("{text}: {next}");
            cause = next.source();
        }
        ServeError::Transport(text)
    }
}

/// Listens on an address.
///
/// # Errors
/// When it is taken.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })
}

/// Serves until `end`.
///
/// # Errors
/// When certificates cannot be used.
pub async fn serve(
    devices: BTreeMap<u64, Arc<Device>>,
    listener: TcpListener,
    options: &Options,
    tell: Tell,
    end: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let mut server = Server::builder()
        .http2_keepalive_interval(Some(ASK_AFTER))
        .http2_keepalive_timeout(Some(ANSWER_WITHIN))
        .tcp_nodelay(true)
        .concurrency_limit_per_connection(CALLS)
        .max_concurrent_streams(u32::try_from(CALLS).ok());
    if let Some(tls) = &options.tls {
        server = server.tls_config(tls_config(tls)?)?;
    }
    let watching: Vec<_> =
        devices.values().map(|device| crate::watch::start(Arc::clone(device), Arc::clone(&tell))).collect();
    let service = Service::new(devices, tell);
    let streams = service.clone();
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<P4RuntimeServer<Service>>().await;
    let descriptors = p4xdp_p4runtime::encoded_descriptors();
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(descriptors)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let unread = |error: tonic_reflection::server::Error| ServeError::Transport(error.to_string());
    let p4runtime = P4RuntimeServer::new(service).max_decoding_message_size(options.largest_message);
    let router = server
        .add_service(health_service)
        .add_service(reflection().build_v1().map_err(unread)?)
        .add_service(reflection().build_v1alpha().map_err(unread)?)
        .add_service(p4runtime);
    let (ended, mut has_ended) = tokio::sync::watch::channel(());
    let end = async move {
        end.await;
        // Streams last as long as their controllers, who are told so that the connections can end.
        streams.end();
        let _ = ended.send(());
    };
    let served = router.serve_with_incoming_shutdown(incoming::limited(listener, CONNECTIONS, SILENCE), end);
    let served = tokio::select! {
        served = served => served.map_err(ServeError::from),
        () = async {
            let _ = has_ended.changed().await;
            tokio::time::sleep(GRACE).await;
        } => Ok(()),
    };
    watching.into_iter().for_each(crate::watch::Watching::end);
    served
}

fn tls_config(tls: &Tls) -> Result<ServerTlsConfig, ServeError> {
    let read = |path: &PathBuf| {
        std::fs::read(path).map_err(|source| ServeError::Certificate { path: path.clone(), source })
    };
    let identity = Identity::from_pem(read(&tls.certificate)?, read(&tls.key)?);
    let config = ServerTlsConfig::new().identity(identity);
    Ok(match &tls.client_ca {
        Some(ca) => config.client_ca_root(Certificate::from_pem(read(ca)?)),
        None => config,
    })
}
