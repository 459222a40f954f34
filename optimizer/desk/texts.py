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
        "few.subsidy_d331_25_1": ("logement subventionné D. 331-25-1", "dwelling subsidised under D. 331-25-1"),
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
        "condition.failed": ("non remplie", "failed"),
        "yes_no.yes": ("oui", "yes"),
        "yes_no.no": ("non", "no"),
    },
)
