# SPDX-License-Identifier: MIT
"""What stands around the programs under test: a desktop session, servers, certificates.

`world.world.World` holds all of it together; each part can be had alone.
"""
