"""What the prover says: options that do not fit, backends that cannot serve, pins that contradict each other."""

from __future__ import annotations

from optimizer.errors import define

define(
    "SOLVE_OPTION",
    "Option de calcul {option} : {value} ne convient pas (attendu : {expected}).",
    "Solve option {option}: {value} does not fit (expected: {expected}).",
)
define(
    "BACKEND_UNKNOWN",
    "Moteur de calcul « {backend} » inconnu (disponibles : {known}).",
    "Unknown backend “{backend}” (available: {known}).",
)
define(
    "BACKEND_MISSING",
    "Le moteur « {backend} » n'est pas installé : {library} manque.",
    "Backend “{backend}” is not installed: {library} is missing.",
    remedy_fr="Installez-le ou choisissez --backend auto",
    remedy_en="Install it or choose --backend auto",
)
define(
    "BACKEND_TOO_LARGE",
    "Le moteur « {backend} » ne sait pas tenir {columns:couple/couples} en mémoire (limite : {limit:couple/couples}).",
    "Backend “{backend}” cannot hold {columns:pair/pairs} in memory (limit: {limit:pair/pairs}).",
    remedy_fr="Choisissez --backend auto",
    remedy_en="Choose --backend auto",
)
define(
    "NO_SOLUTION",
    "Aucune proposition ne respecte les décisions imposées : elles se contredisent.",
    "No proposal can respect the pinned decisions: they contradict each other.",
)
