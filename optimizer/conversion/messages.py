"""What the conversion says of its inputs, in both languages."""

from __future__ import annotations

from optimizer.errors import define

define(
    "FLUX_NO_BASE",
    "Le bailleur {landlord} (département {departement}) a un stock mais ni assiette {year} ni logements à proposer.",
    "Landlord {landlord} (département {departement}) has stock but neither an assiette for {year} nor dwellings.",
    remedy_fr="Ajouter une ligne à la table assiette, ou les logements libérés à la table logements",
    remedy_en="Add a line to the assiette table, or its vacated dwellings to the dwellings table",
)
define(
    "FLUX_NEGATIVE_BASE",
    "L'assiette de {landlord} (département {departement}, {year}, {basis}) est négative : {vacated:libéré/libérés}, {minus:retiré/retirés}.",
    "The assiette of {landlord} (département {departement}, {year}, {basis}) is negative: {vacated:vacated/vacated}, {minus:subtracted/subtracted}.",
    remedy_fr="Corriger les soustractions : elles ne peuvent dépasser les logements libérés",
    remedy_en="Correct the subtractions: they cannot exceed the vacated dwellings",
)
define(
    "FLUX_NO_STOCK",
    "Le bailleur {landlord} (département {departement}) n'a aucun logement dans le stock : pas de part à calculer.",
    "Landlord {landlord} (département {departement}) has no dwelling in its stock: no share to compute.",
    remedy_fr="Renseigner la colonne logements de la table stock",
    remedy_en="Fill the dwellings column of the stock table",
)
define(
    "FLUX_BASE_WITHOUT_STOCK",
    "Assiette donnée pour {landlord} (département {departement}) sans ligne de stock : aucune part n'est calculée.",
    "Assiette given for {landlord} (département {departement}) without a stock line: no share is computed.",
)
define(
    "FLUX_OTHER_BASIS",
    "L'assiette {year} de {landlord} (département {departement}) n'a pas de ligne « {asked} » : les parts portent sur « {used} ».",
    "The assiette {year} of {landlord} (département {departement}) has no “{asked}” row: shares apply to “{used}”.",
    remedy_fr="Ajouter cette ligne à la table assiette, ou demander --basis {used}",
    remedy_en="Add that row to the assiette table, or ask for --basis {used}",
)
define(
    "FLUX_OUTSIDE_ACCOUNT",
    "Le contingent {account} ne porte pas de droits de réservation : {count:logement/logements} du stock hors conversion.",
    "Account {account} holds no reservation rights: {count:dwelling/dwellings} of the stock left out of the conversion.",
)
define(
    "FLUX_KEPT_IN_STOCK",
    "{count:logement/logements} de {account} ({landlord}, {departement}) : en stock, hors flux.",
    "{count:dwelling/dwellings} of {account} ({landlord}, {departement}): in stock, outside the flux.",
)
define(
    "FLUX_ENDED",
    "{count:logement/logements} de {account} ({landlord}, {departement}) sous convention échue : au compte du bailleur.",
    "{count:dwelling/dwellings} of {account} ({landlord}, {departement}) under an ended agreement: counted to the landlord.",
)
define(
    "FLUX_EMPTY_RIGHTS",
    "{count:logement/logements} de {account} ({landlord}, {departement}) sous droits vides, sans désignation restante : au compte du bailleur.",
    "{count:dwelling/dwellings} of {account} ({landlord}, {departement}) under empty rights, no designation left: counted to the landlord.",
)
define(
    "FLUX_NO_TURNOVER",
    "{count:logement/logements} de {landlord} ({departement}) sans taux de rotation : rotation moyenne du bailleur {mean_fr} % supposée.",
    "{count:dwelling/dwellings} of {landlord} ({departement}) without a turnover rate: the landlord's mean, {mean} %, is assumed.",
)
define(
    "FLUX_TURNOVER_GAP",
    "{landlord} ({departement}) : la rotation du parc donne {given_fr} {vacated} par an, l'assiette en déclare {declared}.",
    "{landlord} ({departement}): the turnover of the stock gives {given} {vacated} a year, the assiette declares {declared}.",
    remedy_fr="Corriger la colonne rotation ou logements de la table stock, ou l'assiette : les droits uniques s'épuisent au rythme de l'assiette",
    remedy_en="Correct the turnover or dwellings of the stock table, or the assiette: single-use rights run down at the pace of the assiette",
)
define(
    "FLUX_BELOW_MINIMUM",
    "Mode 4, {landlord} ({departement}) : la part de {account} serait de {share_fr} %, sous les {minimum_fr} % que cette partie demande au moins.",
    "Mode 4, {landlord} ({departement}): the share of {account} would be {share}%, below the {minimum}% this party asks for at least.",
    remedy_fr="Relever son écart (negotiated: delta), ou revoir ce minimum avec elle",
    remedy_en="Raise its difference (negotiated: delta), or review that minimum with it",
)
define(
    "FLUX_NEGOTIATED_ELSEWHERE",
    "Mode 4, {landlord} ({departement}) : {account} n'a ni commune ni logement dans ce département ; son écart n'y compte pas, le bailleur le garde.",
    "Mode 4, {landlord} ({departement}): {account} has neither commune nor dwelling in this département; its difference does not count there, the landlord keeps it.",
)
define(
    "FLUX_NO_ROTATION",
    "Mode {mode} non calculé pour {landlord} ({departement}) : aucune rotation dans tout le stock.",
    "Mode {mode} not computed for {landlord} ({departement}): no turnover in the whole stock.",
)
define(
    "FLUX_NO_VACATED",
    "Mode 3 non calculé pour {landlord} ({departement}) : son assiette ne compte aucun logement libéré.",
    "Mode 3 not computed for {landlord} ({departement}): its assiette counts no vacated dwelling.",
    remedy_fr="Compléter la colonne liberes, ou choisir un autre mode",
    remedy_en="Fill in the column vacated, or choose another mode",
)
define(
    "FLUX_NO_END",
    "{count_fr} {fall} de droits sans terme ({account}, {landlord}, {departement}) : étalés sans s'épuiser.",
    "{count} {fall} under rights without an end date ({account}, {landlord}, {departement}): never spent.",
)
define(
    "FLUX_OVER_BASE",
    "Mode 3, {landlord} ({departement}) : les droits uniques demandent {asked_fr} % de l'assiette ({base:logement/logements}) ; "
    "parts réduites en proportion.",
    "Mode 3, {landlord} ({departement}): single-use rights ask for {asked}% of the assiette ({base:dwelling/dwellings}); "
    "shares scaled down in proportion.",
)
define(
    "FLUX_RECEIVER_CAPPED",
    "Mode {mode}, {landlord} ({departement}) : {receiver}, qui reçoit l'excédent des plafonds, en passerait un ; le bailleur le reçoit.",
    "Mode {mode}, {landlord} ({departement}): {receiver}, which receives what is above the caps, would pass one; the landlord receives it.",
)
define(
    "FLUX_NEGOTIATED_NEGATIVE",
    "Mode 4, {landlord} ({departement}) : la part de {account} deviendrait négative ({share_fr} %).",
    "Mode 4, {landlord} ({departement}): the share of {account} would become negative ({share}%).",
    remedy_fr="Diminuer l'écart négocié dans case.yaml (negotiated)",
    remedy_en="Lower the negotiated difference in case.yaml (negotiated)",
)
define(
    "FLUX_NEGOTIATED_SUM",
    "Mode 4 : les écarts négociés ont pour somme {total_fr} ; la somme doit être nulle quand BAILLEUR y figure.",
    "Mode 4: the negotiated differences sum to {total}; the sum must be zero when BAILLEUR is among them.",
    remedy_fr="Équilibrer les écarts, ou retirer BAILLEUR qui prendra le solde",
    remedy_en="Balance the differences, or leave BAILLEUR out: it takes the rest",
)
define(
    "FLUX_NEGOTIATED_KEY",
    "Mode 4 : clé « {key} » ou valeur inattendue dans negotiated.",
    "Mode 4: unexpected key “{key}” or value in negotiated.",
    remedy_fr='Écrire negotiated: {{base: 1, delta: {{ALS: 0.02}}}} avec base 1, 2 ou 3, et au besoin counterparts: {{ALS: "…"}} et minima: {{ALS: 0.2}}',
    remedy_en='Write negotiated: {{base: 1, delta: {{ALS: 0.02}}}} with base 1, 2 or 3, and counterparts: {{ALS: "…"}} and minima: {{ALS: 0.2}} if needed',
)
define(
    "FLUX_NEGOTIATED_MISSING",
    "Mode 4 demandé sans negotiated dans case.yaml, ni flux.negotiated dans le scénario : il n'y a rien à négocier.",
    "Mode 4 asked for without negotiated in case.yaml or flux.negotiated in the scenario: there is nothing to negotiate.",
    remedy_fr="Écrire les écarts négociés, ou choisir les modes 1, 2, 3",
    remedy_en="Write the negotiated differences, or choose modes 1, 2, 3",
)
define(
    "FLUX_UNKNOWN_BASIS",
    "Assiette inconnue : {basis}.",
    "Unknown basis: {basis}.",
    remedy_fr="Choisir parmi forecast (prévision), actual (constat)",
    remedy_en="Choose among forecast, actual",
)
define(
    "FLUX_UNKNOWN_MODE",
    "Mode de conversion inconnu : {mode}.",
    "Unknown conversion mode: {mode}.",
    remedy_fr="Choisir parmi 1, 2, 3, 4",
    remedy_en="Choose among 1, 2, 3, 4",
)
define(
    "FLUX_RIGHTS_NO_LANDLORD",
    "Des droits nouveaux sont donnés à {account} chez {landlord}, qui n'a aucun stock dans ce cas.",
    "New rights are given to {account} with {landlord}, which holds no stock in this case.",
    remedy_fr="Corriger le code du bailleur",
    remedy_en="Correct the landlord's code",
)
define(
    "COMMITMENT_NO_SHARE",
    "{landlord}, {account}, acte {reference} : la part du flux que cet engagement apporte ne peut pas être calculée.",
    "{landlord}, {account}, document {reference}: the part of the flux this commitment brings cannot be computed.",
    remedy_fr="Donner la part, ou la rotation et le parc du bailleur dans le périmètre (table stock), ou son assiette",
    remedy_en="Give the share, or the turnover and the landlord's stock in the area (table stock), or its assiette",
)
define(
    "COMMITMENT_GUARANTEE_CAP",
    "{landlord} ({area}) : les garanties des collectivités apportent ensemble {together_fr} du flux, au-delà de {cap_fr}.",
    "{landlord} ({area}): guarantees of collectivités bring {together_en} of the flux together, above {cap_en}.",
    remedy_fr="Vérifier les logements ou les parts de ces engagements (CCH R. 441-5)",
    remedy_en="Check the dwellings or the shares of these commitments (CCH R. 441-5)",
)
define(
    "COMMITMENT_OTHER_END",
    "{landlord}, {account}, acte {reference} : le terme de la convention {convention} dans le stock n'est pas celui de l'engagement.",
    "{landlord}, {account}, document {reference}: the end of agreement {convention} in the stock is not that of the commitment.",
    remedy_fr="Corriger l'une des deux tables : la conversion du stock lit la date du stock",
    remedy_en="Correct one of the two tables: the conversion of the stock reads the stock's date",
)
