"""The server of ``watch``: who gets the page, who does not, and that it only looks."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page.invented_run import data_in
from waiting import PATIENCE, wait_until

from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_seeing.page_source import PageSource
from retro_gamer_seeing.server import PageServer

STARTED = {"event": "started", "schema": 1, "time": "2026-11-28T20:00:00+00:00", "game": "snake", "seed": 1}
EVALUATION = {
    "event": "evaluation", "episode": 100, "total_turns": 5000, "total_seconds": 7.5, "score": 12.0,
    "total_reward": 20.25, "turns": 80.0, "random_score": 3.0, "random_reward": -9.5, "is_best": True, "games": 10,
}  # fmt: skip


@pytest.fixture
def run(tmp_path) -> Path:
    """A run that is trained, as it looks from outside."""
    path = tmp_path / "runs" / "snake"
    path.mkdir(parents=True)
    (path / "config.toml").write_text('[game]\nname = "snake"\n', encoding="utf-8")
    write(path, STARTED | {"choices": []})
    return path


def write(run: Path, *events: dict[str, Any]) -> None:
    with (run / "training.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(event) + "\n" for event in events)


@pytest.fixture
def serve(run) -> Iterator[Any]:
    """Another server for the run, in a thread."""
    servers = []

    def serve(**how: Any) -> PageServer:
        server = PageServer(PageSource(RunDirectory.open(run)), **how)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        servers.append((server, thread))
        return server

    yield serve
    for server, thread in servers:
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()


def ask(
    server: PageServer, path: str, method: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=PATIENCE)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8")
    connection.close()
    return answer, text


def data(server: PageServer, since: int = -1) -> dict[str, Any]:
    answer, text = ask(server, f"/{server.token}/data.json?since={since}")
    return json.loads(text) if answer.status == 200 else {"status": answer.status}


@pytest.mark.parametrize("path", ["/", "/data.json", "/{wrong}/", "/{wrong}/data.json", "//", "/..", "/%00/"])
def test_without_the_token_there_is_nothing_to_be_had(serve, path):
    server = serve()
    wrong = server.token[:-1] + ("a" if server.token[-1] != "a" else "b")
    answer, text = ask(server, path.format(wrong=wrong))
    assert answer.status == 403
    assert "snake" not in text and server.token not in text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_it_is_only_looked_at(serve, method):
    server = serve()
    answer, _ = ask(server, f"/{server.token}/", method)
    assert answer.status == 403


def test_another_name_for_this_computer_is_refused(serve):
    server = serve()
    for host in ("evil.example", f"evil.example:{server.server_port}", "127.0.0.1", "127.0.0.1:1"):
        answer, _ = ask(server, f"/{server.token}/", Host=host)
        assert answer.status == 403
    answer, _ = ask(server, f"/{server.token}/", Host=f"localhost:{server.server_port}")
    assert answer.status == 200


def test_nobody_outside_this_computer_can_reach_it(serve):
    assert serve().server_address[0] == "127.0.0.1"


def test_tokens_cannot_be_guessed_from_one_another(serve):
    one, other = serve(), serve()
    assert one.token != other.token
    assert min(len(one.token), len(other.token)) >= 43  # 256 bits in base64


def test_an_invitation_leads_to_the_page_once(serve):
    server = serve()
    path = "/" + server.invitation().split("/", 3)[3]
    answer, _ = ask(server, path)
    assert (answer.status, answer.headers["Location"]) == (303, server.address)
    answer, text = ask(server, path)
    assert answer.status == 403 and server.token not in text


def test_the_page_lets_nothing_be_fetched_from_elsewhere(serve):
    server = serve()
    answer, text = ask(server, f"/{server.token}/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert data_in(text)["run"]["game"] == "snake"


def test_a_new_evaluation_is_told_to_all_who_look_and_old_news_to_nobody(serve, run):
    one, other = serve(), serve()
    before = data(one)
    assert before["curve"]["evaluations"] == []
    write(run, EVALUATION)
    for server in (one, other):
        [told] = (
            data(server, before["version"])["curve"]["evaluations"]
            if server is one
            else data(server)["curve"]["evaluations"]
        )
        assert (told["mean"], told["turns"], told["seconds"]) == (12.0, 5000, 7.5)
    now = data(one)["version"]
    assert data(one, now) == {"status": 204}


def test_it_ends_when_nobody_has_looked_for_long(run):
    server = PageServer(PageSource(RunDirectory.open(run)), seconds_alone=0.05)
    with server:
        server.serve_forever(0.01)
    assert server.left_alone


def test_looking_changes_nothing(serve, run):
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    server = serve()
    ask(server, f"/{server.token}/")
    data(server)
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_killing_the_training_leaves_the_page_standing(retro_gamer, installed, tmp_path):
    run = tmp_path / "killed"
    retro_gamer("create", "--game", "snake", "--output", run, "--seed", 1)
    command = [sys.executable, "-m", "retro_gamer_core.cli", "train", str(run)]
    training = subprocess.Popen(
        command, env=installed, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    source = PageSource(RunDirectory.open(run))

    def figures() -> dict[str, Any]:
        return source.data() or {}

    try:
        wait_until(lambda: figures()["run"]["episodes"] > 0, training)
        assert figures()["run"]["state"] == "training"
    finally:
        training.kill()
        training.communicate()
    now = figures()
    assert now["run"]["state"] == "gone"
    assert now["run"]["episodes"] > 0 and now["curve"]["training"]


@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
def test_ctrl_c_ends_the_command_quietly(run, tmp_path):
    command = [sys.executable, "-m", "retro_gamer_core.cli", "watch", str(run), "--no-browser"]
    out = tmp_path / "out"
    with out.open("w") as stdout:
        watch = subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, encoding="utf-8")
        try:
            wait_until(lambda: out.read_text().endswith("/\n"), watch)
            address = out.read_text().strip()
            port, path = int(address.split(":")[2].split("/")[0]), "/" + address.split("/", 3)[3]
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            connection.request("GET", path)
            assert connection.getresponse().status == 200
            watch.send_signal(signal.SIGINT)
            _, told = watch.communicate(timeout=PATIENCE)
        finally:
            watch.kill()
    assert watch.returncode == 0
    assert "Traceback" not in told
    assert told.rstrip().endswith(f"retro-gamer report {run}")
