"""TLS with certificates on both sides: who has none, or somebody else's, or speaks plain text, is refused, and the others go on."""

import contextlib
import io
import logging
import socket
import subprocess

import grpc
import p4runtime_sh.shell as sh
from p4.v1 import p4runtime_pb2, p4runtime_pb2_grpc
from p4runtime_sh.p4runtime import SSLOptions
from support import ADDRESS, Server, check, equal, run

logging.disable(logging.CRITICAL)


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def authority(name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")


def certificate(name, signer, alternative="DNS:client", days="2"):
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
    with open(f"{name}.ext", "w") as extensions:
        extensions.write(f"subjectAltName={alternative}\n")
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{signer}.pem", "-CAkey", f"{signer}.key", "-CAcreateserial", "-days", days, "-extfile", f"{name}.ext", "-out", f"{name}.pem")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def channel(authority="ca", client=None):
    names = (f"{authority}.pem",) + ((f"{client}.key", f"{client}.pem") if client else ())
    return grpc.secure_channel(ADDRESS, grpc.ssl_channel_credentials(*map(read, names)))


def capabilities(through):
    stub = p4runtime_pb2_grpc.P4RuntimeStub(through)
    return stub.Capabilities(p4runtime_pb2.CapabilitiesRequest(), timeout=10).p4runtime_api_version


def cannot(what, through):
    try:
        capabilities(through)
    except grpc.RpcError as error:
        return equal(f"{what} is refused", error.code(), grpc.StatusCode.UNAVAILABLE)
    check(f"{what} is refused", False, "it was served")


def shell(options):
    """Whether the shell has a session."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            sh.setup(device_id=1, grpc_addr=ADDRESS, election_id=(0, 1), ssl_options=options)
        except SystemExit:
            return False
    sh.teardown()
    return True


def main():
    for name in ("ca", "other"):
        authority(name)
    certificate("server", "ca", "IP:127.0.0.1")
    certificate("client", "ca")
    certificate("stranger", "other")
    server = Server("1=sw1", "--tls-cert", "server.pem", "--tls-key", "server.key", "--client-ca", "ca.pem")
    equal("a client with a certificate", capabilities(channel(client="client"))[:2], "1.")
    cannot("a client without a certificate", channel())
    cannot("a client with somebody else's certificate", channel(client="stranger"))
    cannot("plain text", grpc.insecure_channel(ADDRESS))
    cannot("a server whose certificate the client does not know", channel("other", "client"))
    with socket.create_connection(("127.0.0.1", 9559)) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\n\r\n" * 1000)
        silent = socket.create_connection(("127.0.0.1", 9559))
        equal("others are served while some say nothing or nonsense", capabilities(channel(client="client"))[:2], "1.")
        silent.close()
    check("p4runtime-shell with its certificate", shell(SSLOptions(False, "ca.pem", "client.pem", "client.key")))
    check("p4runtime-shell without one", not shell(SSLOptions(False, "ca.pem")))
    check("p4runtime-shell in plain text", not shell(SSLOptions(True)))
    server.end()

    server = Server("1=sw1", "--tls-cert", "server.pem", "--tls-key", "server.key")
    equal("without --client-ca a client needs no certificate", capabilities(channel())[:2], "1.")
    cannot("plain text then", grpc.insecure_channel(ADDRESS))
    server.end()


run(main)
