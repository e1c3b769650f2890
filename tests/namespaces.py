"""Whether this machine lets a process have a network or file systems of its own, as Linux can."""

import shutil
import subprocess
import sys


def allowed(*command):
    """Whether a command of `unshare` ends well here."""
    if sys.platform != "linux" or not shutil.which(command[0]):
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
