//! Clients that do harm, by mistake or not: the others are served meanwhile, and what the server holds in memory has a bound.

use crate::support::{
    Controller, PATIENCE, Server, config, destination, everything, insert, inside, standing,
};
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_server::grpc::p4_runtime_client::P4RuntimeClient;
use proto::set_forwarding_pipeline_config_request::Action;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tonic::Code;

/// A call takes no longer while others do harm: far more than what was seen on a busy machine.
const SOON: Duration = Duration::from_secs(15);

/// A server with examples/learn and so many stations, and its primary controller.
async fn with_entries(folder: &std::path::Path, entries: u32) -> (Server, Controller, proto::TableEntry) {
    let server = Server::start(&[]);
    let (mut controller, _) = server.controller(1).await;
    let pushed = config("examples/learn/learn.p4", folder);
    controller.push(Action::VerifyAndCommit, Some(pushed.clone())).await.unwrap();
    let entry = destination(&pushed, 0, 1);
    let updates = (0..entries).map(|number| insert(addressed(&entry, number)));
    controller.write(updates.collect()).await.unwrap();
    (server, controller, entry)
}

/// The same entry for another address.
fn addressed(entry: &proto::TableEntry, number: u32) -> proto::TableEntry {
    let mut entry = entry.clone();
    let exact = proto::field_match::Exact { value: (number + 1).to_be_bytes().to_vec() };
    entry.r#match[0].field_match_type = Some(proto::field_match::FieldMatchType::Exact(exact));
    entry
}

fn everything_read() -> proto::ReadRequest {
    let entities = vec![proto::Entity { entity: Some(everything()) }];
    proto::ReadRequest { device_id: 1, entities, ..Default::default() }
}

/// Reads, writes and asks as an honest controller does, for so long; the longest that one of the calls took.
async fn work(controller: &mut Controller, entry: &proto::TableEntry, during: Duration) -> Duration {
    let (begun, mut longest) = (Instant::now(), Duration::ZERO);
    while begun.elapsed() < during {
        let asked = Instant::now();
        controller.write(vec![insert(addressed(entry, 1 << 20))]).await.unwrap();
        let wrote = asked.elapsed();
        let asked = Instant::now();
        let written = proto::TableEntry { action: None, ..addressed(entry, 1 << 20) };
        let found = controller.read(proto::entity::Entity::TableEntry(written.clone())).await;
        assert_eq!(found.len(), 1);
        let read = asked.elapsed();
        let delete = crate::support::update(proto::update::Type::Delete, written);
        controller.write(vec![delete]).await.unwrap();
        longest = longest.max(wrote).max(read);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    longest
}

#[test]
fn floods_of_calls() {
    inside("floods_of_calls", async |folder| {
        let (server, mut controller, entry) = with_entries(folder, 2000).await;
        let before = server.memory();
        let mut floods = Vec::new();
        for _ in 0..4 {
            let client = server.client().await;
            floods.extend((0..25).map(|_| {
                let mut client = client.clone();
                tokio::spawn(async move {
                    loop {
                        let Ok(stream) = client.read(everything_read()).await else { continue };
                        let mut stream = stream.into_inner();
                        while let Ok(Some(_)) = stream.message().await {}
                    }
                })
            }));
        }
        let longest = work(&mut controller, &entry, Duration::from_secs(4)).await;
        let grown = server.memory() - before;
        eprintln!("floods of calls: {longest:?} at most, {grown} MiB more");
        assert!(longest < SOON, "{longest:?}");
        assert!(grown < 200, "{grown} MiB more");
        floods.into_iter().for_each(|flood| flood.abort());
    });
}

#[test]
fn readers_that_stop() {
    inside("readers_that_stop", async |folder| {
        let (server, mut controller, entry) = with_entries(folder, 4000).await;
        let before = server.memory();
        // Streams and reads that nobody takes anything of.
        let mut held = Vec::new();
        let mut streams = Vec::new();
        for number in 0..50 {
            let mut client = server.client().await;
            held.push(client.read(everything_read()).await.unwrap());
            let mut stopped = Controller::connect(&server).await;
            stopped.say(crate::support::bid(1, "", Some(1000 + number))).await;
            streams.push(stopped);
        }
        // The last of them is primary; who takes over is not kept waiting by it.
        controller.say(crate::support::bid(1, "", Some(5000))).await;
        while standing(&controller.told().await) != (Code::Ok, Some(5000)) {}
        let longest = work(&mut controller, &entry, Duration::from_secs(4)).await;
        let grown = server.memory() - before;
        eprintln!("readers that stop: {longest:?} at most, {grown} MiB more");
        assert!(longest < SOON, "{longest:?}");
        assert!(grown < 100, "{grown} MiB more");
        // What they have not taken waits for them.
        let (mut stopped, mut found) = (held.pop().unwrap().into_inner(), 0);
        while let Some(response) = stopped.message().await.unwrap() {
            found += response.entities.len();
        }
        assert!((4000..=4001).contains(&found), "all, with what was there for a moment or without: {found}");
    });
}

#[test]
fn messages_of_100_megabytes() {
    inside("messages_of_100_megabytes", async |folder| {
        let (server, mut controller, entry) = with_entries(folder, 1).await;
        let before = server.memory();
        let election_id = controller.election_id();
        let large = |bytes: usize| proto::SetForwardingPipelineConfigRequest {
            device_id: 1,
            action: Action::VerifyAndCommit.into(),
            election_id,
            config: Some(proto::ForwardingPipelineConfig {
                p4_device_config: vec![0x7f; bytes],
                ..Default::default()
            }),
            ..Default::default()
        };
        let request = large(100 << 20);
        let mut sent = Vec::new();
        for _ in 0..4 {
            let (mut client, request) = (server.client().await, request.clone());
            sent.push(tokio::spawn(async move { client.set_forwarding_pipeline_config(request).await }));
        }
        let longest = work(&mut controller, &entry, Duration::from_secs(2)).await;
        for sent in sent {
            let refused = sent.await.unwrap().unwrap_err();
            // Or the connection was closed while the client was sending still.
            let codes =
                [Code::OutOfRange, Code::ResourceExhausted, Code::Unknown, Code::Cancelled, Code::Internal];
            assert!(codes.contains(&refused.code()), "{refused}");
        }
        let grown = server.memory() - before;
        eprintln!("messages of 100 megabytes: {longest:?} at most, {grown} MiB more");
        assert!(longest < SOON, "{longest:?}");
        assert!(grown < 100, "{grown} MiB more");
        // One that is as large as may be is read, and is no program.
        let refused =
            server.client().await.set_forwarding_pipeline_config(large(15 << 20)).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
    });
}

/// A way to the server that carries so many bytes there, and then breaks, or carries nothing more.
async fn way_that_ends(server: &Server, bytes: usize, breaks: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (own, server) = (listener.local_addr().unwrap(), server.address().to_owned());
    tokio::spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = TcpStream::connect(server).await.unwrap().into_split();
        let back = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
        let (mut left, mut buffer) = (bytes, vec![0; 4096]);
        while left > 0 {
            let most = left.min(buffer.len());
            let Ok(read @ 1..) = from_client.read(&mut buffer[..most]).await else { break };
            if to_server.write_all(&buffer[..read]).await.is_err() {
                break;
            }
            left -= read;
        }
        if breaks {
            back.abort();
        } else {
            tokio::time::sleep(PATIENCE).await;
        }
    });
    format!("http://{own}")
}

#[test]
fn clients_that_die_in_the_middle() {
    inside("clients_that_die_in_the_middle", async |folder| {
        let (server, mut controller, entry) = with_entries(folder, 2000).await;
        let pushed = config("examples/learn/learn.p4", folder);
        let before = (server.memory(), server.files());
        let mut dying = Vec::new();
        for round in 0..120 {
            let breaks = round % 4 != 0;
            let address = way_that_ends(&server, 200 + round * 700, breaks).await;
            let (config, id) = (pushed.clone(), controller.election_id());
            dying.push(tokio::spawn(async move {
                let mut client = P4RuntimeClient::connect(address).await.unwrap();
                let request = proto::SetForwardingPipelineConfigRequest {
                    device_id: 1,
                    action: Action::Verify.into(),
                    election_id: id,
                    config: Some(config),
                    ..Default::default()
                };
                let read = client.clone().read(everything_read()).await;
                let _ = client.set_forwarding_pipeline_config(request).await;
                drop(read);
            }));
        }
        let longest = work(&mut controller, &entry, Duration::from_secs(4)).await;
        eprintln!("clients that die: {longest:?} at most");
        assert!(longest < SOON, "{longest:?}");
        dying.into_iter().for_each(|client| client.abort());
        // Whose stream has ended is primary no more, and its connection is closed.
        let (second, _) = server.controller(7).await;
        drop(second);
        while standing(&controller.told().await).0 != Code::NotFound {}
        controller.say(crate::support::bid(1, "", Some(7))).await;
        controller.told().await;
        work(&mut controller, &entry, Duration::from_millis(100)).await;
        let begun = Instant::now();
        while server.files() > before.1 + 40 && begun.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(server.files() <= before.1 + 40, "{} files, before {}", server.files(), before.1);
        let grown = server.memory() - before.0;
        assert!(grown < 100, "{grown} MiB more");
    });
}

#[test]
fn connections_that_say_nothing() {
    inside("connections_that_say_nothing", async |folder| {
        let (server, mut controller, entry) = with_entries(folder, 1).await;
        let mut silent = Vec::new();
        for _ in 0..400 {
            silent.push(TcpStream::connect(server.address()).await.unwrap());
        }
        // Who is connected goes on, and who comes has a place when those have lost theirs.
        let longest = work(&mut controller, &entry, Duration::from_secs(1)).await;
        assert!(longest < SOON, "{longest:?}");
        let begun = Instant::now();
        let (_another, told) = server.controller(9).await;
        assert_eq!(standing(&told), (Code::Ok, Some(9)));
        eprintln!("connections that say nothing: a place after {:?}", begun.elapsed());
    });
}
