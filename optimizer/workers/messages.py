"""What is said of workers that cannot be had, or were lost."""

from __future__ import annotations

from optimizer.errors import define

define(
    "WORKERS_UNKNOWN",
    "« {said} » n'est pas une valeur de workers.",
    "“{said}” is not a value of workers.",
    expected_fr="un nombre de processus (2), threads:4, ou l'adresse d'un ordonnanceur Dask (tcp://hôte:8786)",
    expected_en="a number of processes (2), threads:4, or the address of a Dask scheduler (tcp://host:8786)",
)
define(
    "WORKERS_LIBRARY",
    "« {said} » demande la bibliothèque « distributed ».",
    "“{said}” needs the library “distributed”.",
    remedy_fr="pip install 'attriflux[dask]'",
    remedy_en="pip install 'attriflux[dask]'",
)
define(
    "WORKERS_UNREACHABLE",
    "Aucun ordonnanceur Dask ne répond à {address}.",
    "No Dask scheduler answers at {address}.",
    remedy_fr="Démarrez-le (dask scheduler) ou corrigez l'adresse de --workers",
    remedy_en="Start it (dask scheduler) or correct the address of --workers",
)
define(
    "WORKERS_NONE",
    "L'ordonnanceur Dask {address} n'a aucun processus de calcul.",
    "The Dask scheduler {address} has no worker.",
    remedy_fr="Démarrez-en (dask worker {address}) et relancez : ce qui est fini est gardé",
    remedy_en="Start some (dask worker {address}) and run again: what is finished is kept",
)
define(
    "WORKERS_OTHER_RELEASE",
    "Un processus de calcul n'a pas le même Attriflux que celui-ci.",
    "A worker does not run this very Attriflux.",
    remedy_fr="Installez la même version partout",
    remedy_en="Install the same version everywhere",
)
define(
    "WORKERS_LOST",
    "Les processus de calcul s'arrêtent avant d'avoir fini quoi que ce soit, {times} fois de suite ; en cours : {names}.",
    "Workers end before they finish anything, {times} times in a row; at work: {names}.",
    remedy_fr='Dans un script Python, appelez sous « if __name__ == "__main__": », que chaque processus relit ; sinon vérifiez '
    "la mémoire de la machine, ou demandez moins de processus ; ce qui est fini est gardé",
    remedy_en='In a Python script, call under “if __name__ == "__main__":”, which each process reads again; else check the '
    "machine's memory, or ask for fewer processes; what is finished is kept",
)
