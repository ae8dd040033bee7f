# SPDX-License-Identifier: MIT
"""The surroundings of the programs under test: a desktop session, servers, certificates.

`world.world.World` combines all of it; each part can also be used alone.
"""
