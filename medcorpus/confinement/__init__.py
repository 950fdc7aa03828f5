"""Runs the code of a source where it can do no harm: a child process that may read and compute, and nothing else.

A source comes from a stranger, and `medcorpus check` imports it. Two walls stand around it.

1. **An audit hook** (`rules`), on every system: it sees what Python is about to do, ends the process before that is
   done, and says which rule was broken and at which line. It sees nothing that goes past Python: C code of a module's
   own, memory that is written to by address. Someone who knows CPython well enough gets around it.
2. **The kernel** (`kernel`), on Linux: Landlock keeps it from writing outside its temporary folder and from reading
   outside Python's and the project's own folders, a seccomp filter from sockets, programs, processes, signals, other
   people's file modes and limits, and resource limits bound memory, processor time and the size of a file. None of
   these can be taken back from inside. What is refused here looks to the source like a missing right.

What neither does: they do not stop a source from saying that it passes when it does not (it shares the process with
the checks), from reading what Python's folders hold, or, where there is no Landlock and no seccomp (other systems,
kernels before 5.13), from harm done past Python. The walls that are in place are part of the result. What its
temporary folder holds is looked at twice a second: it may be over the limit for that long.
"""
