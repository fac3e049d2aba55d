//! Entries a second by P4Runtime beside the library alone, in the same run: `cargo bench --bench p4runtime [-- ENTRIES]`. Needs root.
//!
//! The server and its client are in this process, on the loopback device of a network namespace of the bench's own.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench that fails may stop"
)]

use p4xdp::driver::{Compilation, Options};
use p4xdp_control::entry::{ActionCall, Entry, KeyMatch};
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::harness::netns::NetNs;
use p4xdp_runtime::tables::Change;
use p4xdp_runtime::{Object, Program, load};
use p4xdp_server::device::Device;
use p4xdp_server::grpc::p4_runtime_client::P4RuntimeClient;
use p4xdp_server::serve;
use proto::entity::Entity;
use proto::field_match::{FieldMatchType, Lpm};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

/// Entries of a Write.
const BATCH: u32 = 1000;

fn main() {
    let entries = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    NetNs::new().unwrap().run(|| bench(entries)).unwrap();
}

/// The object and its P4Info.
fn compiled() -> (Object, p4xdp_p4runtime::p4::config::v1::P4Info) {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/p4/routes.p4");
    let mut compilation = Compilation::new(Options { program, ..Options::default() });
    let output = compilation.generate(&p4xdp::driver::Codegen::new(None, &[]).unwrap()).unwrap();
    let made = p4xdp_test_support::program::object("routes", &output);
    let object = Object::open(&made.path).unwrap();
    let description = compilation.describe().unwrap();
    (object, p4xdp_p4runtime::p4info(&description))
}

fn bench(entries: u32) {
    p4xdp_test_support::command::sh(
        "ip link set lo up; ip link add v0 type veth peer name v1; ip link set v0 up",
    );
    let (object, p4info) = compiled();
    let table_id = p4info.tables[0].preamble.as_ref().unwrap().id;
    let action_id = p4info.tables[0].action_refs[0].id;

    let program = load::load_detached(&object, 0).unwrap();
    let library = library_writes(&program, entries);
    let library_read = library_reads(&program, entries);

    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let options = load::Options { no_pins: true, ..Default::default() };
        let device = Arc::new(Device::open(1, vec!["1=v0".into()], options).unwrap());
        let listener = serve::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let devices = BTreeMap::from([(1, device)]);
        let speak = Arc::new(|_: &str| {});
        tokio::spawn(async move {
            serve::serve(devices, listener, &serve::Options::default(), speak, std::future::pending()).await
        });
        let mut client = P4RuntimeClient::connect(format!("http://{address}")).await.unwrap();
        let _stream = become_primary(&mut client, object.bytes(), p4info).await;
        let maker = Arc::new(Maker { table_id, action_id });
        let one = writes(&mut client, &maker, entries, 1).await;
        clear(&mut client, &maker, entries).await;
        let written = writes(&mut client, &maker, entries, 4).await;
        let resident = resident();
        let read = reads(&mut client, entries).await;
        let more = self::resident().saturating_sub(resident);
        let (median, p99) = singles(&mut client, &maker, entries).await;
        let rate = |time: Duration| f64::from(entries) / time.as_secs_f64();
        println!("entries {entries}, {BATCH} a Write");
        println!("             entries/s   of the library's time");
        println!("library write {:10.0}", rate(library));
        for (under_way, time) in [(1, one), (4, written)] {
            let ratio = time.as_secs_f64() / library.as_secs_f64();
            println!("Write         {:10.0}   {ratio:.2}   ({under_way} under way at a time)", rate(time));
        }
        println!("library read  {:10.0}", rate(library_read));
        println!(
            "Read          {:10.0}   {:.2}",
            rate(read),
            read.as_secs_f64() / library_read.as_secs_f64()
        );
        println!("memory that the Read took: {} MB (server and client)", more >> 20);
        println!("single Write while others run: median {median:?}, 99 of 100 within {p99:?}");
    });
}

fn library_writes(program: &Program, entries: u32) -> Duration {
    let table = program.table("routes").unwrap();
    let forward = table.call("forward", &["1"]).unwrap();
    let start = Instant::now();
    for first in (0..entries).step_by(BATCH as usize) {
        let entry = |number: u32| {
            let call = ActionCall { action: forward.action, args: vec![(number % 500).into()] };
            Change::insert(Entry::new(vec![KeyMatch::Prefix(address(number).into(), 32)], None, call))
        };
        let changes: Vec<Change> = (first..(first + BATCH).min(entries)).map(entry).collect();
        table.apply(&changes).unwrap();
    }
    start.elapsed()
}

fn library_reads(program: &Program, entries: u32) -> Duration {
    let table = program.table("routes").unwrap();
    let start = Instant::now();
    assert_eq!(table.entries().unwrap().len(), entries as usize);
    start.elapsed()
}

/// Addresses that are spread as real ones are.
fn address(number: u32) -> u32 {
    number.wrapping_mul(2_654_435_761)
}

struct Maker {
    table_id: u32,
    action_id: u32,
}

impl Maker {
    fn insert(&self, number: u32) -> proto::Update {
        let bytes = |number: u32| {
            let bytes = number.to_be_bytes();
            let zeros = bytes.iter().take(3).take_while(|byte| **byte == 0).count();
            bytes[zeros..].to_vec()
        };
        let lpm = FieldMatchType::Lpm(Lpm { value: bytes(address(number)), prefix_len: 32 });
        let params = vec![proto::action::Param { param_id: 1, value: bytes(number % 500) }];
        let action = proto::Action { action_id: self.action_id, params };
        let entry = proto::TableEntry {
            table_id: self.table_id,
            r#match: vec![proto::FieldMatch { field_id: 1, field_match_type: Some(lpm) }],
            action: Some(proto::TableAction { r#type: Some(proto::table_action::Type::Action(action)) }),
            ..Default::default()
        };
        let entity = proto::Entity { entity: Some(Entity::TableEntry(entry)) };
        proto::Update { r#type: proto::update::Type::Insert.into(), entity: Some(entity) }
    }
}

const ID: Option<proto::Uint128> = Some(proto::Uint128 { high: 0, low: 1 });

async fn become_primary(
    client: &mut P4RuntimeClient<Channel>,
    object: &[u8],
    p4info: p4xdp_p4runtime::p4::config::v1::P4Info,
) -> (tokio::sync::mpsc::Sender<proto::StreamMessageRequest>, tonic::Streaming<proto::StreamMessageResponse>)
{
    let (say, said) = tokio::sync::mpsc::channel(1);
    let bid = proto::MasterArbitrationUpdate { device_id: 1, election_id: ID, ..Default::default() };
    let update = Some(proto::stream_message_request::Update::Arbitration(bid));
    say.send(proto::StreamMessageRequest { update }).await.unwrap();
    let mut told = client.stream_channel(ReceiverStream::new(said)).await.unwrap().into_inner();
    told.message().await.unwrap();
    let config = proto::ForwardingPipelineConfig {
        p4info: Some(p4info),
        p4_device_config: object.to_vec(),
        cookie: None,
    };
    let request = proto::SetForwardingPipelineConfigRequest {
        device_id: 1,
        election_id: ID,
        action: proto::set_forwarding_pipeline_config_request::Action::VerifyAndCommit.into(),
        config: Some(config),
        ..Default::default()
    };
    client.set_forwarding_pipeline_config(request).await.unwrap();
    (say, told)
}

fn request(updates: Vec<proto::Update>) -> proto::WriteRequest {
    proto::WriteRequest { device_id: 1, election_id: ID, updates, ..Default::default() }
}

/// Some requests are under way at a time, as controllers have it that wait for no answer before the next batch.
async fn writes(
    client: &mut P4RuntimeClient<Channel>,
    maker: &Arc<Maker>,
    entries: u32,
    under_way: usize,
) -> Duration {
    let start = Instant::now();
    let places = Arc::new(tokio::sync::Semaphore::new(under_way));
    let mut all = tokio::task::JoinSet::new();
    for first in (0..entries).step_by(BATCH as usize) {
        let place = Arc::clone(&places).acquire_owned().await.unwrap();
        let (mut client, maker) = (client.clone(), Arc::clone(maker));
        all.spawn(async move {
            let updates = (first..(first + BATCH).min(entries)).map(|number| maker.insert(number)).collect();
            client.write(request(updates)).await.unwrap();
            drop(place);
        });
    }
    all.join_all().await;
    start.elapsed()
}

/// Removes what was written.
async fn clear(client: &mut P4RuntimeClient<Channel>, maker: &Maker, entries: u32) {
    for first in (0..entries).step_by(BATCH as usize) {
        let delete =
            |number| proto::Update { r#type: proto::update::Type::Delete.into(), ..maker.insert(number) };
        client.write(request((first..(first + BATCH).min(entries)).map(delete).collect())).await.unwrap();
    }
}

async fn reads(client: &mut P4RuntimeClient<Channel>, entries: u32) -> Duration {
    let start = Instant::now();
    let entities = vec![proto::Entity { entity: Some(Entity::TableEntry(proto::TableEntry::default())) }];
    let request = proto::ReadRequest { device_id: 1, entities, ..Default::default() };
    let mut stream = client.read(request).await.unwrap().into_inner();
    let mut found = 0;
    while let Some(part) = stream.message().await.unwrap() {
        found += part.entities.len();
    }
    assert_eq!(found, entries as usize);
    start.elapsed()
}

/// Single inserts, one each 5 ms, beside 10,000 entries a second in batches of 100.
async fn singles(
    client: &mut P4RuntimeClient<Channel>,
    maker: &Arc<Maker>,
    entries: u32,
) -> (Duration, Duration) {
    let mut other = client.clone();
    let many = Arc::clone(maker);
    let beside = tokio::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_millis(10));
        for batch in 0.. {
            tick.tick().await;
            let first = entries + 10_000 + batch % 300 * 100;
            let of = |kind: proto::update::Type| {
                let update = |number| proto::Update { r#type: kind.into(), ..many.insert(number) };
                (first..first + 100).map(update).collect::<Vec<_>>()
            };
            other.write(request(of(proto::update::Type::Insert))).await.unwrap();
            other.write(request(of(proto::update::Type::Delete))).await.unwrap();
        }
    });
    let mut times = Vec::new();
    for number in 0..1000 {
        tokio::time::sleep(Duration::from_millis(3)).await;
        let start = Instant::now();
        client.write(request(vec![maker.insert(entries + number)])).await.unwrap();
        times.push(start.elapsed());
    }
    beside.abort();
    times.sort();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

/// Bytes of memory of this process.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}
