"""The words of the page of simulated years, in both languages."""

from __future__ import annotations

from optimizer.errors import texts

texts(
    "SIMULATION",
    {
        "subject": ("Années simulées", "Simulated years"),
        "heading": (
            "La même année, vécue sous plusieurs politiques",
            "The same year, lived under several policies",
        ),
        "what": (
            "{seeds:tirage/tirages} de {years:année/années}, {sessions:commission/commissions} par an : mêmes logements libérés, mêmes "
            "arrivées, mêmes départs, mêmes réponses des ménages. Seule change la politique, c'est-à-dire les termes sous lesquels "
            "chaque commission est optimisée et prouvée.",
            "{seeds:draw/draws} of {years:year/years}, {sessions:commission/commissions} a year: the same dwellings vacated, the same "
            "arrivals, the same departures, the same answers of households. Only the policy changes, that is the terms under which each "
            "commission is optimised and proven.",
        ),
        "scale": (
            "En moyenne par tirage : {vacated:logement libéré/logements libérés}, {pool:demande/demandes} au premier jour, "
            "{arrived:nouvelle/nouvelles} ensuite.",
            "A draw holds on average: {vacated:dwelling/dwellings} vacated, {pool:application/applications} on the first day, "
            "{arrived} new ones after.",
        ),
        "refusals_on": (
            "Les ménages peuvent refuser ; un couple refusé n'est plus proposé.",
            "Households may refuse; a refused pair is not offered again.",
        ),
        "refusals_off": ("Tout le monde accepte.", "Everybody accepts."),
        "freed_on": (
            "Un locataire qui mute libère un logement, compté sans la valeur d'un logement pourvu.",
            "A tenant who moves leaves a dwelling, counted without the value of a dwelling let.",
        ),
        "chains_on": (
            "Chaînes : {chains:logement libéré/logements libérés} au plus après un logement vacant, dans la même séance. Le logement d'un locataire "
            "n'y est proposé qu'une fois le bail de ce locataire signé. Ce qu'un départ libère sans être attribué revient après le préavis.",
            "Chains: at most {chains:freed dwelling/freed dwellings} after a vacant one, in the same session. The dwelling of a tenant is "
            "offered there once that tenant has signed. What a move leaves and no chain lets comes back after its notice.",
        ),
        "chains_void": (
            "Si ce locataire refuse, personne n'est appelé derrière lui.",
            "Where that tenant refuses, nobody is called behind.",
        ),
        "without_chains": ("{says} ; sans chaînes : {why}", "{says}; without chains: {why}"),
        "freed_off": ("Un locataire qui mute ne libère rien.", "A tenant who moves leaves nothing."),
        "synthetic": (
            "Données synthétiques : les écarts valent, pas les niveaux.",
            "Synthetic data: differences count, not levels.",
        ),
        "policy": ("Politique", "Policy"),
        "gain": ("Gain G", "Gain G"),
        "gain_points": ("Gain sur les points", "Gain on points"),
        "regret": ("Regret, points par bail", "Regret, points per letting"),
        "value": ("Valeur (points)", "Value (points)"),
        "lettings": ("Baux", "Leases"),
        "unlet": ("Logements non loués", "Dwellings not let"),
        "chained": ("Attribués dans une chaîne", "Let in a chain"),
        "void": ("Restés sans suite après un refus", "Void after a refusal"),
        "shortfall": ("Baux qui manquent aux règles", "Leases missing from the rules"),
        "refusals": ("Refus", "Refusals"),
        "score": ("Cotation moyenne", "Mean cotation"),
        "months": ("Mois d'attente des logés", "Months waited by the housed"),
        "gain_note": (
            "G = (politique − ordre de la cotation) / (avenir connu − ordre de la cotation) : 0 %, l'ordre de la cotation seul ; 100 %, "
            "ce que personne ne dépasse. Entre crochets : intervalle de Student à 95 % sur les tirages, coupé à ce qui est possible "
            "(un compte n'est pas négatif, un gain ne passe pas 100 %, ni les baux les logements d'un tirage). Un logement de plus qui reste vide "
            "pèse plus que tout le reste d'une année : le gain sur les points met à part la valeur d'un logement pourvu.",
            "G = (policy − order of the cotation) / (hindsight − order of the cotation): 0%, the order of the cotation alone; 100%, what "
            "nobody exceeds. In brackets: 95% Student interval over the draws, cut at what is possible (no count "
            "is negative, no gain above 100%, no leases above the dwellings of a draw). One dwelling more that stays empty weighs more than all "
            "the rest of a year: the gain on points sets the value of a dwelling let aside.",
        ),
        "no_gain_years": (
            "Ni gain ni regret : l'avenir connu, qui les borne, est celui d'une seule année (--years 1).",
            "Neither gain nor regret: hindsight, which bounds them, is that of one year (--years 1).",
        ),
        "no_gain_hindsight": (
            "Ni gain ni regret : ils se mesurent à l'avenir connu. Ajoutez hindsight et cotation à --policies.",
            "Neither gain nor regret: they are measured against hindsight. Add hindsight and cotation to --policies.",
        ),
        "no_gain_cotation": (
            "Pas de gain : il part de l'ordre de la cotation. Ajoutez cotation à --policies.",
            "No gain: it starts from the order of the cotation. Add cotation to --policies.",
        ),
        "no_gain_left": (
            "Pas de gain : l'ordre de la cotation vaut déjà ce que vaut l'avenir connu, il n'y a rien à gagner.",
            "No gain: the order of the cotation is worth what hindsight is worth already; nothing is left to gain.",
        ),
        "against": ("Écarts avec la règle d'aujourd'hui", "Differences from today's rule"),
        "against_note": (
            "Différences tirage par tirage avec « {name} », intervalle de Student à 95 %, p corrigé selon Holm.",
            "Differences draw by draw from “{name}”, 95% Student interval, p corrected after Holm.",
        ),
        "alike": (
            "Où tous les tirages donnent le même écart, il n'y a pas d'intervalle : p est celui des "
            "signes seuls, 1/2^{power} avant Holm avec {seeds:tirage/tirages}.",
            "Where every draw gives the same difference, there is no interval: p is that of the "
            "signs alone, 1/2^{power} before Holm with {seeds:draw/draws}.",
        ),
        "difference": ("Points de plus dans l'année", "Points more in the year"),
        "p": ("p (Holm)", "p (Holm)"),
        "path": ("Baux qui manquent, par règle", "Leases missing, by rule"),
        "rule": ("Règle", "Rule"),
        "regret_plot": ("Regret de chaque tirage", "Regret of each draw"),
        "draws": (
            "Tirages, du plus petit regret au plus grand",
            "Draws, from the smallest regret to the largest",
        ),
        "proofs": (
            "{sessions:séance/séances}, dont {open} sans preuve complète ; le certificat de chacune est dans weeks.parquet.",
            "{sessions:session/sessions}, {open} of them without a complete proof; the certificate of each is in weeks.parquet.",
        ),
        "gap": (
            "Une preuve pouvait s'arrêter à {gap} de la valeur : c'est ce qui a été demandé.",
            "A proof was allowed to stop at {gap} of the value: that is what was asked for.",
        ),
        "sources": ("Politiques et sources", "Policies and sources"),
        "says": ("Ce qu'elle demande à une séance", "What it asks of a session"),
        "source": ("Source", "Source"),
        "limits": ("Ce que cela ne dit pas", "What this does not say"),
        "limit_bound": (
            "La borne connaît les arrivées, les départs et les réponses : une part du regret ne peut être évitée par personne.",
            "The bound knows arrivals, departures and answers: a part of the regret nobody can avoid.",
        ),
        "limit_exchange": (
            "La borne laisse aussi des locataires échanger leurs logements entre eux, sans logement libre pour commencer : le nombre de ses baux ne se compare pas à celui des politiques.",
            "The bound also lets tenants exchange their dwellings without a vacancy to begin with: the number of its leases does not compare with that of the policies.",
        ),
        "limit_chained": (
            "Avec des chaînes la borne reste une borne : elle laisse attribuer un logement dès que son locataire est là, à toute place d'une chaîne, sans qu'un refus interrompe rien.",
            "With chains the bound stays one: it lets a dwelling be let as soon as its tenant is there, at whatever place of a chain, and no refusal breaks anything.",
        ),
        "limit_years": (
            "L'avenir connu est la borne d'une seule année : sur plusieurs, ni gain ni regret ne sont calculés.",
            "Hindsight is the bound of one year: over several, neither gain nor regret is computed.",
        ),
        "limit_carried": (
            "Les baux et ce qui manque sont ceux de toutes les années ensemble. Ce qui manque est compté à chaque 31 décembre : un bail que la convention "
            "reporte compte de nouveau l'année suivante, tant qu'il manque.",
            "Leases, and those missing, are of all years together. What is missing is counted on each 31 December: a lease that the agreement "
            "carries over counts again the year after, as long as it is missing.",
        ),
        "limit_delegated": (
            "Le bailleur désigne partout : ce que choisirait un réservataire n'est connu de personne.",
            "The landlord names everywhere: what a réservataire would choose is known to nobody.",
        ),
        "limit_date": (
            "Cotation, ancienneté et règles sont celles de la date du dossier, toute l'année.",
            "Cotation, seniority and rules are those of the case's date, all year.",
        ),
        "limit_assumed": (
            "Arrivées, départs et acceptation sont des hypothèses (models/national/simulation.yaml, caleol.yaml).",
            "Arrivals, departures and acceptance are assumptions (models/national/simulation.yaml, caleol.yaml).",
        ),
        "done": (
            "{policies:politique/politiques}, {seeds:tirage/tirages}, {sessions:séance prouvée/séances prouvées}.",
            "{policies:policy/policies}, {seeds:draw/draws}, {sessions:proven session/proven sessions}.",
        ),
        "open": (
            "Sans preuve complète : {open:séance/séances}.",
            "Without a complete proof: {open:session/sessions}.",
        ),
        "line": (
            "  {name} : gain {gain}, regret {regret} points par bail, baux {lettings}, baux qui manquent aux règles {shortfall}",
            "  {name}: gain {gain}, regret {regret} points per letting, leases {lettings}, missing from the rules {shortfall}",
        ),
        "line_alone": (
            "  {name} : baux {lettings}, baux qui manquent aux règles {shortfall}",
            "  {name}: leases {lettings}, missing from the rules {shortfall}",
        ),
        "line_against": (
            "  {name}, écart de valeur avec « {today} » : {gap} [{low} ; {high}] à 95 %, p (Holm) {p}",
            "  {name}, difference of value from “{today}”: {gap} [{low}; {high}] at 95%, p (Holm) {p}",
        ),
        "line_alike": (
            "  {name}, écart de valeur avec « {today} » : {gap} à chaque tirage, p (Holm) {p}",
            "  {name}, difference of value from “{today}”: {gap} on every draw, p (Holm) {p}",
        ),
        "one_draw": (
            "Un seul tirage : rien ne dit si les écarts entre politiques viennent du hasard.",
            "A single draw: nothing says whether the differences between policies come from chance.",
        ),
        "page": ("Page : {page}", "Page: {page}"),
    },
)
