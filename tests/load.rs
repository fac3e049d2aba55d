//! Loading and control by the command line, in network namespaces of the tests' own. The programs are in `testdata/load`.
//!
//! Needs root and iproute2; without root it is passed over outside CI.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing test may panic")]

use p4xdp_test_support::command::binary;
use p4xdp_test_support::space::{Space, with_object};
use std::process::Output;

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Adds a route to what a device runs.
fn route(space: &Space, device: &str, prefix: &str, port: &str) {
    let mac = "02:00:00:00:00:01";
    space.run(&[binary(), "table", "insert", "--dev", device, "route", prefix, "fwd", port, mac]);
}

#[test]
fn two_devices_loaded_one_by_one_keep_their_routes_when_loaded_at_once() {
    let Some((_dir, object, space)) = with_object("testdata/load/two_devices.p4", "two-devices") else {
        return;
    };
    for (device, prefix, port) in [("sw", "10.1.0.0/16", "1000"), ("host", "10.2.0.0/16", "1001")] {
        space.run(&[binary(), "load", "--no-pins", &object, device]);
        route(&space, device, prefix, port);
    }
    let said = space.run(&[binary(), "load", "--no-pins", &object, "sw", "host"]);
    assert!(said.contains("c.route: 2 of all programs (host; sw) together"), "{said}");
    for device in ["sw", "host"] {
        let routes = space.run(&[binary(), "table", "dump", "--dev", device, "route"]);
        assert!(routes.contains("10.1.0.0/16") && routes.contains("10.2.0.0/16"), "{device}: {routes}");
    }

    // The same destination by different ports: neither program is replaced, and no route is gone.
    space.run(&[binary(), "unload", "sw", "host"]);
    for (device, port) in [("sw", "1000"), ("host", "1001")] {
        space.run(&[binary(), "load", "--no-pins", &object, device]);
        route(&space, device, "10.1.0.0/16", port);
    }
    let before = space.run(&["ip", "-o", "link"]);
    let refused = space.try_run(&[binary(), "load", "--no-pins", &object, "sw", "host"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = stderr(&refused);
    assert!(said.contains("10.1.0.0/16 is c.fwd(port=1001") && said.contains("c.fwd(port=1000"), "{said}");
    assert!(
        said.contains("on `host`") && said.contains("on `sw`") && said.contains("`--reset-tables`"),
        "{said}"
    );
    assert_eq!(space.run(&["ip", "-o", "link"]), before);
    let routes = space.run(&[binary(), "table", "dump", "--dev", "sw", "route"]);
    assert!(routes.contains("10.1.0.0/16 -> c.fwd(port="), "{routes}");
}

#[test]
fn registers_of_two_devices_are_kept_if_one_has_values_and_refused_if_both_have() {
    let Some((_dir, object, space)) = with_object("testdata/packets/v1model_registers.p4", "two-registers")
    else {
        return;
    };
    for device in ["1=sw", "2=host"] {
        space.run(&[binary(), "load", "--no-pins", &object, device]);
    }
    let list = space.run(&[binary(), "register", "list", "--dev", "sw"]);
    let register = list.split(' ').next().unwrap();
    // `sw` is not the first of both.
    space.run(&[binary(), "register", "write", "--dev", "sw", register, "1", "7"]);
    space.run(&[binary(), "load", "--no-pins", &object, "1=sw", "2=host"]);
    let read = space.run(&[binary(), "register", "read", "--dev", "host", register, "1"]);
    assert!(read.ends_with("[1]: 7\n"), "{read}");

    space.run(&[binary(), "load", "--no-pins", "--reset-tables", &object, "1=sw"]);
    space.run(&[binary(), "register", "write", "--dev", "sw", register, "1", "8"]);
    let refused = space.try_run(&[binary(), "load", "--no-pins", &object, "1=sw", "2=host"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = stderr(&refused);
    assert!(said.contains("it has values on `host` and on `sw`"), "{said}");
    let read = space.run(&[binary(), "register", "read", "--dev", "host", register, "1"]);
    assert!(read.ends_with("[1]: 7\n"), "{read}");
}

#[test]
fn changes_of_tables_while_programs_are_loaded_are_not_lost() {
    let Some((_dir, object, space)) = with_object("testdata/load/two_devices.p4", "load-and-insert") else {
        return;
    };
    // Two programs whose tables are put together again and again, each time copied.
    for device in ["sw", "host"] {
        space.run(&[binary(), "load", "--no-pins", &object, device]);
    }
    route(&space, "sw", "10.200.0.0/16", "1");
    route(&space, "host", "10.201.0.0/16", "1");
    std::thread::scope(|scope| {
        let load = || {
            let (space, object) = (&space, &object);
            scope.spawn(move || {
                for devices in [["sw", "host"], ["host", "sw"], ["sw", "host"]] {
                    space.run(&[&[binary(), "load", "--no-pins", object], &devices[..]].concat());
                }
            })
        };
        let (first, second) = (load(), load());
        for i in 0..20 {
            route(&space, "sw", &format!("10.{i}.0.0/16"), "1");
        }
        first.join().unwrap();
        second.join().unwrap();
    });
    let routes = space.run(&[binary(), "table", "dump", "--dev", "host", "route"]);
    for i in (0..20).chain([200, 201]) {
        assert!(routes.contains(&format!("10.{i}.0.0/16")), "10.{i}: {routes}");
    }
    let ids = space.run(&[binary(), "status"]);
    let of = |device: &str| {
        let line = ids.lines().find(|line| line.starts_with(device)).unwrap().to_owned();
        line.split("(id ").nth(1).unwrap().split(')').next().unwrap().to_owned()
    };
    assert_eq!(of("sw"), of("host"), "both devices run the program of one load: {ids}");
}
