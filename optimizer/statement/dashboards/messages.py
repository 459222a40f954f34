"""What the dashboards refuse, in both languages."""

from __future__ import annotations

from optimizer.errors import define

define(
    "DASHBOARD_UNKNOWN",
    "« {code} » n'est pas {kind_fr} de ce dossier.",
    "“{code}” is not {kind_en} of this case.",
    remedy_fr="Choisir parmi : {known}",
    remedy_en="Choose among: {known}",
)
define(
    "DASHBOARD_VIEWER",
    "« {kind} » n'a pas de tableau de bord.",
    "“{kind}” has no dashboard.",
    remedy_fr="Choisir parmi : {known}",
    remedy_en="Choose among: {known}",
)
define(
    "DASHBOARD_NO_RUN",
    "« {name} » n'est pas un dossier écrit par attriflux propose : {missing} y manque, ou ne se lit pas.",
    "“{name}” is not a folder written by attriflux propose: {missing} is missing, or cannot be read.",
    remedy_fr="Donner à --proposals le dossier --out d'un propose",
    remedy_en="Give --proposals the --out folder of a propose",
)
define(
    "DASHBOARD_OTHER_CASE",
    "Les propositions de « {name} » ne viennent pas de ce dossier : {file} a changé depuis, ou n'y était pas.",
    "The proposals of “{name}” do not come from this case: {file} has changed since, or was not there.",
    remedy_fr="Relancer attriflux propose sur ce dossier",
    remedy_en="Run attriflux propose on this case again",
)
