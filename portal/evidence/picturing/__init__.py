"""Makes pictures of the pages of a file that someone sent, in a process of its own (child.py).

The package imports nothing of the portal: it is loaded by itself, under limits of memory and processor time.
"""
