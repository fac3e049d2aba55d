"""The messages and methods that the server serves, as its reflection has them, are those of the public package `p4runtime`: names, numbers, types."""

import os
import sys

# Of newer versions of protobuf only its Python one reads the package's descriptions.
os.environ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] = "python"

import grpc
from described import of_file
from google.rpc import status_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from p4.config.v1 import p4info_pb2, p4types_pb2
from p4.v1 import p4data_pb2, p4runtime_pb2
from support import ADDRESS, Server, check, equal, run

FILES = [p4types_pb2, p4info_pb2, p4data_pb2, p4runtime_pb2, status_pb2]


def main():
    if sys.argv[1:] == ["--print"]:
        for file in FILES:
            print("\n".join(of_file(file)))
        return
    server = Server("1=sw1")
    served = ProtoReflectionDescriptorDatabase(grpc.insecure_channel(ADDRESS))
    services = set(served.get_services())
    check("services", {"p4.v1.P4Runtime", "grpc.health.v1.Health"} <= services, services)
    equal("where the service is described", served.FindFileContainingSymbol("p4.v1.P4Runtime").name, "p4/v1/p4runtime.proto")
    for file in FILES:
        name = file.DESCRIPTOR.name
        found, wanted = set(of_file(served.FindFileByName(name))), set(of_file(file))
        equal(f"{name}: {len(wanted)} fields, values and methods", sorted(found ^ wanted), [])
    server.end()


run(main)
