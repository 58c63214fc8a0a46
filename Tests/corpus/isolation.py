"""Work on a file in a child process, which may crash, hang or ask for too much memory without harm to the rest."""

import faulthandler
import json
import os
import resource
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

#: More address space than this beyond what the process has is refused to the child; it protects the machine only.
ADDRESS_SPACE = 8 << 30
#: Seconds a child may take for small data, and bytes it may use beyond what it says it needs.
SECONDS = 60
MEMORY = 256 << 20

Tell = Callable[..., None]


@dataclass
class Outcome:
    """What a child told, and how it ended."""

    #: What it told, in order; each is a dictionary.
    messages: list[dict[str, Any]] = field(default_factory=list)
    #: How it ended if not as it should: "crashed by SIGSEGV in STEP", "hung in STEP".
    failure: str | None = None
    seconds: float = 0.0
    #: The greatest memory of the child or of one of its own children, beyond what the parent had.
    memory: int = 0

    def told(self, key: str) -> list[Any]:
        """All values told under a key, in order."""
        return [message[key] for message in self.messages if key in message]


def run(work: Callable[[str, Tell], None], path: str, seconds: float = SECONDS) -> Outcome:
    """Calls ``work(path, tell)`` in a child; ``tell(key=value)`` reaches the outcome whatever happens after it.

    ``tell(step="...")`` says what the child is about to do, for the description of a failure.
    """
    reader, writer = os.pipe()
    begin = time.monotonic()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reader)
            status = _work(work, path, writer)
        finally:
            # Whatever happens, for example that nobody listens any more: the child must not return into the caller.
            os._exit(status)
    os.close(writer)
    text, hung = _read(reader, begin + seconds)
    os.close(reader)
    if hung:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    outcome = Outcome([json.loads(line) for line in text.decode().splitlines()], seconds=time.monotonic() - begin)
    step = (outcome.told("step") or ["the beginning"])[-1]
    if hung:
        outcome.failure = f"did not end within {seconds:.0f} s in {step}"
    elif os.WIFSIGNALED(status):
        outcome.failure = f"crashed by {signal.Signals(os.WTERMSIG(status)).name} in {step}"
    elif status != 0:
        outcome.failure = f"failed in {step}: {''.join(outcome.told('exception'))}"
    outcome.memory = max(outcome.told("memory") or [0])
    return outcome


def _work(work: Callable[[str, Tell], None], path: str, writer: int) -> int:
    """What the child does; its exit status."""

    def tell(**message: Any) -> None:
        line = (json.dumps(message) + "\n").encode()
        while line:
            line = line[os.write(writer, line) :]

    faulthandler.disable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit = _status("VmSize") + ADDRESS_SPACE
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the peak begins anew
    before = _status("VmRSS")
    try:
        work(path, tell)
    except BaseException as error:
        tell(exception=f"{type(error).__name__}: {error}")
        return 1
    finally:
        own = _status("VmHWM")
        children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10
        tell(memory=max(own, children) - before)
    return 0


def _status(name: str) -> int:
    """A number of bytes that the kernel knows of this process."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith(f"{name}:"))


def _read(reader: int, deadline: float) -> tuple[bytes, bool]:
    """What comes through a pipe until it is closed, and whether that took too long."""
    text = b""
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([reader], [], [], left)[0]:
            continue
        piece = os.read(reader, 1 << 16)
        if not piece:
            return text, False
        text += piece
    return text[: text.rfind(b"\n") + 1], True
