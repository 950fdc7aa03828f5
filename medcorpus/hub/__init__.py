"""A server that speaks to the Hub's standard clients and serves a folder of data set repositories.

    repositories.py   repositories, commits and blobs as files of a folder
    answers.py        what is asked and what is answered, without HTTP
    reading.py        routes that read: facts, trees, files, refs
    changing.py       routes that write: repositories, uploads, commits, tags, branches
    server.py         HTTP, tokens, and which route answers

It knows nothing of releases: to it they are files. It is bound to the loopback and read-only unless told otherwise.
"""
