"""How the process of a notebook comes to be: forked from one that has imported everything, or started afresh.

What notebooks import takes longer than much of what they do. A fork shares nothing with the other notebooks but
modules; it is taken on Linux alone, since elsewhere a fork is unsafe or unknown, and there a fresh interpreter runs.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from design_lab.processes import end_with_parent

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

_NO_HISTORY = "--HistoryManager.enabled=False"


def warm_up(*, progress: object = None) -> None:
    """Begin to import what notebooks need, in a process of its own, while this one goes on; nothing off Linux."""
    if sys.platform == "linux":
        from multiprocessing.forkserver import ensure_running, set_forkserver_preload

        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")  # a kernel sets it too late
        set_forkserver_preload(["design_lab.run.warm"])
        ensure_running()


def manager(package: str | None) -> type:
    """Return the class of kernel managers: of this Python, whatever kernels the user has installed.

    `package` is the folder that holds another version of this package, by which a fresh interpreter is to run.
    """
    return _forked() if sys.platform == "linux" and not package else _fresh(package)


def _fresh(package: str | None) -> type:
    paths = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    return _manager({"PYTHONPATH": paths} if package else {})


def _manager(environment: Mapping[str, str]) -> type:
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class ThisInterpreter(AsyncKernelManager):  # type: ignore[misc,unused-ignore]
        @property
        def kernel_spec(self) -> KernelSpec:
            start = [sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}", _NO_HISTORY]
            return KernelSpec(argv=start, display_name="Python 3", language="python", env=dict(environment))

    return ThisInterpreter


def _forked() -> type:
    from jupyter_client.provisioning.local_provisioner import LocalProvisioner

    class Forked(LocalProvisioner):  # type: ignore[misc,unused-ignore]
        process: Any

        async def launch_kernel(self, cmd: list[str], **how: Any) -> Any:
            warm_up()
            self.cwd = Path(how.get("cwd") or Path.cwd())
            told = (cmd[cmd.index("-f") :], how["env"], str(self.cwd))
            process = get_context("forkserver").Process(target=_serve, args=told)
            process.start()
            self.process, self.pid, self.pgid = _Handle(process), process.pid, process.pid
            return self.connection_info

    class ForkedInterpreter(_manager({})):  # type: ignore[misc]
        async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
            self.provisioner = Forked(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
            return await super()._async_pre_start_kernel(**kwargs)

    return ForkedInterpreter


class _Handle:
    """A forked process as a kernel's keeper knows processes: by `subprocess.Popen`'s names."""

    stdin = stdout = stderr = None

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self._process.pid and self._process.is_alive():
            os.kill(self._process.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self._process.kill()


def _serve(arguments: Sequence[str], environment: Mapping[str, str], folder: str) -> None:
    """Be a kernel until it is shut down, in a group of its own as a started kernel is."""
    if sys.platform == "linux":
        os.setsid()
    end_with_parent()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance(argv=[*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])
