"""The starter behind `make run`: checks whether a portal may start here, prepares its database, supervises it.

This process, which lives as long as the server does, imports nothing of the portal, which would take a hundred
megabytes.
"""
