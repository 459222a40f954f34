"""Words of the planning pages: conversion, comparison of scenarios, comparison of grids."""

from __future__ import annotations

from optimizer.errors import texts

texts(
    "FLUX",
    {
        "bars": ("Parc par contingent, en et hors QPV", "Stock by account, in and outside QPV"),
        "not_reserved": ("non réservé", "not reserved"),
        "fit_rooms": ("typologie", "rooms"),
        "fit_ceiling": ("plafond de ressources", "income ceiling"),
        "subject": ("du stock au flux", "from stock to flux"),
        "heading": ("Du stock au flux", "From stock to flux"),
        "year": ("année", "year"),
        "caps": (
            "Les plafonds s'appliquent aux parts avant arrondi. Les logements entiers suivent la méthode du plus fort reste ; à reste égal, le contingent dont le code vient le premier est servi.",
            "Caps act on shares before rounding. Whole dwellings follow the largest remainder; equal remainders go to the account whose code comes first.",
        ),
        "whole": ("Ensemble du département", "Whole département"),
        "year_every": (
            "Logements de l'année par contingent et par mode, tous bailleurs",
            "Dwellings of the year by account and mode, every landlord",
        ),
        "account": ("Contingent", "Account"),
        "stock": ("Stock", "Stock"),
        "assiette": ("Assiette", "Assiette"),
        "assiette_note": (
            "Assiette : libérés moins ce qui est retiré",
            "Assiette: vacated less what is subtracted",
        ),
        "basis": ("Nature", "Basis"),
        "vacated": ("Libérés", "Vacated"),
        "transfers": ("Mutations", "Transfers"),
        "unfit": ("Insalubrité", "Unfit"),
        "sale": ("Vente", "Sale"),
        "in_stock": ("En stock", "In stock"),
        "basis_forecast": ("prévision", "forecast"),
        "basis_actual": ("réalisé", "actual"),
        "subtractions": ("Retraits :", "Subtractions:"),
        "identified": ("dans exclusions.csv", "in exclusions.csv"),
        "stated": ("au taux déclaré de", "at the stated rate of"),
        "year_here": (
            "Logements de l'année par contingent et par mode",
            "Dwellings of the year by account and mode",
        ),
        "vacated_yr": ("Libérés/an", "Vacated/yr"),
        "received": ("dont excédent reçu", "incl. surplus received"),
        "counterparts": ("Contreparties négociées (mode 4) :", "Counterparts agreed (mode 4):"),
        "rights": (
            "Droits uniques (mode 3) : le registre s'épuise",
            "Single-use rights (mode 3): the ledger runs down",
        ),
        "rights_today": ("Droits à ce jour", "Rights today"),
        "per_year": ("Par an", "Per year"),
        "spent_in": ("Épuisés en", "Spent in"),
        "inventory": ("État des lieux du parc réservé", "Inventory of the reserved stock"),
        "volumes": (
            "Volumes, rotation, engagements et contreparties",
            "Volumes, turnover, commitments and counterparts",
        ),
        "turnover": ("Rotation", "Turnover"),
        "ended": ("Conventions échues", "Ended"),
        "soon": ("Échéance sous 5 ans", "Ending within 5 years"),
        "last_end": ("Dernier terme", "Last end"),
        "counterpart": ("Contrepartie", "Counterpart"),
        "ends": (
            "Logements dont la convention échoit, par année.",
            "Dwellings whose agreement ends, by year.",
        ),
        "mixity": ("Mixité : QPV et premier quartile", "Mixity: QPV and first quartile"),
        "stock_in_qpv": ("Parc en QPV", "Stock in QPV"),
        "demand": ("Demandes de son public", "Applications of its public"),
        "of_first_quartile": ("dont 1er quartile", "first quartile"),
        "of_qpv": ("dont en QPV", "in QPV"),
        "fit_red": (
            "En rouge : la demande dépasse le parc de plus de dix points. Par commune : feuille Adéquation.",
            "In red: demand exceeds the stock by more than ten points. By commune: sheet Adéquation.",
        ),
        "moves": ("Mobilité entre contingents", "Passages between accounts"),
        "from": ("De", "From"),
        "to": ("Vers", "To"),
        "first_lettings": (
            "Premières mises en location : registre à part, entrée dans le flux l'année suivante",
            "First lettings: their own ledger, in the flux the year after",
        ),
        "agreed_account": ("Contingent convenu", "Agreed account"),
        "enters": ("Dans le flux en", "In the flux in"),
        "numbers": ("Chiffres retenus et sources", "Numbers used and sources"),
        "parameter": ("Paramètre", "Parameter"),
        "notes": (
            "{n:remarque sur les données/remarques sur les données}",
            "{n:note on the data/notes on the data}",
        ),
        "landlords": ("{n:bailleur/bailleurs}", "{n:landlord/landlords}"),
        "capped": ("plafond {cap} : avant {share}", "cap {cap}: before {share}"),
        "hidden": (
            "{n:autre bailleur/autres bailleurs} : voir flux.csv et inventory.xlsx.",
            "{n:more landlord/more landlords}: see flux.csv and inventory.xlsx.",
        ),
        "chart": ("Parts de flux par contingent selon le mode", "Flux shares by account and mode"),
        "fit_title": (
            "Adéquation, {what} : part du parc / part des demandes du public",
            "Fit, {what}: share of the stock / share of the public's applications",
        ),
    },
)
texts(
    "COMPARISON",
    {
        "heading": ("Comparaison de scénarios", "Comparison of scenarios"),
        "bound": (
            "Borne à information parfaite : un seul optimum sur l'ensemble des logements et des demandes du cas, tous les ménages acceptent. Les lignes « attendu » tiennent compte des refus.",
            "Perfect-information bound: one optimum over all dwellings and applications of the case, every household accepts. Lines named “expected” take refusals into account.",
        ),
        "proven": (
            "Chaque scénario est certifié : conforme aux règles saisies, aucune meilleure solution (preuve jointe dans son dossier).",
            "Every scenario is certified: it meets the rules entered, no better solution exists (proof in its folder).",
        ),
        "open": (
            "Tous les scénarios ne sont pas prouvés jusqu'au bout. Un écart de valeur, ou de coût d'une règle, inférieur à la marge certifiée est marqué non concluant ; les autres indicateurs sont ceux d'une solution parmi celles que cette marge laisse possibles.",
            "Not every scenario is proved to the end. A difference of value, or of the cost of a rule, within the certified margin is marked as not conclusive; the other indicators are those of one of the solutions that this margin leaves possible.",
        ),
        "reference": (
            "La première colonne est la référence ; les écarts sont en petit.",
            "The first column is the reference; differences are in small print.",
        ),
        "inputs": ("Ce qui change dans les entrées", "What changes in the inputs"),
        "inputs_note": (
            "En gras, les valeurs changées, hypothèses du scénario ; les autres sont celles du cas.",
            "In bold, the changed values, assumptions of the scenario; the others are those of the case.",
        ),
        "key": ("Clé", "Key"),
        "numbered": (
            "Les numéros des colonnes sont ceux de la liste en tête de page.",
            "Column numbers are those of the list at the top of the page.",
        ),
        "in_short": ("L'essentiel", "In short"),
        "indicator": ("Indicateur", "Indicator"),
        "unit": ("Unité", "Unit"),
        "lived": (
            "L'année vécue en lots hebdomadaires, avec refus",
            "The year lived in weekly batches, with refusals",
        ),
        "lived_note": (
            "Moyenne des réplications ; en petit, la plus basse et la plus haute, puis l'écart à la première colonne, non concluant quand les fourchettes se recouvrent.",
            "Mean of the replications; in small print the lowest and the highest, then the difference from the first column, not conclusive where the ranges overlap.",
        ),
        "shares": ("Parts par contingent", "Shares by account"),
        "gains": ("Qui gagne, qui perd", "Who gains, who loses"),
        "gains_note": (
            "Logements par contingent et premiers rangs par public ; en petit, l'écart à la première colonne.",
            "Dwellings by account and first ranks by public; in small print, the difference from the first column.",
        ),
        "who": ("Qui", "Who"),
        "attainment": ("Atteinte des objectifs", "Attainment of the targets"),
        "cost": ("Coût du quota", "Cost of the quota"),
        "details": ("Détail par contingent, règle et EPCI", "Details by account, rule and EPCI"),
        "left_out": (
            "Lignes sans bail manquant, sans point perdu ou sans effet dans aucun scénario, laissées dans comparison.xlsx : {n}.",
            "Rows without a missing lease, a lost point or an effect in any scenario, left in comparison.xlsx: {n}.",
        ),
        "notes": ("{n:remarque/remarques}", "{n:note/notes}"),
    },
)
texts(
    "COTATION",
    {
        "subject": ("Cotation", "Cotation"),
        "heading": ("Ce que change la grille", "What the grid changes"),
        "grid": ("Grille", "Grid"),
        "invented": ("inventée pour la démonstration", "invented for demonstration"),
        "assumed_f": ("supposée", "assumed"),
        "by_public": ("Par public", "By public"),
        "public": ("Public", "Public"),
        "applications": ("Demandes", "Applications"),
        "up": ("Montent", "Up"),
        "down": ("Descendent", "Down"),
        "same": ("Inchangées", "Same"),
        "ranks_gained": ("Rangs gagnés", "Ranks gained"),
        "first_ranks": ("Premiers rangs, A → B", "First ranks, A → B"),
        "best_scored": ("Mieux cotées, A → B", "Best scored, A → B"),
        "gained_note": (
            "Rangs gagnés : en moyenne, dans chaque EPCI et chaque grille, parce que les points de deux grilles ne s'additionnent pas. Mieux cotées : autant que de logements dans l'EPCI.",
            "Ranks gained: on average, inside each EPCI and grid, because points of two grids do not add up. Best scored: as many as the EPCI has dwellings.",
        ),
        "criteria": ("Critères", "Criteria"),
        "criterion": ("Critère", "Criterion"),
        "concerned": ("Demandes concernées", "Applications with points"),
        "moves": ("Rangs qui changent sans lui", "Ranks that differ without it"),
        "never_decides": ("ne départage jamais", "never decides"),
        "fragile": (
            "Dossiers dont le rang tient à un seul fait non vérifié",
            "Files whose rank hangs on one unverified fact",
        ),
        "fact": ("Fait", "Fact"),
        "listed_files": ("Dossiers listés", "Listed files"),
        "lost": ("Rangs perdus, au plus", "Ranks lost, at most"),
        "fragile_note": ("Les dossiers un à un : fragile.csv.", "File by file: fragile.csv."),
    },
)
texts(
    "COMPARISON",
    {
        "share_dwellings_by_account": (
            "Part des logements proposés par contingent",
            "Share of dwellings by account",
        ),
        "targets_reached_over_aimed": ("Objectifs : atteint sur visé", "Targets: reached over aimed at"),
        "value_optimum_points": ("valeur de l'optimum (points)", "value of the optimum (points)"),
        "at_least_one_point": (
            "Un point au moins n'est pas certifié : sa marche n'est pas concluante.",
            "At least one point is not certified: its step is not conclusive.",
        ),
        "refused_by_check": ("Refusé par la vérification indépendante.", "Refused by the check."),
    },
)
texts(
    "FLUX",
    {
        "cap_agents": ("agents publics", "public agents"),
        "cap_state": ("ensemble de l'État", "State as a whole"),
        "cap_guarantees": ("garanties d'emprunt", "loan guarantees"),
        "minus_mutation": ("mutations", "transfers"),
        "minus_anru": ("ANRU", "ANRU"),
        "minus_orcod": ("ORCOD", "ORCOD"),
        "minus_unfit": ("insalubrité", "unfit housing"),
        "minus_sale": ("vente", "sale"),
        "minus_stock": ("en stock", "kept in stock"),
        "stocked": (
            "{stock:logement/logements} en stock, assiette de {base:logement/logements} pour l'année.",
            "{stock:dwelling/dwellings} in stock, assiette of {base:dwelling/dwellings} for the year.",
        ),
        "modes": ("Modes calculés : {modes}.", "Modes computed: {modes}."),
        "assumed_values": ("Valeurs supposées : {names}.", "Assumed values: {names}."),
        "nothing": ("aucun", "none"),
        "open": (
            "Ouvrir {page} ; tables : flux.csv, assiette.csv, inventory.xlsx.",
            "Open {page}; tables: flux.csv, assiette.csv, inventory.xlsx.",
        ),
    },
)
texts(
    "COMPARISON",
    {
        "weeks": ("(semaines vécues : {done}/{whole})", "(weeks lived: {done}/{whole})"),
        "overlap": ("non concluant", "not conclusive"),
        "step_open": (
            "Une marche plus petite que la marge certifiée ({points} points au plus) n'est pas concluante.",
            "A step within the certified margin ({points} points at most) is not conclusive.",
        ),
        "unit_dwellings": ("logements", "dwellings"),
        "unit_share": ("part", "share"),
        "unit_leases": ("baux", "leases"),
        "unit_points": ("points", "points"),
        "unit_days": ("jours", "days"),
        "unit_euros": ("euros", "euros"),
        "unit_months": ("mois", "months"),
        "unit_households": ("ménages", "households"),
    },
)
texts(
    "COTATION",
    {
        "changes": (
            "{first:premier rang/premiers rangs} et {lists:liste/listes} changent sur {n:logement/logements}.",
            "{first:first rank/first ranks} and {lists:list/lists} change out of {n:dwelling/dwellings}.",
        ),
        "changes_nothing": (
            "Aucun premier rang, aucune liste ne change sur {n:logement/logements}.",
            "{first:first rank/first ranks} and {lists:list/lists} change out of {n:dwelling/dwellings}.",
        ),
        "moves_said": (
            "{up:demande/demandes} {go}, {down} {fall} ; ex aequo : {ties}.",
            "{up:application/applications} {go} up, {down} {fall}; ties: {ties}.",
        ),
        "go_one": ("monte", "moves"),
        "go_many": ("montent", "move"),
        "fall_one": ("descend", "down"),
        "fall_many": ("descendent", "down"),
        "priority": (
            "Publics prioritaires : {top_a} des premiers rangs avant, {top_b} après ; {head_a} puis {head_b} des mieux cotées.",
            "Priority publics: {top_a} of first ranks before, {top_b} after; {head_a} then {head_b} of the best scored.",
        ),
        "never": ("Critères qui ne départagent jamais : {names}.", "Criteria that never decide: {names}."),
        "no_criterion": ("aucun", "none"),
        "hang": (
            "{n:dossier listé/dossiers listés} {hang} d'un seul fait non vérifié.",
            "{n:listed file/listed files} {hang} on one unverified fact.",
        ),
        "hang_one": ("dépend", "hangs"),
        "hang_many": ("dépendent", "hang"),
        "threshold_assumed": (" (seuil supposé)", " (assumed threshold)"),
        "low_stakes": (
            "Outil à faible enjeu en territoire détendu : au plus {limit} des premiers rangs dépendent de la grille{assumed}.",
            "Low-stakes tool in a relaxed territory: at most {limit} of first ranks depend on the grid{assumed}.",
        ),
        "points_invented": ("Points inventés : {names}.", "Invented points: {names}."),
        "open": ("Ouvrir {page} ; tables : cotation.xlsx.", "Open {page}; tables: cotation.xlsx."),
    },
)
