"""What the statement says of its inputs, in both languages."""

from __future__ import annotations

from optimizer.errors import define

define(
    "BILAN_ONLY_LEASE",
    "Le logement {dwelling} a un bail signé le {signed_on} ({account}) sans suivi correspondant.",
    "Dwelling {dwelling} has a lease signed on {signed_on} ({account}) without a matching event.",
    remedy_fr="Compléter la table evenements, ou corriger le bail",
    remedy_en="Complete the events table, or correct the lease",
)
define(
    "BILAN_ONLY_EVENT",
    "Le logement {dwelling} est suivi comme signé le {signed_on} ({account}) sans bail correspondant.",
    "Dwelling {dwelling} is followed as signed on {signed_on} ({account}) without a matching lease.",
    remedy_fr="Ajouter le bail, ou corriger le suivi",
    remedy_en="Add the lease, or correct the event",
)
define(
    "BILAN_OTHER_ACCOUNT",
    "Le logement {dwelling} est compté sur {account} par le bail et sur {other} par le suivi.",
    "Dwelling {dwelling} is counted on {account} by the lease and on {other} by the event.",
    remedy_fr="Décider du contingent et corriger l'une des deux tables",
    remedy_en="Decide on the account and correct one of the two tables",
)
define(
    "BILAN_UNKNOWN_DWELLING",
    "Le logement {dwelling} des evenements n'est décrit ni dans les baux, ni dans les logements, ni dans les en_cours, ni par les evenements eux-mêmes.",
    "Dwelling {dwelling} of the events is described neither in leases, nor dwellings, nor in_progress, nor by the events themselves.",
    remedy_fr="L'ajouter à l'une de ces tables : bailleur, commune, pièces et financement y sont lus",
    remedy_en="Add it to one of these tables: landlord, commune, rooms and financing are read there",
)
define(
    "BILAN_TWO_PLACES",
    "Le logement {dwelling} est à deux endroits dans les baux, les logements ou les en_cours : {places}.",
    "Dwelling {dwelling} is at two places in leases, dwellings or in_progress: {places}.",
    remedy_fr="Deux bailleurs qui numérotent de même : faire précéder chaque numéro du code du bailleur ; sinon corriger la commune",
    remedy_en="Two landlords with the same numbering: put the landlord's code before each number; else correct the commune",
)
define(
    "BILAN_BAD_YEAR",
    "l'année d'un bilan ne peut pas être {value}.",
    "the year of a statement cannot be {value}.",
    expected_fr="un nombre entier de {first} à {last}, par exemple 2026",
    expected_en="a whole number from {first} to {last}, for example 2026",
)
define(
    "BILAN_NOTHING",
    "Le cas n'a ni baux ni evenements : il n'y a rien à établir pour {year}.",
    "The case has neither leases nor events: there is nothing to state for {year}.",
    remedy_fr="Ajouter la table baux, ou la table evenements",
    remedy_en="Add the leases table, or the events table",
)
define(
    "BILAN_EMPTY_YEAR",
    "Le cas n'a ni bail ni événement de {year} : ce bilan est à zéro. Ceux du cas sont de {years}.",
    "The case has no lease and no event of {year}: this statement is all zeros. Those of the case are of {years}.",
    remedy_fr="Demander une de ces années (--year), ou ajouter les baux de {year}",
    remedy_en="Ask for one of these years (--year), or add the leases of {year}",
)
define(
    "BILAN_LEDGER_GAP",
    "{landlord} ({departement}), {account} : {attributed:attribué/attribués} et {signed:bail/baux} au bilan, {ledger_signed:bail/baux} au registre.",
    "{landlord} ({departement}), {account}: {attributed} attributed and {signed:lease/leases} in the statement, {ledger_signed} in the ledger.",
    remedy_fr="Vérifier les périmètres des conventions et les communes des baux",
    remedy_en="Check the areas of the agreements and the communes of the leases",
)
define(
    "NEXT_BALANCE_LEFT",
    "{landlord} ({area}), {account} : le solde de {balance} n'est reporté nulle part, ce contingent n'a pas de ligne en {year}.",
    "{landlord} ({area}), {account}: the balance of {balance} is carried over nowhere, this account has no line in {year}.",
    remedy_fr="S'il reste dû, l'écrire dans le projet de convention (opening_balance d'une ligne de ce contingent)",
    remedy_en="If it is still owed, write it into the draft agreement (opening_balance of a line of this account)",
)
define(
    "MIDYEAR_DATE",
    "Le point ne peut pas être fait au {to} : le dossier est celui de {year}, arrêté au {on}.",
    "The sheet cannot be made up to {to}: the case is that of {year}, on {on}.",
    remedy_fr="Choisir un jour de l'année du dossier, au plus tard sa date",
    remedy_en="Choose a day of the case's year, not after its date",
)
define(
    "MIDYEAR_ANSWER_OLD",
    "{landlord}, {account} : la réponse porte sur {asked:logement/logements}, le point en propose maintenant {now}.",
    "{landlord}, {account}: the answer is about {asked:dwelling/dwellings}, the sheet now proposes {now}.",
    remedy_fr="Renvoyer la feuille de réponse",
    remedy_en="Send the answer sheet again",
)
define(
    "MIDYEAR_ANSWER_LOST",
    "{landlord}, {account} ({area}) : la réponse ne correspond à aucune ligne de convention de ce point.",
    "{landlord}, {account} ({area}): the answer matches no agreement line of this sheet.",
    remedy_fr="Corriger le bailleur, le périmètre ou le réservataire de la réponse",
    remedy_en="Correct the landlord, area or account of the answer",
)
define(
    "HANDOVER_SELF",
    "{landlord} : {account} ne peut pas céder un logement à lui-même.",
    "{landlord}: {account} cannot hand a dwelling to itself.",
    remedy_fr="Corriger le réservataire qui reçoit",
    remedy_en="Correct the account that receives",
)
define(
    "HANDOVER_TOO_MANY",
    "{landlord} : {other} a rendu {returned:logement/logements} à {account}, qui n'en a cédé que {handed}.",
    "{landlord}: {other} gave {returned:dwelling/dwellings} back to {account}, which handed only {handed}.",
    remedy_fr="Corriger les logements cédés ou rendus",
    remedy_en="Correct the dwellings handed or given back",
)
define(
    "HANDOVER_BEFORE",
    "{landlord} : {other} aurait rendu à {account} avant d'avoir reçu.",
    "{landlord}: {other} would have given back to {account} before it received.",
    remedy_fr="Corriger les dates de la cession",
    remedy_en="Correct the dates of the handover",
)
