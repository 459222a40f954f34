"""Many units of work that need nothing of each other: run by threads, processes or a Dask cluster, kept on the disk, merged by key.

What lives here. A `Unit` is a function, its arguments and a key, the hash of all it depends on (:func:`key_of`); :func:`run_units`
runs those that `Parts` does not hold yet, wherever :func:`workers_of` says (``2``, ``threads:4``, ``tcp://host:8786``), and gives
what each returned, by key.

What it may import: ``disk``, ``errors``; ``distributed`` inside the function that calls it.

Why so. A seed, a policy, a scenario, a hundred draws: each is worth seconds to minutes and knows nothing of the others, which is
where several processors or machines pay. A unit answers in bytes that are a function of its arguments, so any number of workers
gives the same files; what is finished is on the disk before anybody hears of it, so a killed worker costs what it was doing and a
killed command goes on where it was.

Rejected: a queue of tasks that feed each other (nothing here needs one); results that stay on the workers (a lost worker would lose
them); a fall back to this machine when a cluster is lost (who asked for thirty machines must hear that there are none).
"""

from optimizer.workers.address import Workers, workers_of
from optimizer.workers.keys import code_mark, key_of
from optimizer.workers.parts import Parts
from optimizer.workers.running import run_units
from optimizer.workers.unit import Unit

__all__ = ["Parts", "Unit", "Workers", "code_mark", "key_of", "run_units", "workers_of"]
