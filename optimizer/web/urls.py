"""Addresses of the desk. Every name has its line in :mod:`optimizer.web.access`."""

from __future__ import annotations

from django.urls import path

from optimizer.web.views import (
    accounts,
    agenda,
    application,
    door,
    ledger,
    offers,
    papers,
    prepare,
    reserver,
    room,
    week,
)

handler400 = "optimizer.web.views.errors.bad_request"
handler403 = "optimizer.web.views.errors.not_allowed"
handler404 = "optimizer.web.views.errors.not_found"
handler500 = "optimizer.web.views.errors.failed"

SEANCE = "seances/<slug:session>"
LOGEMENT = f"{SEANCE}/logements/<int:item>"

urlpatterns = [
    path("", door.home, name="home"),
    path("health", door.health, name="health"),
    path("entrer", door.sign_in, name="login"),
    path("sortir", door.sign_out, name="logout"),
    path("premier/<str:token>", door.first_start, name="first"),
    path("mot-de-passe", door.password, name="password"),
    path("langue/<str:lang>", door.language, name="language"),
    path("accessibilite", door.accessibility, name="accessibility"),
    path("semaine", week.week, name="week"),
    path("preparer", prepare.prepare, name="prepare"),
    path("preparer/<slug:job>", prepare.job_page, name="job"),
    path("preparer/<slug:job>/arreter", prepare.job_stop, name="job_stop"),
    path("preparer/<slug:job>/pages/<slug:name>", prepare.run_page, name="run_page"),
    path("preparer/<slug:job>/seance", prepare.attach, name="attach"),
    path("seances", agenda.sessions, name="sessions"),
    path(f"{SEANCE}", agenda.agenda, name="agenda"),
    path(f"{SEANCE}/convoquer", agenda.convene, name="convene"),
    path(f"{SEANCE}/controler", agenda.check_names, name="check_names"),
    path(f"{SEANCE}/annuler", agenda.cancel, name="cancel"),
    path(f"{SEANCE}/logements", agenda.add_item, name="add_item"),
    path(f"{SEANCE}/noms/<int:candidate>", application.call, name="call"),
    path(f"{SEANCE}/seance", room.room, name="room"),
    path(f"{SEANCE}/ouvrir", room.open_session, name="open_session"),
    path(f"{SEANCE}/carence", room.no_quorum, name="no_quorum"),
    path(f"{SEANCE}/presences", room.attendance, name="attendance"),
    path(f"{SEANCE}/cloturer", room.close, name="close"),
    path(f"{SEANCE}/rectificatif", room.rectify, name="rectify"),
    path(f"{LOGEMENT}", room.item_page, name="item"),
    path(f"{LOGEMENT}/decider", room.decide, name="decide"),
    path(f"{LOGEMENT}/etat", room.item_state, name="item_state"),
    path(f"{LOGEMENT}/question", room.question, name="question"),
    path(f"{SEANCE}/offres/<int:candidate>", offers.offer, name="offer"),
    path(f"{SEANCE}/baux/<int:offer>", offers.sign, name="sign"),
    path("demandes", application.find, name="find"),
    path(f"{SEANCE}/demandes/<int:candidate>", application.application, name="application"),
    path(f"{SEANCE}/demandes/<int:candidate>/suites", application.follow, name="follow"),
    path(f"{SEANCE}/pieces", papers.papers, name="papers"),
    path(f"{SEANCE}/pieces/<path:name>", papers.paper, name="paper"),
    path("offres", offers.offers, name="offers"),
    path("appels", offers.calls, name="calls"),
    path("noms", offers.show_names, name="show_names"),
    path("reservataire", reserver.reserver, name="reserver"),
    path("journal", ledger.ledger, name="ledger"),
    path("journal/verifier", ledger.check, name="ledger_check"),
    path("journal/export", ledger.export, name="export"),
    path("conservation", ledger.retention, name="retention"),
    path("conservation/copie", ledger.subject_access, name="subject_access"),
    path("comptes", accounts.accounts, name="accounts"),
    path("comptes/<int:user>", accounts.account, name="account"),
    path("comptes/sauvegarde", accounts.backup, name="backup"),
]
