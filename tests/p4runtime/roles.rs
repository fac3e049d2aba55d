//! What roles may do.

use crate::support::{Controller, Server, config, destination, everything, id, insert, inside, standing};
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_p4runtime::stratum::P4RoleConfig;
use p4xdp_p4runtime::{Any, Message};
use proto::set_forwarding_pipeline_config_request::Action;
use proto::stream_message_request::Update as Say;
use tonic::Code;

/// A bid of a role with what it may do.
fn bid_of(name: &str, config: &P4RoleConfig) -> Say {
    let type_url = "type.googleapis.com/stratum.P4RoleConfig".to_owned();
    let config = Some(Any { type_url, value: config.encode_to_vec() });
    Say::Arbitration(proto::MasterArbitrationUpdate {
        device_id: 1,
        role: Some(proto::Role { name: name.to_owned(), config, ..Default::default() }),
        election_id: Some(proto::Uint128 { high: 0, low: 1 }),
        status: None,
    })
}

#[test]
fn a_role_has_what_it_says() {
    inside("a_role_has_what_it_says", async |folder| {
        let server = Server::start(&[]);
        let (mut all, _) = server.controller(1).await;
        let pushed = config("examples/learn/learn.p4", folder);
        all.push(Action::VerifyAndCommit, Some(pushed.clone())).await.unwrap();
        let mut some = Controller::connect(&server).await;
        let only = |id| P4RoleConfig { shared_p4_ids: vec![id], ..Default::default() };
        some.say(bid_of("stations", &only(id(&pushed, "learning.destinations")))).await;
        assert_eq!(standing(&some.told().await), (Code::Ok, Some(1)));
        some.write(vec![insert(destination(&pushed, 7, 1))]).await.unwrap();
        assert_eq!(some.read(everything()).await.len(), 1);
        let refused = some.push(Action::Verify, Some(pushed.clone())).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{refused}");
        // The role changes with the primary's next bid.
        some.say(bid_of("stations", &only(id(&pushed, "learning.sources")))).await;
        assert_eq!(standing(&some.told().await), (Code::Ok, Some(1)));
        let refused = some.write(vec![insert(destination(&pushed, 8, 1))]).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unknown, "one of its updates");
        let details = p4xdp_p4runtime::google::rpc::Status::decode(refused.details()).unwrap();
        let error = proto::Error::decode(&*details.details[0].value).unwrap();
        assert_eq!(Code::from(error.canonical_code), Code::PermissionDenied);
        assert!(error.message.contains("`stations`"), "{}", error.message);
        assert_eq!(some.read(everything()).await.len(), 0);
        // Another scheme ends the stream.
        let mut other = Controller::connect(&server).await;
        let Say::Arbitration(mut bid) = bid_of("x", &only(1)) else { unreachable!() };
        bid.role.as_mut().unwrap().config.as_mut().unwrap().type_url = "type.googleapis.com/x.Y".into();
        other.say(Say::Arbitration(bid)).await;
        assert_eq!(other.try_told().await.unwrap_err().code(), Code::InvalidArgument);
    });
}
