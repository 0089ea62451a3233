# SPDX-License-Identifier: Apache-2.0
"""What the test programs here share."""

import contextlib
import os
import sys
import time
import unittest

from foreign_network import ForeignNetwork, Namespace

SEED = bytes(range(32)).hex()
SALT = b"foobar".hex()
EVENTUALLY_SECONDS = 30
SKIPPED = 77


class InteropTest(unittest.TestCase):
    """Has one namespace a class, in which `networks` are made that end with it."""

    kind = ""

    @classmethod
    def setUpClass(cls):
        reason = Namespace.why_not()
        if reason and os.environ.get("CI") == "true":
            raise AssertionError(f"this must not be skipped in CI: {reason}")
        if reason:
            raise unittest.SkipTest(reason)
        cls._resources = contextlib.ExitStack()
        cls.addClassCleanup(cls._resources.close)
        cls.namespace = cls._resources.enter_context(Namespace())

    @classmethod
    def foreign(cls, size=8, **options):
        """Nodes of `kind`."""
        return cls._resources.enter_context(
            ForeignNetwork(cls.namespace, cls.kind, size=size, **options)
        ).nodes

    @classmethod
    def ours(cls, size, start=None, **options):
        """Nodes of this library. SHADW_DHT_AGENT is the program that hosts them."""
        network = "hyperdht" if cls.kind == "hyperdht" else "mainline"
        nodes = ForeignNetwork(
            cls.namespace,
            "shadw",
            size=size,
            command=[os.environ["SHADW_DHT_AGENT"]],
            subnet=100,
            start={"network": network, **(start or {})},
            **options,
        )
        return cls._resources.enter_context(nodes).nodes

    @classmethod
    def seq(cls, number):
        """The argument `seq`, where the kind lets one choose it."""
        return {} if cls.kind == "libtorrent" else {"seq": number}

    def eventually(self, check):
        """Repeats `check` until it passes, or fails as it does after far too long."""
        deadline = time.monotonic() + EVENTUALLY_SECONDS
        while True:
            try:
                return check()
            except self.failureException:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.2)


_seeds = iter(range(1, 256))


def fresh_seed() -> str:
    """A key of a test's own: the tests of a class share a network."""
    return bytes([next(_seeds)]).hex() + "5e" * 31


def main() -> None:
    program = unittest.main(exit=False, verbosity=2)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    # A class that is skipped counts as one skip and no test.
    sys.exit(SKIPPED if result.skipped and result.testsRun <= len(result.skipped) else 0)
