//! Which program a device has.

use crate::support::{
    Controller, Server, config, destination, everything, id, insert, inside, standing, text,
};
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::Program;
use p4xdp_test_support::command;
use proto::entity::Entity;
use proto::get_forwarding_pipeline_config_request::ResponseType;
use proto::set_forwarding_pipeline_config_request::Action;
use tonic::Code;

const LEARN: &str = "examples/learn/learn.p4";

async fn get(controller: &mut Controller, wanted: ResponseType) -> Option<proto::ForwardingPipelineConfig> {
    let request = proto::GetForwardingPipelineConfigRequest { device_id: 1, response_type: wanted.into() };
    controller.client.get_forwarding_pipeline_config(request).await.unwrap().into_inner().config
}

/// The entries of all tables.
async fn entries(controller: &mut Controller) -> usize {
    controller.read(everything()).await.len()
}

#[test]
fn a_program_is_pushed_and_read_again() {
    inside("a_program_is_pushed_and_read_again", async |folder| {
        let server = Server::start(&[]);
        let (mut controller, _) = server.controller(1).await;
        assert_eq!(get(&mut controller, ResponseType::All).await, None);
        let pushed = config(LEARN, folder);
        controller.push(Action::Verify, Some(pushed.clone())).await.unwrap();
        assert_eq!(get(&mut controller, ResponseType::All).await, None, "it was verified and no more");
        controller.push(Action::VerifyAndCommit, Some(pushed.clone())).await.unwrap();
        assert_eq!(get(&mut controller, ResponseType::All).await.as_ref(), Some(&pushed));
        let part = |p4info: bool, object: bool| proto::ForwardingPipelineConfig {
            p4info: pushed.p4info.clone().filter(|_| p4info),
            p4_device_config: if object { pushed.p4_device_config.clone() } else { Vec::new() },
            cookie: pushed.cookie,
        };
        assert_eq!(get(&mut controller, ResponseType::CookieOnly).await, Some(part(false, false)));
        assert_eq!(get(&mut controller, ResponseType::P4infoAndCookie).await, Some(part(true, false)));
        assert_eq!(get(&mut controller, ResponseType::DeviceConfigAndCookie).await, Some(part(false, true)));
        assert_eq!(Program::by_device("eth2").unwrap().name(), "learn");
    });
}

#[test]
fn what_a_push_does_to_tables() {
    inside("what_a_push_does_to_tables", async |folder| {
        let server = Server::start(&[]);
        let (mut controller, _) = server.controller(1).await;
        let pushed = config(LEARN, folder);
        controller.push(Action::VerifyAndCommit, Some(pushed.clone())).await.unwrap();
        controller.write(vec![insert(destination(&pushed, 7, 1))]).await.unwrap();
        controller.push(Action::ReconcileAndCommit, Some(pushed.clone())).await.unwrap();
        assert_eq!(entries(&mut controller).await, 1, "it is kept");
        // What waits has tables of its own, and reads and writes are about it.
        controller.push(Action::VerifyAndSave, Some(pushed.clone())).await.unwrap();
        assert_eq!(entries(&mut controller).await, 0);
        controller
            .write(vec![insert(destination(&pushed, 8, 2)), insert(destination(&pushed, 9, 2))])
            .await
            .unwrap();
        let running = Program::by_device("eth1").unwrap();
        assert_eq!(running.table("learning.destinations").unwrap().len().unwrap(), 1);
        controller.push(Action::Commit, None).await.unwrap();
        assert_ne!(Program::by_device("eth1").unwrap().id(), running.id());
        assert_eq!(entries(&mut controller).await, 2);
        let refused = controller.push(Action::Commit, None).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotFound, "{refused}");
        controller.push(Action::VerifyAndCommit, Some(pushed)).await.unwrap();
        assert_eq!(entries(&mut controller).await, 0, "they are cleared");
    });
}

#[test]
fn pushes_that_are_refused() {
    inside("pushes_that_are_refused", async |folder| {
        let server = Server::start(&[]);
        let (mut controller, _) = server.controller(1).await;
        let pushed = config(LEARN, folder);
        controller.push(Action::VerifyAndCommit, Some(pushed.clone())).await.unwrap();
        controller.write(vec![insert(destination(&pushed, 7, 1))]).await.unwrap();
        let other = config("examples/router/router.p4", folder);
        let with_object = |object: &[u8]| {
            Some(proto::ForwardingPipelineConfig { p4_device_config: object.to_vec(), ..pushed.clone() })
        };
        let without_p4info = Some(proto::ForwardingPipelineConfig { p4info: None, ..pushed.clone() });
        let of_another =
            Some(proto::ForwardingPipelineConfig { p4info: other.p4info.clone(), ..pushed.clone() });
        let mut narrow = pushed.clone();
        narrow.p4info.as_mut().unwrap().tables[0].match_fields[0].bitwidth = 47;
        for (action, config, words) in [
            (Action::VerifyAndCommit, None, "config is not set"),
            (Action::Unspecified, Some(pushed.clone()), "action is not set"),
            (Action::Commit, Some(pushed.clone()), "COMMIT"),
            (Action::VerifyAndCommit, without_p4info, "p4info is not set"),
            (Action::VerifyAndCommit, with_object(b""), "p4_device_config is empty"),
            (Action::Verify, with_object(b"{}"), "is not an eBPF object"),
            (Action::VerifyAndSave, of_another, "of another program"),
            (Action::VerifyAndCommit, Some(narrow), "47 bits"),
            (Action::ReconcileAndCommit, Some(other), "cannot be kept"),
        ] {
            let refused = controller.push(action, config).await.unwrap_err();
            assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
            assert!(refused.message().contains(words), "{words}: {refused}");
        }
        assert_eq!(entries(&mut controller).await, 1, "all is as it was");
    });
}

#[test]
fn a_server_that_starts_anew_finds_all() {
    inside("a_server_that_starts_anew_finds_all", async |folder| {
        let server = Server::start(&[]);
        let (mut controller, _) = server.controller(12).await;
        let pushed = config(LEARN, folder);
        controller.push(Action::VerifyAndCommit, Some(pushed.clone())).await.unwrap();
        controller.write(vec![insert(destination(&pushed, 7, 1))]).await.unwrap();
        server.kill();
        let server = Server::start(&[]);
        let (mut controller, told) = server.controller(11).await;
        assert_eq!(standing(&told), (Code::NotFound, Some(12)), "the highest id was another");
        assert_eq!(get(&mut controller, ResponseType::All).await, Some(pushed.clone()));
        let found = controller.read(everything()).await;
        let Entity::TableEntry(found) = &found[0] else { panic!("{found:?}") };
        assert_eq!(text(found), text(&destination(&pushed, 7, 1)));
        // A program that another tool has loaded is there, too, with what its manifest says.
        let object = command::build("examples/router/router.p4", folder);
        command::run(&[
            command::binary(),
            "load",
            "--no-pins",
            "--reset-tables",
            &object,
            "1=eth1",
            "2=eth2",
        ]);
        let config = get(&mut controller, ResponseType::All).await.unwrap();
        assert_eq!(config.cookie, None);
        assert!(config.p4_device_config.is_empty());
        assert_ne!(id(&config, "router.route"), 0, "{}", text(config.p4info.as_ref().unwrap()));
    });
}
