"""OR-Library assignment and generalised-assignment files (Beasley 1990), read, stated as allocations and solved by our provers.

Source: J. E. Beasley, "OR-Library: distributing test problems by electronic mail", Journal of the Operational Research Society 41
(1990) 1069-1072, https://people.brunel.ac.uk/~mastjjb/jeb/info.html. The files stay there: the command reads a folder of them.
"""
