"""Words of the workbook, of the papers and of the call list."""

from __future__ import annotations

from optimizer.errors import texts

texts(
    "ENTRY",
    {
        "decision.attribution": ("a – attribution", "a – attribution"),
        "decision.ranked": ("b – attribution avec rang", "b – attribution with rank"),
        "decision.conditional": ("c – attribution sous condition", "c – conditional attribution"),
        "decision.not_attributed": ("d – non-attribution", "d – no attribution"),
        "decision.ineligible": ("e – irrecevabilité", "e – ineligible"),
        "decision.not_examined": ("non examiné", "not examined"),
        "casting.for": ("pour", "for"),
        "casting.against": ("contre", "against"),
        "few.prefet_designated": ("personnes désignées par le préfet", "designated by the préfet"),
        "few.too_few_candidates": ("insuffisance du nombre de candidats", "too few households"),
        "few.subsidy_d331_25_1": (
            "logement subventionné D. 331-25-1",
            "dwelling subsidised under D. 331-25-1",
        ),
        "presence.present": ("présent", "present"),
        "presence.represented": ("représenté", "represented"),
        "presence.absent": ("absent", "absent"),
        "call.interested": ("intéressé", "interested"),
        "call.declines": ("décline", "declines"),
        "call.unreachable": ("injoignable", "unreachable"),
        "answer.accepted": ("accepte", "accepts"),
        "answer.refused": ("refuse", "refuses"),
        "answer.silent": ("silence", "silence"),
        "answer.desisted": ("se désiste", "withdraws"),
        "legitimate.yes": ("oui", "yes"),
        "legitimate.no": ("non", "no"),
        "legitimate.to_decide": ("à décider", "to decide"),
        "condition.met": ("remplie", "met"),
        "condition.failed": ("non remplie à la date", "failed at the date"),
        "condition.access": ("la pièce remet en cause l'accès", "the document puts the access in question"),
        "yes_no.yes": ("oui", "yes"),
        "yes_no.no": ("non", "no"),
        "persons": ("{n:personne/personnes}", "{n:person/persons}"),
        "effort": ("taux d'effort {rate}", "effort {rate}"),
        "score": ("{points} points", "{points} points"),
        "file.complete": ("complet", "complete"),
        "file.to_verify": ("à compléter", "to complete"),
        "file.unreachable": ("injoignable", "unreachable"),
        "file.reached": ("joint depuis l'import", "reached since the import"),
        "file.completed": ("complété", "completed"),
        "file_of": ("{state} : {documents}", "{state}: {documents}"),
        "file_unnamed": (
            "à compléter : pièce à nommer",
            "to complete: document to be named",
        ),
        "asked_for_on": ("demande du {day}", "asked for on {day}"),
        "brought_on": ("remise le {day}", "brought on {day}"),
        "board_seat": (
            "Membre désigné par le conseil d'administration n° {n}",
            "Member named by the board no. {n}",
        ),
        "prefet_seat": ("Préfet ou son représentant", "Préfet or representative"),
        "epci_seat": ("Président de l'EPCI ou son représentant", "President of the EPCI or representative"),
        "mayor_seat": ("Maire {of_place} ou son représentant", "Maire of {place} or representative"),
        "how": ("Mode d'emploi", "How to fill it in"),
        "how_1": (
            "Les colonnes grises sont remplies : n'y touchez pas, ne supprimez pas de ligne. Les blanches sont à remplir ; une case vide ne dit rien.",
            "Grey columns are filled: leave them, delete no row. White ones are to fill in; an empty cell says nothing.",
        ),
        "how_2": (
            "Le même classeur sert plusieurs fois : appels et pièces, séance, offres et baux. Ce qui est déjà enregistré n'est pas enregistré deux fois.",
            "The same workbook serves several times: calls and documents, session, offers and leases. What is recorded already is not recorded twice.",
        ),
        "how_3": (
            "Pour contrôler sans rien écrire : attriflux record FICHIER --session {session} --dry-run. Pour enregistrer : sans --dry-run.",
            "To check without writing: attriflux record FILE --session {session} --dry-run. To record: without --dry-run.",
        ),
        "how_4": (
            "Un motif de non-attribution ou d'irrecevabilité demande sa phrase : les faits, jamais les points seuls, le reste à vivre, l'âge, la nationalité, l'origine, la santé ni une dette.",
            "A motive needs its own sentence: the facts, never points alone, residual income, age, nationality, origin, health or a debt.",
        ),
        "how_5": (
            "Rien n'est présélectionné : la commission décide.",
            "Nothing is preselected: the commission decides.",
        ),
        "lists": ("Listes", "Lists"),
    },
)
