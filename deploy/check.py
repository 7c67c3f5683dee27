#!/usr/bin/env python3
"""Checks everything below deploy/, as far as that goes without Docker, systemd and Kubernetes running.

    python3 deploy/check.py PALMETTE

PALMETTE is the program: it reads the arguments, the variables and the settings that the files give it, as it would at a start, and the
shares of the batch are run on a few pictures. Needs kubernetes-validate, hadolint and compose-spec (PyPI), promtool (Prometheus), nginx,
systemd-analyze and systemd-socket-activate. That every metric exists is a test of palmette-server; that a server may end behind nginx is
tried by benches/failover.py.
"""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import compose_spec
import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MANIFESTS = sorted(HERE.glob("kubernetes/**/*.yaml"))
# More exposed than this, and systemd-analyze refuses: "SAFE" ends at 20 of 100.
MAX_EXPOSURE = "20"


def tool(name: str) -> str:
    """Returns a program beside the Python that runs this, or else of the path."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else name


def run(*arguments: str | Path, env: dict[str, str] | None = None, cwd: Path = HERE) -> str:
    """Runs a program, which has to end well, and returns what it prints."""
    done = subprocess.run(arguments, cwd=cwd, env=env, text=True, capture_output=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def say(what: str) -> None:
    print(f"deploy: {what}")


# Docker.


def check_dockerfile() -> None:
    dockerfile = HERE / "Dockerfile"
    run(tool("hadolint"), dockerfile)
    text = dockerfile.read_text()
    ignored = (HERE / "Dockerfile.dockerignore").read_text().splitlines()
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), f"{source} is copied, and is not there"
            assert f"!{source}" in ignored, f"{source} is copied, and ignored"
    members = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["members"]
    for member in members:
        assert any(Path(member).is_relative_to(kept[1:]) for kept in ignored if kept[:1] == "!"), f"{member} is ignored"
    toolchain = tomllib.loads((ROOT / "rust-toolchain.toml").read_text())["toolchain"]["channel"]
    assert f"FROM rust:{toolchain}-" in text, f"the Dockerfile builds with another Rust than {toolchain}"
    say("Dockerfile: hadolint is content, and every source is there; nothing was built")


def container_variables() -> list[dict[str, str]]:
    """Returns the variables of each image."""
    lines = re.findall(r"^ENV (.+)$", (HERE / "Dockerfile").read_text(), re.M)
    assert len(lines) == 2, lines
    return [dict(word.split("=", 1) for word in line.split()) for line in lines]


# The program.


def serve_check(program: str, folder: Path, arguments: list[str], variables: dict[str, str]) -> None:
    """Has the program read a configuration, with the paths of a machine below a folder, and its fonts, models and tokens."""
    env = {name: below(folder, value) for name, value in variables.items()}
    answer = run(program, *(below(folder, argument) for argument in arguments), "--check", "--engine=cpu", env=env)
    assert "WARN" not in answer, answer
    say(f"read by the program: {' '.join(arguments)}")


def below(folder: Path, text: str) -> str:
    """Puts a path of the machine that is described below a folder of this one."""
    return re.sub(r"/(etc/|run/|pictures$)", rf"{folder}/\1", text)


def settings_of(program: str, arguments: list[str], variables: dict[str, str]) -> dict:
    """Returns the settings that the program has with these arguments and variables."""
    return tomllib.loads(run(program, *arguments, "--print-config", env=variables))


def machine(folder: Path) -> None:
    """Writes the files that an operator makes."""
    (folder / "pictures").mkdir()
    for path in ["etc/palmette/tokens", "run/credentials/palmette.service/tokens", "run/secrets/tokens"]:
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text("a-token-of-the-test-0123456789abcdef\n")


# Several servers behind nginx.


def check_compose(program: str) -> None:
    text = (HERE / "compose.yaml").read_text()
    services = yaml.safe_load(text)["services"]
    assert compose_spec.PyCompose.from_yaml(text).service_names() == list(services)
    servers = {name: service for name, service in services.items() if name not in ("nginx", "bucket")}
    variables = container_variables()[1]
    for name, service in servers.items():
        assert service["image"].endswith(f":{version()}"), service["image"]
        with tempfile.TemporaryDirectory() as path:
            folder = Path(path)
            machine(folder)
            serve_check(program, folder, service["command"], {**variables, **service["environment"]})
            settings = settings_of(program, [below(folder, word) for word in service["command"]], variables)
        server = settings["server"]
        assert seconds(service["stop_grace_period"]) * 1000 > server["grace_ms"] + server["lame_duck_ms"], "it is killed too early"
        assert services["nginx"]["depends_on"][name] == {"condition": "service_healthy"}, name
        check_bucket(services["bucket"], settings["cache"]["bucket"], service["environment"])
    volumes = yaml.safe_load(text)["volumes"]
    for service in services.values():
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in volumes or (HERE / source).exists(), f"{volume} is mounted, and is not there"
    # The servers differ in nothing, so the settings of the last are those of all.
    check_nginx(set(servers), settings)
    say(f"compose.yaml: {len(servers)} servers over a bucket and behind nginx, which is content with its file; nothing was started")


def check_bucket(service: dict, url: str, client: dict[str, str]) -> None:
    """The bucket that a server names is there, at the place and with the keys that the server has for it."""
    own = service["environment"]
    assert client["AWS_ENDPOINT_URL"] == f"http://bucket{own['VGW_PORT']}", client
    keys = [client[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")]
    assert keys == [own[name] for name in ("ROOT_ACCESS_KEY", "ROOT_SECRET_KEY", "VGW_REGION")], client
    # Each folder in that of the gateway is a bucket.
    buckets = [volume.split(":")[1] for volume in service["volumes"]]
    assert f"{own['VGW_BACKEND_ARG']}/{url.removeprefix('s3://')}" in buckets, (url, buckets)


def check_nginx(servers: set[str], settings: dict) -> None:
    """Has nginx read its file, which has to name these servers, and to leave them the time and the bytes that they allow."""
    text = (HERE / "nginx.conf").read_text()
    upstreams = re.findall(r"upstream \w+ \{(.*?)\}", text, re.S)
    assert len(upstreams) == 2, upstreams
    for upstream in upstreams:
        port = settings["server"]["listen"].rpartition(":")[2]
        assert set(re.findall(r"server (\S+) ", upstream)) == {f"{name}:{port}" for name in servers}, upstream

    def value(name: str) -> int:
        [found] = re.findall(rf"{name} (\d+)[sm];", text)
        return int(found)

    admission, limits = settings["admission"], settings["limits"]
    assert value("proxy_read_timeout") * 1000 > admission["max_queue_wait_ms"] + limits["timeout_ms"], "nginx gives up first"
    assert value("client_max_body_size") << 20 >= limits["max_form_bytes"], "nginx refuses forms that a server takes"
    assert value("keepalive_timeout") * 1000 < settings["server"]["idle_timeout_ms"], "servers close connections that nginx keeps"
    with tempfile.TemporaryDirectory() as folder:
        # nginx looks its servers up when it starts.
        local = re.sub(r"palmette-\d", "127.0.0.1", text).replace("/tmp/", f"{folder}/")
        (Path(folder) / "nginx.conf").write_text(local)
        nginx = tool("nginx") if shutil.which(tool("nginx")) else "/usr/sbin/nginx"
        warnings = run(nginx, "-t", "-q", "-e", "stderr", "-c", f"{folder}/nginx.conf")
        assert not warnings, warnings


def seconds(text: str) -> int:
    """Reads a time of compose that is in seconds."""
    return int(text.removesuffix("s"))


def version() -> str:
    return tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]


# systemd.


def check_systemd(program: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        machine(folder)
        units = folder / "units"
        shutil.copytree(HERE / "systemd", units)
        unit = units / "palmette.service"
        [command] = re.findall(r"^ExecStart=/usr/bin/palmette (.+)$", unit.read_text(), re.M)
        variables = dict(re.findall(r"^Environment=(\w+)=(.*)$", unit.read_text(), re.M))
        # The settings of the file, with the paths of this folder.
        settings = folder / "etc/palmette/palmette.toml"
        settings.write_text((units / "palmette.toml").read_text().replace("/run/", f"{folder}/run/"))
        serve_check(program, folder, command.split(), variables)

        try_sockets(program, units / "palmette.socket", settings)

        unit.write_text(unit.read_text().replace("/usr/bin/palmette", program))
        warnings = run("systemd-analyze", "verify", "--man=no", units / "palmette.service", units / "palmette.socket")
        assert not warnings, warnings
        run("systemd-analyze", "security", "--offline=true", f"--threshold={MAX_EXPOSURE}", "--no-pager", unit)
        server = settings_of(program, [*command.split()[:-1], str(settings)], {})["server"]
        limit = int(re.search(r"^TimeoutStopSec=(\d+)$", unit.read_text(), re.M)[1])
        assert limit * 1000 > server["grace_ms"] + server["lame_duck_ms"], server
    say(f"units: systemd-analyze is content, exposure below {MAX_EXPOSURE} of 100")


def try_sockets(program: str, unit: Path, settings: Path) -> None:
    """Hands the program as many sockets as the unit has, as systemd does, and asks at each: the second one is for metrics."""
    count = len(re.findall(r"^ListenStream=", unit.read_text(), re.M))
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [free.getsockname()[1] for free in sockets]
    for free in sockets:
        free.close()
    listen = [f"--listen=127.0.0.1:{port}" for port in ports]
    command = ["systemd-socket-activate", *listen, program, "serve", f"--config={settings}", "--engine=cpu"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while (answer := status(ports[0], "/live")) != 200:
            assert time.monotonic() < deadline, f"no answer at the first socket: {answer}"
            time.sleep(0.1)
        answers = [status(port, path) for port in ports for path in ("/live", "/metrics", "/options")]
        # Without a token, only the second one tells metrics.
        assert answers == [200, 401, 401, 200, 200, 404], answers
    finally:
        server.terminate()
        server.wait(timeout=60)
    say(f"{count} sockets handed over by systemd-socket-activate are the right way round")


def status(port: int, path: str) -> int:
    """Returns the status of an answer, 0 if there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


# Kubernetes.


def containers() -> Iterator[tuple[dict, dict]]:
    """Yields every container of every manifest, with the specification of its pod."""
    for path in MANIFESTS:
        document = yaml.safe_load(path.read_text())
        pod = document["spec"].get("template", {}).get("spec") if document["kind"] in ("Deployment", "Job") else None
        for container in (pod or {}).get("containers", []):
            yield container, {**pod, "job": document["spec"]} if document["kind"] == "Job" else pod


def check_kubernetes(program: str) -> None:
    run(tool("kubernetes-validate"), "--strict", *MANIFESTS)
    commands = []
    for container, pod in containers():
        assert container["image"].endswith(f":{version()}"), container["image"]
        arguments = container["args"]
        commands.append(arguments[0])
        image = container_variables()[1]
        own = {variable["name"]: variable["value"] for variable in container["env"]}
        if arguments[0] == "serve":
            check_server(program, container, pod, {**image, **own})
        else:
            check_shares(program, arguments, pod["job"])
    assert sorted(commands) == ["batch", "serve"], commands
    check_labels()
    say(f"{len(MANIFESTS)} manifests: valid against the schemas of kubernetes-validate")


def check_server(program: str, container: dict, pod: dict, variables: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        machine(folder)
        serve_check(program, folder, container["args"], variables)
    server = settings_of(program, container["args"], variables)["server"]
    # The ports that it listens on are those that are named, and it gets the time to end that it takes.
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    listen = [server[key].rsplit(":", 1)[1] for key in ("listen", "metrics_listen")]
    assert listen == [str(ports["http"]), str(ports["metrics"])], (listen, ports)
    assert pod["terminationGracePeriodSeconds"] * 1000 > server["grace_ms"] + server["lame_duck_ms"], server


def check_labels() -> None:
    """Whatever selects pods selects those of the deployment."""
    documents = {document["kind"]: document["spec"] for document in map(yaml.safe_load, (path.read_text() for path in MANIFESTS))}
    labels = documents["Deployment"]["template"]["metadata"]["labels"]
    selectors = [
        documents["Service"]["selector"],
        documents["Deployment"]["selector"]["matchLabels"],
        documents["PodDisruptionBudget"]["selector"]["matchLabels"],
        documents["NetworkPolicy"]["podSelector"]["matchLabels"],
    ]
    assert all(selector.items() <= labels.items() for selector in selectors), selectors


def check_shares(program: str, arguments: list[str], job: dict) -> None:
    """Runs every share of the job on a few pictures: together they make each once."""
    pictures = sorted((ROOT / "examples/pictures").glob("*.jpg"))
    shares = job["completions"]
    assert any(argument.endswith(f"/{shares}") for argument in arguments), f"the job has {shares} shares"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        for index in range(3 * shares):
            shutil.copy(pictures[index % len(pictures)], folder / f"in/{index}.jpg")
        made = []
        for index in range(shares):
            local = [argument.replace("$(JOB_COMPLETION_INDEX)", str(index)) for argument in arguments]
            local = [argument.replace("s3://pictures", str(folder)) for argument in local]
            lines = map(json.loads, filter(lambda line: line.startswith("{"), run(program, *local, env={}).splitlines()))
            made += [line["source"] for line in lines if line["outcome"] == "made"]
        results = list((folder / "out").rglob("*.webp"))
    assert len(results) == len(made) == len(set(made)) == 3 * shares, (results, made)
    say(f"read and run by the program: {' '.join(arguments)}: {len(results)} pictures in {shares} shares, each once")


# Prometheus and Grafana.


def check_prometheus() -> None:
    rules = HERE / "prometheus"
    run(tool("promtool"), "check", "rules", rules / "palmette.rules.yaml")
    run(tool("promtool"), "test", "rules", rules / "rules.test.yaml", cwd=rules)
    alerts = [rule["alert"] for rule in yaml.safe_load((rules / "palmette.rules.yaml").read_text())["groups"][0]["rules"]]
    tests = yaml.safe_load((rules / "rules.test.yaml").read_text())["tests"]
    fired = {test["alertname"] for case in tests for test in case["alert_rule_test"] if "exp_alerts" in test}
    assert fired == set(alerts), f"not tried: {set(alerts) - fired}"
    say(f"{len(alerts)} alerts: promtool is content, and each is silent and fires where it should")


def check_grafana() -> None:
    """Has promtool read every expression of the dashboard, as a rule."""
    dashboard = json.loads((HERE / "grafana/palmette.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = [
        {"record": f"panel:{index}", "expr": expression.replace("$__rate_interval", "5m").replace("$instance", ".*")}
        for index, expression in enumerate(expressions)
    ]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "dashboard.yaml"
        path.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
        run(tool("promtool"), "check", "rules", path)
    places = [tuple(panel["gridPos"].values()) for panel in dashboard["panels"]]
    assert len(set(places)) == len(places) and len({panel["id"] for panel in dashboard["panels"]}) == len(places)
    say(f"dashboard: {len(places)} panels, {len(expressions)} expressions that promtool reads; Grafana was not asked")


def main() -> None:
    [program] = sys.argv[1:]
    program = os.path.abspath(program)
    check_dockerfile()
    check_compose(program)
    check_systemd(program)
    check_kubernetes(program)
    check_prometheus()
    check_grafana()


if __name__ == "__main__":
    main()
