#!/usr/bin/env python
"""Django's command line, with the embedded servers found or started where a command needs them."""

from __future__ import annotations

import sys

from newsreader.local.commandline import main

if __name__ == "__main__":
    sys.exit(main(sys.argv))
