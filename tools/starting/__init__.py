"""What `make run` does: look whether a portal may start here, prepare its database, keep server and worker going.

Nothing of the portal is imported into this process, which lives as long as the server does: it would bring a hundred
megabytes along.
"""
