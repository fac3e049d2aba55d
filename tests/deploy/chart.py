"""The Helm chart with several values: what helm says of it, whether Kubernetes takes what it renders, by the schemas that are published, and whether what the
container is to do works with the rights that it is to have. `chart.py HELM CHART`, in namespaces of its own."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import grpc
import kubernetes_validate
import yaml

HELM, CHART = sys.argv[1:]
VALUES = Path(__file__).parent / "values"
# Kubernetes, oldest and newest: the schemas of these versions are in the package.
VERSIONS = ("1.30", "1.37")
PATIENCE = 15
# Of operators' kinds there are no schemas in it.
WITHOUT_SCHEMA = {"ServiceMonitor"}


def check(what, holds, found=None):
    if not holds:
        sys.exit(f"FAILED {what}" + ("" if found is None else f": {found}"))
    print("ok", what, flush=True)


def helm(*words):
    return subprocess.run([HELM, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def rendered(values):
    """What the chart makes of values: manifests by kind."""
    said = helm("template", "fleet", CHART, "--namespace", "switches", "--values", values)
    check(f"{values.stem}: it renders", said.returncode == 0, said.stdout)
    return {manifest["kind"]: manifest for manifest in yaml.safe_load_all(said.stdout) if manifest}


def valid(name, manifests):
    for kind in manifests.keys() - WITHOUT_SCHEMA:
        for version in VERSIONS:
            try:
                by = kubernetes_validate.validate(manifests[kind], version, strict=True)
            except kubernetes_validate.ValidationError as error:
                check(f"{name}: {kind} is valid", False, f"{version}: {error.message} at {list(error.path)}")
            check(f"{name}: {kind} is valid in Kubernetes {version}", by == version, by)


def refused(what, words, *options):
    said = helm("template", "fleet", CHART, "--values", VALUES / "plain.yaml", *options)
    check(f"refused: {what}", said.returncode != 0 and words in said.stdout, said.stdout)


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def secrets():
    """What the secrets have, where the container finds it, below the folder of the test."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for folder in ("tls", "client-ca"):
        os.makedirs(f"etc/p4xdp/{folder}")

    def authority(own, name):
        openssl("req", "-x509", *key, "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", own)

    def signed(by, own, name, alternative):
        openssl("req", *key, "-subj", f"/CN={name}", "-keyout", f"{own}.key", "-out", f"{name}.csr")
        Path("extensions").write_text(f"subjectAltName={alternative}\n")
        signer = ("-CA", by[0], "-CAkey", by[1], "-CAcreateserial")
        openssl("x509", "-req", "-in", f"{name}.csr", *signer, "-days", "2", "-extfile", "extensions", "-out", f"{own}.crt")

    authority("servers.pem", "servers")
    authority("etc/p4xdp/client-ca/clients.pem", "clients")
    signed(("servers.pem", "servers.key"), "etc/p4xdp/tls/tls", "server", "IP:127.0.0.1,IP:::1")
    signed(("etc/p4xdp/client-ca/clients.pem", "clients.key"), "client", "client", "DNS:client")


def channel(arguments):
    """A way to the server, as a controller has it."""
    listen = next(a.removeprefix("--listen=") for a in arguments if a.startswith("--listen="))
    host, port = listen.rsplit(":", 1)
    address = f"{'[::1]' if host == '[::]' else '127.0.0.1'}:{port}"
    if not any(a.startswith("--tls-cert") for a in arguments):
        return grpc.insecure_channel(address)

    def read(path):
        return Path(path).read_bytes()

    client = any(a.startswith("--client-ca") for a in arguments)
    own = (read("client.key"), read("client.crt")) if client else ()
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(read("servers.pem"), *own))


def healthy(through):
    """Whether gRPC's health service says SERVING, which the kubelet's probe asks for."""
    call = through.unary_unary("/grpc.health.v1.Health/Check", lambda request: request, lambda answer: answer)
    return call(b"", timeout=PATIENCE, wait_for_ready=True) == b"\x08\x01"


@contextlib.contextmanager
def container(manifest):
    """The container's command as a process of this namespace, with the rights of its security context and no others."""
    pod = manifest["spec"]["template"]["spec"]
    (one,) = pod["containers"]
    context = one["securityContext"]
    capabilities = context["capabilities"]
    check("all rights are dropped that are not named", capabilities["drop"] == ["ALL"] and not context.get("privileged"))
    held = ",".join(["-all", *(f"+{name.lower()}" for name in capabilities["add"])])
    rights = ["--bounding-set", held, "--inh-caps", held, "--ambient-caps", "-all"]
    if not context["allowPrivilegeEscalation"]:
        rights.append("--no-new-privs")
    arguments = [argument.replace("=/etc/", f"={os.getcwd()}/etc/") for argument in one["args"]]
    server = subprocess.Popen(["setpriv", *rights, os.environ["P"], *arguments])
    try:
        yield arguments
    finally:
        server.terminate()
        status = server.wait(PATIENCE)
    check("it ends when it is told to", status == 0, status)


def runs(name, manifests):
    manifest = manifests["DaemonSet"]
    with container(manifest) as arguments:
        with channel(arguments) as through:
            check(f"{name}: the container's command serves", healthy(through))
        for argument in arguments:
            if argument.startswith("--metrics="):
                port = argument.rsplit(":", 1)[1]
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
                    check(f"{name}: and metrics", answer.status == 200)
    pod = manifest["spec"]["template"]["spec"]
    mounted = {mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
    files = [a.split("=", 1)[1] for a in pod["containers"][0]["args"] if "=/etc/" in a]
    check(f"{name}: what it reads is mounted", all(os.path.dirname(file) in mounted for file in files), files)


def probes(made):
    def probe(name):
        return {key: value for key, value in one(name)["readinessProbe"].items() if not key.endswith("Seconds")}

    def one(name):
        return made[name]["DaemonSet"]["spec"]["template"]["spec"]["containers"][0]

    check("the kubelet asks the node where only it may", probe("plain") == {"tcpSocket": {"host": "127.0.0.1", "port": "p4runtime"}}, probe("plain"))
    check("it asks for health in plain text", probe("open") == {"grpc": {"port": 9559}}, probe("open"))
    check("it connects where there is TLS", probe("tls") == probe("mtls") == {"tcpSocket": {"port": "p4runtime"}}, probe("tls"))


def metrics(manifests):
    annotations = manifests["DaemonSet"]["spec"]["template"]["metadata"]["annotations"]
    check("Prometheus finds the metrics by annotations", annotations["prometheus.io/port"] == "9700", annotations)
    monitor, service = manifests["ServiceMonitor"], manifests["Service"]
    (endpoint,) = monitor["spec"]["endpoints"]
    port = next(p for p in service["spec"]["ports"] if p["name"] == endpoint["port"])
    check("and the operator by the service", port["port"] == 9700, service)
    chosen = monitor["spec"]["selector"]["matchLabels"].items()
    check("which has the labels that the monitor asks for", chosen <= service["metadata"]["labels"].items())


def main():
    linted = [helm("lint", "--strict", CHART, "--values", values) for values in sorted(VALUES.glob("*.yaml"))]
    check("helm finds nothing", all(said.returncode == 0 and "WARNING" not in said.stdout for said in linted), linted)
    made = {values.stem: rendered(values) for values in sorted(VALUES.glob("*.yaml"))}
    for name, manifests in made.items():
        valid(name, manifests)
    refused("no interfaces", "devices: name the interfaces", "--set", "devices=null")
    refused("plain text to everybody", "without TLS", "--set", "listen.address=10.0.0.1")
    refused("certificates of clients without TLS", "needs tls.enabled", "--set", "tls.clientCA.secretName=x")
    refused("TLS without a certificate", "tls.secretName", "--set", "tls.enabled=true")
    refused("a value that there is not", "nonsense", "--set", "nonsense=1")
    refused("a mode that there is not", "mode", "--set", "mode=fast")
    probes(made)
    metrics(made["metrics"])
    secrets()
    for name, manifests in made.items():
        runs(name, manifests)
    check("nothing is pinned by servers alone", not os.path.exists("/sys/fs/bpf/p4xdp"))


main()
