"""Words of the statement's pages: the year, the next year."""

from __future__ import annotations

from optimizer.domain.intervals import FORECAST_WORDS
from optimizer.errors import texts

texts(
    "BILAN",
    {
        "heading": ("Bilan annuel", "Yearly statement"),
        "due_before": ("à transmettre avant le", "due before"),
        "card_proposed": ("logements proposés", "dwellings proposed"),
        "card_attributed": ("logements attribués", "dwellings attributed"),
        "attributed": ("Attribués", "Attributed"),
        "flux_ledger": ("Registre du flux", "Flux ledger"),
        "flux_ledger_note": (
            "En gras : ce que la convention décompte. Dû : la part de ce qui a été loué, moins le solde d'ouverture. Solde : ce qui est décompté moins ce qui est dû ; il se reporte si la convention le prévoit.",
            "In bold: what the agreement counts. Due: the share of what was let, less the opening balance. Balance: what is counted less what is due; it is carried over where the agreement says so.",
        ),
        "oriented": ("Orientés", "Oriented"),
        "presented": ("Présentés", "Presented"),
        "signed": ("Signés", "Signed"),
        "returned": ("dont revenus sans bail", "come back, no lease"),
        "balance": ("Solde", "Balance"),
        "forecast": (f"Prévu au 31/12 ({FORECAST_WORDS[0]})", f"Forecast at 31/12 ({FORECAST_WORDS[1]})"),
        "bridge": ("Du bilan au registre", "From the statement to the ledger"),
        "bridge_note": (
            "Les deux décomptes de baux s'accordent à l'unité, sinon rien n'est écrit. Hors flux : mutations, relogements, premières mises en location, logements en stock. Comptés avant l'année : la règle de décompte de la convention avait été atteinte l'année d'avant, qui a compté le logement. Sans part convenue : le contingent n'a pas de ligne de convention là. Le registre compte en plus les candidatures suivies et les orientations revenues sans bail qui ont atteint la règle de décompte de la convention : le bilan, qui compte des logements attribués, ne les a pas.",
            "Both counts of leases agree to the unit, else nothing is written. Outside the flux: transfers, relocations, first lettings, stock. Counted before the year: the count rule of the agreement had been reached the year before, which counted the dwelling. No share agreed: the account has no line there. The ledger also counts candidates followed and orientations come back without a lease that have reached the count rule of the agreement: the statement, which counts dwellings attributed, does not have them.",
        ),
        "bridge_attributed": ("Attribués au bilan", "Attributed"),
        "not_signed": ("non signés", "not signed"),
        "attributed_before": ("attribués avant l'année", "attributed before"),
        "outside_the_flux": ("hors flux", "outside the flux"),
        "no_share_agreed": ("sans part convenue", "no share agreed"),
        "counted_before": ("comptés avant l'année", "counted before the year"),
        "several_lines": ("sur une ligne de plus", "on a further line"),
        "handovers": ("Cessions entre réservataires", "Handovers between réservataires"),
        "handovers_note": (
            "Logements cédés pour un temps. + : à récupérer, − : à rendre. Ce qui n'est pas rendu au 31 décembre est porté au solde d'ouverture des deux lignes, même sans report.",
            "Dwellings handed for a time. +: to get back, −: to give back. What is not given back on 31 December goes into the opening balance of both lines, carried over or not.",
        ),
        "charters": ("Chartes de relogement", "Relocation charters"),
        "charters_note": (
            "Engagement tenu : ménage relogé, ou autant de propositions que promis, à la date de la charte. Ménage par ménage : charters.csv.",
            "Promise kept: household relocated, or as many offers as promised, by the day of the charter. Household by household: charters.csv.",
        ),
        "programme": ("Programme", "Programme"),
        "households": ("Ménages", "Households"),
        "housed": ("Relogés", "Relocated"),
        "promised": ("Propositions promises", "Offers promised"),
        "offers_made": ("Propositions faites", "Offers made"),
        "kept": ("Engagements tenus", "Promises kept"),
        "kept_late": ("Tenus en retard", "Kept late"),
        "late_promises": ("En retard", "Late"),
        "running": ("En cours", "Running"),
        "counterpart": ("Avec", "With"),
        "handed": ("Cédés", "Handed"),
        "received": ("Reçus", "Received"),
        "given_back": ("Rendus", "Given back"),
        "still_owed": ("Reste", "Balance"),
        "followed": ("candidatures suivies décomptées", "candidates followed, counted"),
        "came_back": ("orientations revenues décomptées", "orientations come back, counted"),
        "ledger_counted": ("Décomptés au registre", "Counted in the ledger"),
        "as_of": ("arrêté au", "as of"),
        "unfinished": ("année non finie", "year not over"),
        "unfinished_said": (
            "Arrêté au {day} : l'année n'est pas finie, les soldes sont ceux de ce jour.",
            "As of {day}: the year is not over, balances are those of that day.",
        ),
        "ledger_leases": ("Baux au registre", "Leases of the ledger"),
        "lec": ("LEC : ce qu'il reste à faire hors QPV", "LEC: what is left to do outside QPV"),
        "leases_outside_qpv": ("Baux hors QPV", "Leases outside QPV"),
        "good": ("dont premier quartile ou relogés", "first quartile or relocated"),
        "unknown": ("ressources inconnues", "income unknown"),
        "needed": ("Nécessaires sur les restants", "Needed among the remaining"),
        "needed_of": ("{needed} sur {rest}", "{needed} of {rest}"),
        "total": ("Total", "Total"),
        "what": ("Ce qui est compté", "What is counted"),
    },
)
texts(
    "NEXT",
    {
        "subject": ("Actualisation annuelle", "Yearly update"),
        "as_of": ("arrêté au", "as of"),
        "shares_mode": ("parts : conversion du stock, mode", "shares: conversion of the stock, mode"),
        "shares_carried": ("parts reconduites", "shares carried on"),
        "early": (
            "L'année n'est pas finie : les soldes sont ceux de la date d'arrêté.",
            "The year is not over: balances are those of the date above.",
        ),
        "carried": (
            "Assiette de l'année suivante absente du cas, ou de certains bailleurs : celle de l'année est reprise (supposé).",
            "The case has no assiette for the next year, or not of every landlord: this year's is carried over (assumed).",
        ),
        "changes": ("Ce qui change", "What changes"),
        "unchanged": ("Rien ne change.", "Nothing changes."),
        "rights": ("Droits", "Rights"),
        "departement": ("Département", "Département"),
        "what": ("Nature", "What"),
        "before": ("Avant", "Before"),
        "after": ("Après", "After"),
        "agreements": ("Conventions", "Agreements"),
        "opening_balance": ("Solde d'ouverture", "Opening balance"),
        "heading": (
            "Conventions de réservation : de {year} à {next}",
            "Reservation agreements: from {year} to {next}",
        ),
    },
)
texts(
    "BILAN",
    {
        "axis_account": ("Réservataire", "Réservataire"),
        "axis_rooms": ("Typologie", "Rooms"),
        "axis_financing": ("Financement", "Financing"),
        "axis_qpv": ("QPV", "QPV"),
        "axis_commune": ("Commune", "Commune"),
        "axis_construction_period": ("Période de construction", "Construction period"),
        "done": (
            "Bilan {year} : {proposed:logement proposé/logements proposés}, {attributed:attribué/attribués}, {n:réservataire/réservataires}.",
            "Statement {year}: {proposed:dwelling/dwellings} proposed, {attributed} attributed, {n:account/accounts}.",
        ),
        "reconciled": (
            "Rapprochement : {same:ligne concordante/lignes concordantes}, {apart:différence/différences} (reconciliation.csv).",
            "Reconciliation: {same:line agrees/lines agree}, {apart:difference/differences} (reconciliation.csv).",
        ),
        "ending": (
            "{n:engagement finit/engagements finissent} en {year} (engagements.csv) ; leur effet : bilan --next.",
            "{n:commitment ends/commitments end} in {year} (engagements.csv); their effect: bilan --next.",
        ),
        "open_page": ("Ouvrir {page}.", "Open {page}."),
        "open": (
            "Ouvrir {page} ; un classeur et une page par réservataire.",
            "Open {page}; one workbook and one page per réservataire.",
        ),
    },
)
texts(
    "NEXT",
    {
        "field_share": ("part", "share"),
        "field_opening_balance": ("solde d'ouverture", "opening balance"),
        "done": (
            "Conventions {year} : {n:ligne/lignes}, {shares:part changée/parts changées} ; conventions-{year}/, conventions-diff.html.",
            "Agreements {year}: {n:line/lines}, {shares:share/shares} changed; conventions-{year}/, conventions-diff.html.",
        ),
    },
)
texts(
    "MIDYEAR",
    {
        "heading": ("Point au", "Mid-year sheet of"),
        "year": ("année", "year"),
        "unfinished": ("année non finie", "year not over"),
        "where": ("Où en est chaque réservataire", "Where each réservataire stands"),
        "balance": ("Solde", "Balance"),
        "forecast": (f"Prévu au 31/12 ({FORECAST_WORDS[0]})", f"Forecast at 31/12 ({FORECAST_WORDS[1]})"),
        "proposals": ("Ajustements proposés et réponses", "Adjustments proposed, and answers"),
        "proposals_note": (
            "En logements d'ici le 31 décembre : + à orienter en plus de la part du réservataire, − en moins : les baux entiers qui le ramènent à {play} bail au plus de sa part à la date du point.",
            "In dwellings by 31 December: + to orient above the réservataire's share, − below: the whole leases that bring it within {play} lease of its share on the day of the sheet.",
        ),
        "proposed_by": ("Proposé", "Proposed"),
        "per_month": ("Par mois restant", "Per month left"),
        "answer": ("Réponse", "Answer"),
        "agreed": ("Convenu", "Agreed"),
        "answered_on": ("Répondu le", "Answered on"),
        "answer_none": ("attendue", "expected"),
        "answer_accepted": ("acceptée", "accepted"),
        "answer_amended": ("modifiée", "amended"),
        "answer_refused": ("refusée", "refused"),
        "how_to_answer": (
            "Pour répondre : remplir la feuille reponses du classeur, ou le fichier reponses (acceptée, modifiée ou refusée), et rendre l'un ou l'autre au bailleur, qui le joint à son dossier sous le nom reponses.",
            "To answer: fill in the sheet reponses of the workbook, or the file reponses (acceptée, modifiée or refusée), and give either back to the landlord, who puts it into its case under the name reponses.",
        ),
        "done": (
            "Point au {to} : {n:réservataire/réservataires}, {late:ligne en retard/lignes en retard}, {ahead:en avance/en avance}, {back:réponse reçue/réponses reçues}.",
            "Mid-year sheet of {to}: {n:réservataire/réservataires}, {late:line late/lines late}, {ahead} ahead, {back:answer/answers} received.",
        ),
        "open": (
            "Ouvrir {page} ; une page, un classeur et une feuille de réponse par réservataire.",
            "Open {page}; one page, one workbook and one answer sheet per réservataire.",
        ),
    },
)
