# SPDX-License-Identifier: Apache-2.0
"""Ours and libtorrent. SHADW_DHT_AGENT is the program that hosts ours."""

from cases import InteropTest, main
from mainline_cases import LossesCases, OursAmongTheirsCases, TheirsAmongOursCases


class OursAmongTheirsTest(OursAmongTheirsCases, InteropTest):
    kind = "libtorrent"


class TheirsAmongOursTest(TheirsAmongOursCases, InteropTest):
    kind = "libtorrent"


class LossesTest(LossesCases, InteropTest):
    kind = "libtorrent"


if __name__ == "__main__":
    main()
