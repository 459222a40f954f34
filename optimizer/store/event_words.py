"""What each kind of line of the ledger is called, on a page and on paper."""

from __future__ import annotations

from optimizer.errors import Lang, said, texts

texts(
    "EVENT",
    {
        "account.made": ("Compte créé", "Account made"),
        "account.password": ("Mot de passe changé", "Password changed"),
        "account.ended": ("Compte fermé", "Account closed"),
        "account.opened": ("Compte rouvert", "Account opened again"),
        "history.viewed": ("Historique consulté", "History viewed"),
        "login.ended": ("Sortie", "Log-out"),
        "served": ("Bureau ouvert", "Desk opened"),
        "upgraded": ("Bureau mis à jour", "Desk upgraded"),
        "access.given": (
            "Copie faite pour le ménage (droit d'accès)",
            "Copy made for the household (right of access)",
        ),
        "answer.corrected": ("Réponse reprise", "Answer taken back"),
        "condition.corrected": ("Condition reprise", "Condition taken back"),
        "notified.corrected": ("Notification reprise", "Notification taken back"),
        "candidate.restored": ("Nom remis sur la liste", "Name back on the list"),
        "item.restored": (
            "Logement remis à l'ordre du jour, ou retrait repris",
            "Dwelling back on the agenda, or withdrawal taken back",
        ),
        "answered": ("Réponse du ménage", "Household's answer"),
        "backed_up": ("Sauvegarde", "Backup"),
        "call": ("Appel", "Call"),
        "candidate.added": ("Nom ajouté", "Name added"),
        "candidate.not_examined": ("Nom non examiné", "Name not examined"),
        "candidate.replaced": ("Nom remplacé", "Name replaced"),
        "condition.failed": ("Condition non remplie", "Condition failed"),
        "condition.met": ("Condition remplie", "Condition met"),
        "decided": ("Décision d'un logement", "Decision of a dwelling"),
        "decided.one": ("Décision d'un nom", "Decision of a name"),
        "desisted": ("Désistement", "Household withdrew"),
        "document.asked": ("Pièce demandée", "Document asked"),
        "document.received": ("Pièce reçue", "Document received"),
        "duty.closed": ("Obligation remplie", "Duty met"),
        "no_reply.noticed": ("Avis de non-réponse notifié", "Notice of no answer notified"),
        "no_reply.confirmed": (
            "Sans réponse à l'avis : radiation",
            "No answer to the notice: struck off",
        ),
        "radiation.entered": ("Demande irrecevable radiée", "Ineligible application struck off"),
        "duty.opened": ("Obligation ouverte", "Duty opened"),
        "exported": ("Pièces ou export produits", "Papers or export made"),
        "granted": ("Rôle donné", "Role granted"),
        "head.signed": ("Tête du journal signée", "Head of the ledger signed"),
        "identities.imported": ("Identités importées", "Identities imported"),
        "identity.viewed": ("Identité consultée", "Identity viewed"),
        "item.decided": ("Logement décidé", "Dwelling decided"),
        "item.not_examined": ("Logement retiré de l'ordre du jour", "Dwelling taken off the agenda"),
        "item.void": (
            "Logement sans effet : son locataire reste",
            "Dwelling void: its tenant stays",
        ),
        "item.withdrawn": ("Logement retiré", "Dwelling withdrawn"),
        "login.done": ("Entrée", "Log-in"),
        "login.failed": ("Entrée refusée", "Log-in refused"),
        "login.locked": ("Entrée bloquée", "Log-in locked"),
        "nominated": ("Désignation", "Nomination"),
        "nomination.withdrawn": ("Désignation retirée", "Nomination withdrawn"),
        "notified": ("Offre notifiée", "Offer notified"),
        "notified.proof": ("Preuve de notification", "Proof of notification"),
        "printed": ("Pièce ouverte", "Paper opened"),
        "purged": ("Effacement", "Purge"),
        "recourse.closed": ("Recours clos", "Recourse closed"),
        "recourse.opened": ("Recours noté", "Recourse recorded"),
        "rectified": ("Rectificatif signé", "Rectificatif signed"),
        "refusal.judged": ("Refus jugé", "Refusal judged"),
        "revoked": ("Rôle retiré", "Role revoked"),
        "run.attached": ("Proposition jointe", "Proposal attached"),
        "session.attendance": ("Présences", "Attendance"),
        "session.cancelled": ("Séance annulée", "Session cancelled"),
        "session.closed": ("Séance close et signée", "Session closed and signed"),
        "session.convened": ("Convocation", "Convocation"),
        "session.edited": ("Séance modifiée", "Session edited"),
        "session.item_added": ("Logement ajouté", "Dwelling added"),
        "session.new": ("Séance créée", "Session made"),
        "session.opened": ("Séance ouverte", "Session opened"),
        "session.rectification": ("Rectificatif préparé", "Rectificatif prepared"),
        "signed": ("Bail signé", "Lease signed"),
        "silence.confirmed": ("Silence confirmé", "Silence confirmed"),
    },
)


def event_words(kind: str, lang: Lang) -> str:
    """The words of a kind of line, or the kind itself where there are none."""
    try:
        return said(f"EVENT.{kind}".upper(), lang)
    except KeyError:
        return kind
