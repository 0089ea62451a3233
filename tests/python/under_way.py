# SPDX-License-Identifier: Apache-2.0
"""Whether work lets other threads run.

With the fixture `voluntary_switches` the interpreter's switch interval is so long that a
thread only ever runs when the other gives the lock away of its own accord. So a thread
that sees the work under way shows that the work runs without the lock, however fast or
slow the machine is.
"""

import threading
import time

ROUNDS = 100


def seen_under_way(work):
    """Whether this thread ever ran between the beginning and the end of `work`."""
    for _ in range(ROUNDS):
        phase = ["before"]

        def run(phase=phase):
            phase[0] = "under way"
            work()
            phase[0] = "after"

        thread = threading.Thread(target=run)
        thread.start()
        while phase[0] == "before":
            time.sleep(0)
        seen = phase[0]
        thread.join()
        if seen == "under way":
            return True
    return False
