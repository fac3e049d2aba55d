//! A server of the test's own and its clients.

use p4xdp_p4runtime::p4::config::v1::P4Info;
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_p4runtime::{Format, Message};
use p4xdp_server::grpc::p4_runtime_client::P4RuntimeClient;
use p4xdp_test_support::command::{self, binary, run};
use p4xdp_test_support::{root, space};
use proto::entity::Entity;
use proto::field_match::{Exact, FieldMatchType};
use proto::set_forwarding_pipeline_config_request::Action;
use proto::stream_message_request::Update as Say;
use proto::stream_message_response::Update as Told;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};

/// Nothing takes longer.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Runs a test in a namespace with two veth pairs, and with a folder.
pub fn inside(name: &str, test: impl AsyncFnOnce(&Path) + Send) {
    let pairs = [[("eth1", 1000), ("h1", 1001)], [("eth2", 1600), ("h2", 1601)]];
    space::inside(name, &pairs, || {
        command::sh("ip link set lo up");
        let folder = tempfile::tempdir().unwrap();
        // All in one thread: it is in the namespace.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            tokio::time::timeout(Duration::from_secs(120), test(folder.path())).await.unwrap();
        });
    });
}

/// A server that ends with this value.
pub struct Server {
    process: Child,
    address: String,
}

impl Server {
    /// Serves `eth1` and `eth2` as device 1, with these options.
    pub fn start(options: &[&str]) -> Server {
        let mut process = command::p4xdp()
            .args(["serve", "--no-pins", "--listen", "127.0.0.1:0"])
            .args(options)
            .args(["1=eth1", "2=eth2"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let line = line.unwrap();
            Some(line.strip_prefix("listening on ")?.split(' ').next().unwrap().to_owned())
        });
        Server { process, address: address.unwrap() }
    }

    pub async fn client(&self) -> P4RuntimeClient<Channel> {
        P4RuntimeClient::connect(format!("http://{}", self.address)).await.unwrap()
    }

    /// A controller that has bid with an election id, and what it was told.
    pub async fn controller(&self, id: u64) -> (Controller, Told) {
        let mut controller = Controller::connect(self).await;
        controller.say(bid(1, "", Some(id))).await;
        let told = controller.told().await;
        (controller, told)
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Mebibytes that it holds.
    pub fn memory(&self) -> i64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<i64>().unwrap() / 1024
    }

    /// Files that it has open.
    pub fn files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.process.id())).unwrap().count()
    }

    /// Ends it as a crash does.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A controller with its stream.
pub struct Controller {
    pub client: P4RuntimeClient<Channel>,
    pub role: String,
    pub id: Option<u64>,
    say: mpsc::Sender<proto::StreamMessageRequest>,
    told: Streaming<proto::StreamMessageResponse>,
}

impl Controller {
    pub async fn connect(server: &Server) -> Controller {
        let mut client = server.client().await;
        let (say, said) = mpsc::channel(16);
        let told = client.stream_channel(ReceiverStream::new(said)).await.unwrap().into_inner();
        Controller { client, role: String::new(), id: None, say, told }
    }

    pub async fn say(&mut self, update: Say) {
        if let Say::Arbitration(bid) = &update {
            self.id = bid.election_id.map(|id| id.low);
            self.role = bid.role.as_ref().map(|role| role.name.clone()).unwrap_or_default();
        }
        self.say.send(proto::StreamMessageRequest { update: Some(update) }).await.unwrap();
    }

    /// The next message, or how the stream ended.
    pub async fn try_told(&mut self) -> Result<Told, Status> {
        let message = tokio::time::timeout(PATIENCE, self.told.message()).await.unwrap();
        message.map(|message| message.unwrap().update.unwrap())
    }

    pub async fn told(&mut self) -> Told {
        self.try_told().await.unwrap()
    }

    pub fn election_id(&self) -> Option<proto::Uint128> {
        self.id.map(|low| proto::Uint128 { high: 0, low })
    }

    pub async fn push(
        &mut self,
        action: Action,
        config: Option<proto::ForwardingPipelineConfig>,
    ) -> Result<(), Status> {
        let request = proto::SetForwardingPipelineConfigRequest {
            device_id: 1,
            role: self.role.clone(),
            election_id: self.election_id(),
            action: action.into(),
            config,
            ..Default::default()
        };
        self.client.set_forwarding_pipeline_config(request).await.map(drop)
    }

    pub async fn write(&mut self, updates: Vec<proto::Update>) -> Result<(), Status> {
        let request = proto::WriteRequest {
            device_id: 1,
            role: self.role.clone(),
            election_id: self.election_id(),
            updates,
            ..Default::default()
        };
        self.client.write(request).await.map(drop)
    }

    pub async fn read(&mut self, entity: Entity) -> Vec<Entity> {
        let entities = vec![proto::Entity { entity: Some(entity) }];
        let request = proto::ReadRequest { device_id: 1, role: self.role.clone(), entities };
        let mut stream = self.client.read(request).await.unwrap().into_inner();
        let mut found = Vec::new();
        while let Some(response) = stream.message().await.unwrap() {
            found.extend(response.entities.into_iter().map(|entity| entity.entity.unwrap()));
        }
        found
    }
}

/// A bid for a role of a device.
pub fn bid(device_id: u64, role: &str, id: Option<u64>) -> Say {
    Say::Arbitration(proto::MasterArbitrationUpdate {
        device_id,
        role: (!role.is_empty()).then(|| proto::Role { name: role.to_owned(), ..Default::default() }),
        election_id: id.map(|low| proto::Uint128 { high: 0, low }),
        status: None,
    })
}

/// The code of an arbitration that somebody was told, and the election id.
#[track_caller]
pub fn standing(told: &Told) -> (Code, Option<u64>) {
    let Told::Arbitration(update) = told else { panic!("{told:?}") };
    (Code::from(update.status.as_ref().unwrap().code), update.election_id.map(|id| id.low))
}

/// What controllers push of a program of the repository.
pub fn config(program: &str, folder: &Path) -> proto::ForwardingPipelineConfig {
    let path = root().join(program);
    let folder = folder.join("built");
    let words = ["build", &path.to_string_lossy(), "--emit", "obj,p4info", "--p4info-format", "binary", "-o"];
    run(&[&[binary()], &words[..], &[&folder.to_string_lossy()]].concat());
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let p4info = std::fs::read(folder.join(format!("{name}.p4info.bin"))).unwrap();
    proto::ForwardingPipelineConfig {
        p4info: Some(P4Info::decode(&*p4info).unwrap()),
        p4_device_config: std::fs::read(folder.join(format!("{name}.o"))).unwrap(),
        cookie: Some(proto::forwarding_pipeline_config::Cookie { cookie: 77 }),
    }
}

/// The same message in another form, for messages of failing tests.
pub fn text(message: &impl p4xdp_p4runtime::ReflectMessage) -> String {
    String::from_utf8(Format::Text.write(message).unwrap()).unwrap()
}

/// The id of an object with this name in P4Info.
#[track_caller]
pub fn id(config: &proto::ForwardingPipelineConfig, name: &str) -> u32 {
    let info = config.p4info.as_ref().unwrap();
    let tables = info.tables.iter().map(|it| it.preamble.as_ref().unwrap());
    let actions = info.actions.iter().map(|it| it.preamble.as_ref().unwrap());
    tables.chain(actions).find(|preamble| preamble.name == name).unwrap_or_else(|| panic!("{name}")).id
}

/// An entry of `learning.destinations` of examples/learn.
pub fn destination(config: &proto::ForwardingPipelineConfig, address: u8, port: u8) -> proto::TableEntry {
    let exact = FieldMatchType::Exact(Exact { value: vec![address] });
    let params = vec![proto::action::Param { param_id: 1, value: vec![port] }];
    let action = proto::Action { action_id: id(config, "learning.forward"), params };
    proto::TableEntry {
        table_id: id(config, "learning.destinations"),
        r#match: vec![proto::FieldMatch { field_id: 1, field_match_type: Some(exact) }],
        action: Some(proto::TableAction { r#type: Some(proto::table_action::Type::Action(action)) }),
        ..Default::default()
    }
}

pub fn update(kind: proto::update::Type, entry: proto::TableEntry) -> proto::Update {
    let entity = proto::Entity { entity: Some(Entity::TableEntry(entry)) };
    proto::Update { r#type: kind.into(), entity: Some(entity) }
}

pub fn insert(entry: proto::TableEntry) -> proto::Update {
    update(proto::update::Type::Insert, entry)
}

/// All entries of all tables.
pub fn everything() -> Entity {
    Entity::TableEntry(proto::TableEntry::default())
}
