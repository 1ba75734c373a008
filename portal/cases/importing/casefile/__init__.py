"""Case files as tables: CSV and XLSX in, lines of cells out, each cell as the file says it or named as unfit.

Nothing here imports the rest of the portal, or anything beside the standard library: it is run by a process of its
own (child.py), which has bounds of memory and time and starts in a moment.
"""
