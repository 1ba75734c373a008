"""Case files as tables: CSV and XLSX in, lines of cells out, each cell as the file says it or reported as unfit.

This package imports neither the rest of the portal nor anything beside the standard library: it runs in a process of
its
own (child.py), which has limits on memory and time and starts quickly.
"""
