"""Where the pricings of the scale kernel are computed: this process, local processes, a cluster. One file each, drop-in.

What lives here. A file registers the scheme of an address (``threads``, ``dask-local:2``, ``dask://host:8786``) with
`optimizer.solve.engine_registry.engine`: a check that is made before anything is read, and a context manager that gives
an `optimizer.solve.scale.pricing.Engine` and closes what it opened.

What it may import: ``solve.scale``, ``errors``; each library inside the function that calls it.

Why so. An engine decides where, never what: the answer of a component is a function of its data and of a question
(`solve.scale.shards`), so any number of workers gives the same bytes. The contract suite runs every engine found here.

Rejected: states kept on the workers (a lost worker would cost all earlier rounds of its shards; the state is 20 bytes a
dwelling, less than the answer that is sent anyway); a fall back to this process when a cluster is lost (a run asked on a
cluster of thirty machines must not end silently on one).
"""
