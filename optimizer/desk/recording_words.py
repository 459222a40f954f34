"""What `record` says when it is done."""

from __future__ import annotations

from optimizer.desk.entry_alone import UNREAD
from optimizer.desk.recording import Recorded
from optimizer.errors import LANGS, said, texts

texts(
    "RECORDED",
    {
        "nothing": (
            "Rien de nouveau : tout est déjà enregistré.",
            "Nothing new: everything is recorded already.",
        ),
        "unread": (
            "Rien n'est enregistré : voir les cases signalées.",
            "Nothing is recorded: see the cells that are told.",
        ),
        "dry": (
            "À blanc : rien n'a été écrit. Seraient enregistrés :",
            "Dry run: nothing was written. Would be recorded:",
        ),
        "written": ("Enregistré pour la séance {session} :", "Recorded for session {session}:"),
        "call": ("{n:appel/appels}", "{n:call/calls}"),
        "ask_document": ("{n:pièce demandée/pièces demandées}", "{n:document asked for/documents asked for}"),
        "receive_document": ("{n:pièce reçue/pièces reçues}", "{n:document received/documents received}"),
        "replace": ("{n:nom retiré/noms retirés}", "{n:name taken off/names taken off}"),
        "convene": ("la convocation ({n})", "the convocation ({n})"),
        "attend": ("les présences ({n})", "the attendance ({n})"),
        "open_session": ("l'ouverture ({n})", "the opening ({n})"),
        "cancel": ("séance non tenue ({n})", "session not held ({n})"),
        "decide": ("{n:logement décidé/logements décidés}", "{n:dwelling decided/dwellings decided}"),
        "candidate_not_examined": (
            "{n:ménage non examiné/ménages non examinés}",
            "{n:household not examined/households not examined}",
        ),
        "not_examined": (
            "{n:logement non examiné/logements non examinés}",
            "{n:dwelling not examined/dwellings not examined}",
        ),
        "close": ("la signature du procès-verbal ({n})", "the signature of the minutes ({n})"),
        "withdraw": ("{n:logement retiré/logements retirés}", "{n:dwelling withdrawn/dwellings withdrawn}"),
        "offer": ("{n:offre notifiée/offres notifiées}", "{n:offer notified/offers notified}"),
        "prove": ("{n:preuve/preuves}", "{n:proof/proofs}"),
        "accepted": ("{n:acceptation/acceptations}", "{n:acceptance/acceptances}"),
        "refused": ("{n:refus/refus}", "{n:refusal/refusals}"),
        "silent": ("{n:silence confirmé/silences confirmés}", "{n:silence confirmed/silences confirmed}"),
        "desisted": ("{n:désistement/désistements}", "{n:withdrawal/withdrawals}"),
        "judge_refusal": ("{n:refus jugé/refus jugés}", "{n:refusal judged/refusals judged}"),
        "condition_met": ("{n:condition remplie/conditions remplies}", "{n:condition met/conditions met}"),
        "condition_failed": (
            "{n:condition non remplie/conditions non remplies}",
            "{n:condition failed/conditions failed}",
        ),
        "condition_access": (
            "{n:accès remis en cause/accès remis en cause}",
            "{n:access in question/accesses in question}",
        ),
        "sign_lease": ("{n:bail signé/baux signés}", "{n:lease signed/leases signed}"),
        "called_up": ("Nom suivant appelé : {homes}.", "Next name called up: {homes}."),
        "next_ranks": ("Rang suivant à notifier : {homes}.", "Next rank to notify: {homes}."),
    },
)


def summary_of(done: Recorded) -> dict[str, object]:
    """The lines of the terminal in both languages, and the same as data."""
    summary: dict[str, object] = {
        "session": done.session_id, "dry_run": done.dry, "recorded": dict(done.done), "next_ranks": list(done.next_ranks),
        "called_up": list(done.called_up),
    }  # fmt: skip
    nothing = "RECORDED.UNREAD" if any(f.code in UNREAD for f in done.warnings) else "RECORDED.NOTHING"
    for lang in LANGS:
        head = "RECORDED.DRY" if done.dry else "RECORDED.WRITTEN"
        lines = [said(head, lang, session=done.session_id)] if done.done else [said(nothing, lang)]
        lines += [f"  {said(f'RECORDED.{verb}'.upper(), lang, n=n)}" for verb, n in done.done.items()]
        if done.called_up:
            lines.append(said("RECORDED.CALLED_UP", lang, homes=", ".join(done.called_up)))
        if done.next_ranks:
            lines.append(said("RECORDED.NEXT_RANKS", lang, homes=", ".join(done.next_ranks)))
        summary[f"lines_{lang}"] = lines
    return summary
