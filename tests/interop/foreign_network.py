# SPDX-License-Identifier: Apache-2.0
"""Networks of DHT nodes that others wrote, in a network namespace with loopback only.

    with Namespace() as namespace, ForeignNetwork(namespace, "libtorrent", size=8) as network:
        put = network.nodes[0].put_immutable(value=b"hello".hex())
        network.nodes[5].get_immutable(target=put["target"])

README.md has the commands. Every answer is waited for at most COMMAND_SECONDS.
"""

import itertools
import json
import os
import pathlib
import queue
import re
import subprocess
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
COMMAND_SECONDS = 60
MEET_SECONDS = 60
# The agents in JavaScript run from here, beside their node_modules.
MODULES = pathlib.Path(os.environ.get("SHADW_INTEROP_MODULES", HERE / "../../build/interop"))
AGENTS = {
    "libtorrent": ["/usr/bin/python3", "-B", str(HERE / "libtorrent_agent.py")],
    "bittorrent-dht": ["node", str(MODULES / "bittorrent_dht_agent.js")],
    "hyperdht": ["node", str(MODULES / "hyperdht_agent.js")],
}
_numbers = itertools.count(1)


class AgentError(Exception):
    """The agent answered that it could not."""


class Namespace:
    """A network namespace whose only interface is loopback; removed whatever happens."""

    def __init__(self) -> None:
        self.name = f"shadw-{os.getpid()}-{next(_numbers)}"

    def __enter__(self) -> "Namespace":
        self._remove_orphans()
        self._ip("netns", "add", self.name)
        try:
            self._ip("-n", self.name, "link", "set", "lo", "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["ip", "netns", "del", self.name], check=False, capture_output=True)

    def wrap(self, command: list[str]) -> list[str]:
        return ["ip", "netns", "exec", self.name, *command]

    @staticmethod
    def why_not() -> str | None:
        """Why no namespace can be made here, if so."""
        try:
            with Namespace():
                return None
        except FileNotFoundError:
            return "there is no program ip"
        except subprocess.CalledProcessError as error:
            return f"no network namespace: {error.stderr.strip()}"

    @staticmethod
    def _ip(*arguments: str) -> str:
        done = subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)
        return done.stdout

    def _remove_orphans(self) -> None:
        """Namespaces of test programs that were killed."""
        for name in re.findall(r"^shadw-\d+-\d+", self._ip("netns", "list"), re.MULTILINE):
            if not pathlib.Path("/proc", name.split("-")[1]).exists():
                subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


class Agent:
    """One process that hosts nodes. Its methods are the commands: agent.stats(node="n0")."""

    def __init__(self, namespace: Namespace, command: list[str]):
        self._process = subprocess.Popen(
            namespace.wrap(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answers: dict[int, queue.Queue] = {}
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __getattr__(self, command: str):
        if command.startswith("_"):
            raise AttributeError(command)
        return lambda **arguments: self.send(command, **arguments)()

    def send(self, command: str, **arguments):
        """Sends the command and returns a function that waits for the answer."""
        number = next(_numbers)
        answers: queue.Queue = queue.Queue()
        self._answers[number] = answers
        line = json.dumps({"id": number, "do": command, **arguments})
        try:
            with self._lock:
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()
        except BrokenPipeError:
            answers.put(None)

        def wait() -> dict:
            try:
                answer = answers.get(timeout=COMMAND_SECONDS)
            except queue.Empty:
                raise AgentError(f"no answer in {COMMAND_SECONDS} s to {line}") from None
            if answer is None:
                raise AgentError(f"the agent died before it answered {line}")
            if not answer["ok"]:
                raise AgentError(f"{answer['error']} (to {line})")
            return answer

        return wait

    def close(self) -> None:
        if self._process.poll() is None:
            try:
                self.send("quit")
                self._process.wait(timeout=10)
            except (subprocess.TimeoutExpired, OSError):
                self._process.kill()
                self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout):
            try:
                stream.close()
            except BrokenPipeError:
                pass

    def _read(self) -> None:
        for line in self._process.stdout:
            answer = json.loads(line)
            self._answers.pop(answer["id"]).put(answer)
        for waiting in list(self._answers.values()):
            waiting.put(None)


class Node:
    """One node of an agent. Its methods are the commands: node.put_immutable(value="00")."""

    def __init__(self, agent: Agent, name: str, **start: object):
        self.agent, self.name = agent, name
        started = agent.start(node=name, **start)
        self.node_id = started["node_id"]
        self.endpoint = f"{started['address']}:{started['port']}"

    def __getattr__(self, command: str):
        if command.startswith("_"):
            raise AttributeError(command)
        return lambda **arguments: getattr(self.agent, command)(node=self.name, **arguments)


class ForeignNetwork:
    """`size` nodes of one kind in one agent, each at an address in a /24 of its own.

    `bootstrap` names nodes that are there already; without, the first one is the others'.
    `command` is another program that speaks the protocol.
    """

    def __init__(
        self,
        namespace: Namespace,
        kind: str,
        size: int = 8,
        bootstrap: tuple[str, ...] = (),
        command: list[str] | None = None,
        subnet: int = 1,
        start: dict | None = None,
    ):
        self.kind, self.size, self.nodes = kind, size, []
        self._namespace, self._bootstrap = namespace, list(bootstrap)
        self._command = command or AGENTS[kind]
        self._subnet, self._start = subnet, start or {}

    def __enter__(self) -> "ForeignNetwork":
        self.agent = Agent(self._namespace, self._command)
        try:
            for number in range(self.size):
                self._start_one(number)
            self.wait_until_met()
        except BaseException:
            self.agent.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.agent.close()

    def wait_until_met(self, contacts: int | None = None) -> None:
        """Until each node knows `contacts` others, by default half of the network."""
        enough = max(1, self.size // 2) if contacts is None else contacts
        if not self._bootstrap:
            enough = min(enough, self.size - 1)
        deadline = time.monotonic() + MEET_SECONDS
        known = {node.name: 0 for node in self.nodes}
        while min(known.values()) < enough:
            if time.monotonic() > deadline:
                raise AgentError(f"{self.kind}: the nodes know {known} others, need {enough}")
            time.sleep(0.2)
            for node in self.nodes:
                known[node.name] = node.stats()["contacts"]

    def _start_one(self, number: int) -> None:
        bootstrap = self._bootstrap or [node.endpoint for node in self.nodes[:1]]
        node = Node(
            self.agent,
            f"n{number}",
            # 127.x.y.1 in different /24s: nobody takes them for one host.
            address=f"127.{self._subnet}.{number + 1}.1",
            port=20_000 + number,
            bootstrap=bootstrap,
            **self._start,
        )
        # libtorrent never keeps those it was started with; a contact added it does keep.
        if self.kind == "libtorrent":
            for other in self.nodes:
                node.add(endpoint=other.endpoint)
                other.add(endpoint=node.endpoint)
        self.nodes.append(node)
