#!/usr/bin/env python3
"""The adapter: sends the world on standard input to the server at CONFORMANCE_ENDPOINT_URL.

Exit status 0 means that the world is loaded; any other stops the run, which shows what was printed.
"""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request

TIMEOUT_S = 30


def main() -> int:
    """Load the world."""
    url = os.environ["CONFORMANCE_ENDPOINT_URL"].rstrip("/") + "/load-world"
    request = urllib.request.Request(url, data=sys.stdin.buffer.read(), method="POST")  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - as above
            print(answer.read().decode().strip())
    except urllib.error.HTTPError as error:
        print(error.read().decode(errors="replace").strip(), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
