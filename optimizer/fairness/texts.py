"""The words of the comparison of mechanisms, in both languages."""

from __future__ import annotations

from optimizer.errors import texts

texts(
    "FAIRNESS",
    {
        "subject": ("Équité des attributions", "Fairness of the allocation"),
        "heading": (
            "Qui serait logé, selon la manière de choisir",
            "Who would be housed, by the way of choosing",
        ),
        "on": ("Règles du", "Rules of"),
        "what": (
            "Le même jour, pour les mêmes logements ({dwellings}) et les mêmes ménages qui y ont droit ({households}), seule change la manière de "
            "choisir.",
            "The same day, for the same dwellings ({dwellings}) and the same households eligible for one ({households}), only the way of "
            "choosing changes.",
        ),
        "others": (
            "{others:demande n'a/demandes n'ont} aucun logement recevable, donc pas de part ici.",
            "{others:application has/applications have} no eligible dwelling and so no part in it.",
        ),
        "idle": (
            "{idle:autre logement du cas n'a/autres logements du cas n'ont} personne à qui aller ici : en cours d'attribution, attendu d'un "
            "réservataire, ou sans demande recevable.",
            "{idle:other dwelling of the case has/other dwellings of the case have} nobody to go to here: in progress, waiting for a "
            "réservataire, or without an eligible application.",
        ),
        "equal": (
            "À comparer à règles égales seulement : les manières de choisir qui ignorent les règles (flux, publics, mixité) peuvent être "
            "plus égales parce qu'elles ne tiennent aucune promesse. Elles sont à part.",
            "Compare under equal rules only: ways of choosing that ignore the rules (flux, publics, mix) may be more equal because they "
            "keep no promise. They stand apart.",
        ),
        "brief": ("À retenir", "What to remember"),
        "equal_share": (
            "{dwellings:logement/logements} pour {households:ménage/ménages} : si chacun avait la même chance, elle serait de {share}.",
            "{dwellings:dwelling/dwellings} for {households:household/households}: if all had the same chance, it would be {share}.",
        ),
        "brief_many": (
            "{family} : baux qui manquent aux promesses faites, {missing}. La manière la plus égale est « {name} » (Gini {gini}) ; "
            "ménages qui ont une chance : {served} sur {n}.",
            "{family}: leases missing from the promises made, {missing}. The most equal way is “{name}” (Gini {gini}); "
            "households with a chance: {served} of {n}.",
        ),
        "brief_tied": (
            "{family} : baux qui manquent aux promesses faites, {missing}. Les manières les plus égales, à égalité, sont {name} (Gini {gini}) ; "
            "ménages qui ont une chance : {served} sur {n}.",
            "{family}: leases missing from the promises made, {missing}. The most equal ways, which tie, are {name} (Gini {gini}); "
            "households with a chance: {served} of {n}.",
        ),
        "brief_one": (
            "{family} : « {name} » ; baux qui manquent aux promesses faites, {missing} ; ménages qui ont une chance : {served} sur {n} (Gini {gini}).",
            "{family}: “{name}”; leases missing from the promises made, {missing}; households with a chance: {served} of {n} (Gini {gini}).",
        ),
        "no_rule": (
            "Aucune règle ne pèse dans ce cas : rien ne peut y manquer, et les familles ci-dessous ne diffèrent que par la manière de choisir.",
            "No rule weighs in this case: nothing can be missing, and the families below differ in the way of choosing alone.",
        ),
        "tied_name": ("« {name} »", "“{name}”"),
        "between": ("de {low} à {high}", "from {low} to {high}"),
        "at_least": ("au moins ", "at least "),
        "quotas_ignored": ("Sans les règles", "Without the rules"),
        "quotas_reserves": ("Avec des places réservées", "With reserved places"),
        "quotas_hard": (
            "Parmi les attributions qui logent le plus de ménages, puis manquent le moins aux règles",
            "Among the allocations that house most households, then miss the rules least",
        ),
        "quotas_priced": ("Avec les règles à leur prix", "With the rules at their price"),
        "mechanism": ("Manière de choisir", "Way of choosing"),
        "lettings": ("Ménages logés", "Households housed"),
        "net": ("Valeur nette (points)", "Net value (points)"),
        "shortfall": ("Baux qui manquent", "Leases missing"),
        "gini": ("Inégalité des chances (Gini)", "Inequality of chances (Gini)"),
        "without": ("Sans aucune chance", "Without any chance"),
        "smallest": ("Plus petite chance (de ceux qui en ont)", "Smallest chance (of those who have one)"),
        "passed": ("Passages devant un mieux classé", "Lettings past a better placed"),
        "unexplained": ("dont sans raison", "of which without a reason"),
        "envy": ("Envie avant tirage", "Envy before the draw"),
        "wait": ("Mois d'attente des logés", "Months waited by the housed"),
        "order_table": ("L'ordre, l'envie, l'attente", "Order, envy, waiting"),
        "table_note": (
            "Baux qui manquent : somme, sur toutes les règles, de ce que l'attribution doit encore. Gini : 0, tous la même chance ; 1, un seul "
            "a tout. Un classement donne tout à quelques-uns : son Gini est près de 1 par construction. Entre crochets : 5e et 95e centiles "
            "des tirages ; quand les chances sont comptées sur des tirages, le Gini et la plus petite chance sont entre une estimation trop basse et une "
            "trop haute, et un ménage jamais tiré n'est pas forcément sans chance.",
            "Leases missing: the sum over all rules of what the allocation still owes. Gini: 0, the same chance for all; 1, one has everything. A "
            "ranking gives everything to a few: its Gini is near 1 by construction. In brackets: 5th and 95th percentiles of the draws; where "
            "chances are counted over draws the Gini and the smallest chance lie between an estimate too low and one too high, and a household never drawn need not be "
            "without a chance.",
        ),
        "order_note": (
            "Passage : un logement donné à un ménage alors qu'un mieux classé (cotation, ancienneté, lot) y avait droit et y aurait gagné. "
            "Sans raison : le passé, sans logement ce jour-là et de cotation plus haute, y aurait valu plus de points, adéquation, poids du loyer, "
            "contingent et prix des règles comptés, et aucun ordre d'un réservataire ne s'y oppose. Envie : ce que vaut en plus, pour un ménage, ce qu'un autre peut espérer (1 : un logement) ; comptée sur des tirages, elle est entre une estimation trop basse et une trop haute.",
            "Passage: a dwelling given to a household while a better placed one (score, seniority, lot) was eligible and better off there. "
            "Without a reason: the one passed, without a dwelling that day and of a higher score, would have been worth more points there, fit, "
            "rent's weight, account and prices of the rules counted, and no réservataire's order forbids it. Envy: how much more what another may hope for is worth to a household (1: a dwelling); counted over draws it lies between an estimate too low and one too high.",
        ),
        "curve_note": (
            "Échelle de dix en dix ; la ligne du bas réunit ceux qui n'ont aucune chance. Les manières qui donnent la même courbe sont réunies.",
            "Tenfold scale; the line at the bottom gathers those without any chance. Ways that give the same curve are told together.",
        ),
        "tradeoff_note": (
            "En haut, plus de points, règles déduites à leur prix ; à gauche, des chances plus égales.",
            "Up: more points, rules deducted at their price; left: more equal chances.",
        ),
        "curve": (
            "Chances des ménages, de la plus petite à la plus grande",
            "Chances of the households, from the smallest to the largest",
        ),
        "curve_x": (
            "Ménages, des moins chanceux aux plus chanceux",
            "Households, from the least lucky to the luckiest",
        ),
        "curve_y": ("Chance d'être logé", "Chance of being housed"),
        "lorenz": (
            "Part des chances tenue par les moins chanceux",
            "Share of the chances held by the least lucky",
        ),
        "lorenz_y": ("Part de toutes les chances", "Share of all chances"),
        "tradeoff": ("Points et égalité des chances", "Points and equality of chances"),
        "groups": ("Qui est logé, par groupe", "Who is housed, by group"),
        "groups_note": (
            "Taux de ménages logés. Dessous, l'opportunité : ce taux divisé par celui d'un tirage au sort sur les mêmes logements, qui dit déjà "
            "ce que taille, lieu et plafonds permettent ; × 1 : comme au hasard. Fond bleu : au moins un quart de plus ; fond jaune : au "
            "moins un quart de moins. Groupes de moins de {masked} masqués.",
            "Rate of households housed. Below, the opportunity: that rate over that of a random order on the same dwellings, which already "
            "tells what size, place and ceilings allow; × 1: as by chance. Blue: at least a quarter more; yellow: at least a quarter "
            "less. Groups under {masked} masked.",
        ),
        "level": ("Groupe", "Group"),
        "n": ("Ménages", "Households"),
        "masked": ("masqué", "masked"),
        "front": ("Le prix d'une règle", "The price of a rule"),
        "front_note": (
            "L'optimum quand la part exigée par une règle varie, tout le reste égal. La pente dit ce que coûte un point de part de plus aux prix de la preuve ; d'une ligne à l'autre il peut coûter plus ou moins, car un logement ne se partage pas.",
            "The optimum as the share a rule asks for moves, all else equal. The slope tells what one more point of share costs at the prices of the proof; from line to line it may cost more or less, as a dwelling is not divided.",
        ),
        "share": ("Part exigée", "Share asked"),
        "slope": ("Pente (points par point de part)", "Slope (points per point of share)"),
        "in_force": ("aujourd'hui", "today"),
        "diversity": ("Le prix de la diversité", "The price of diversity"),
        "diversity_note": (
            "Rapport entre l'optimum sans plafond par groupe et l'optimum où chaque groupe a au plus sa part des demandes et {margin} de plus. "
            "1 : la diversité ne coûte rien, ce qui est fréquent quand beaucoup de ménages valent autant. La borne 1/α (α : le plus petit "
            "plafond, en part des logements) est démontrée dans le programme pour ce cadre, celui de Benabbou et al. (2018) : types, blocs, "
            "plafond par couple ; leurs théorèmes n'ont pas été relus.",
            "Optimum without caps per group over the optimum where each group has at most its share of the applications and {margin} more. 1: "
            "diversity costs nothing, which is frequent where many households are worth as much. The bound 1/α (α: the smallest cap, as a share of "
            "the dwellings) is proven in the program for this setting, that of Benabbou et al. (2018): types, blocks, one cap per pair; their "
            "theorems were not reread.",
        ),
        "worth": ("Ce que vaut un bail", "What a letting is worth"),
        "worth_utility": ("préférences (1 + adéquation/1000)", "preferences (1 + fit/1000)"),
        "worth_points": ("points (cotation et adéquation)", "points (score and fit)"),
        "price": ("Prix mesuré", "Price measured"),
        "bound": ("Borne", "Bound"),
        "sources": (
            "Ce que chaque manière promet, et d'où elle vient",
            "What each way promises, and where it comes from",
        ),
        "claims": (
            "Promesses tenues sur de petits marchés, par essai exhaustif",
            "Promises kept on small markets, by exhaustive test",
        ),
        "source": ("Source", "Source"),
        "limits": ("Limites", "Limits"),
        "limit_nominees": (
            "L'ordre propre aux réservataires ne lie que l'optimum ; les autres manières ne le connaissent pas et le comptent à part.",
            "The réservataires' own order binds the optimum only; the other ways know none, and what they pass over is counted.",
        ),
        "limit_homes": (
            "Aucun logement quitté n'est remis en jeu : les locataires n'ont pas de dotation dans ce cas.",
            "No dwelling left is let again: tenants hold no endowment in this case.",
        ),
        "limit_fit": (
            "Les préférences sont celles que les dossiers disent (rang de la commune, taille) ; à égalité un ménage est indifférent.",
            "Preferences are those the files tell (rank of the commune, size); at equal fit a household is indifferent.",
        ),
        "limit_narrowed": (
            "{name} : choisi parmi les attributions qui donnent à chaque contingent et public autant de baux qu'une attribution qui "
            "manque le moins aux règles ; les chances publiées s'écartent d'au plus {error} de la réponse relâchée.",
            "{name}: chosen among the allocations that give each account and public as many leases as one allocation that misses the "
            "rules least; the published chances are within {error} of the relaxed answer.",
        ),
        "limit_same_price": (
            "{names} : où plusieurs manières de manquer aux règles coûtent le même prix, une seule est retenue, celle que le calcul prouve la "
            "première ; au même prix, d'autres pourraient donner des chances plus égales.",
            "{names}: where several ways of missing the rules cost the same, one is kept, that proven first; at the same price others might "
            "give more equal chances.",
        ),
        "limit_missing": (
            "{name} : une attribution pourrait manquer aux règles de {points} points de moins, au plus ; au-delà, c'est exclu.",
            "{name}: an allocation might miss the rules by {points} points less, at most; more is excluded.",
        ),
        "limit_seats": (
            "{n:logement attend son/logements attendent leur} réservataire dans l'optimum : personne n'y est encore logé, sa valeur est comptée.",
            "{n:dwelling waits/dwellings wait} for a réservataire in the optimum: nobody is housed there yet, its value is counted.",
        ),
        "limit_pinned": (
            "{n:logement est imposé/logements sont imposés} par une décision : l'optimum la suit, les autres manières non.",
            "{n:dwelling is pinned/dwellings are pinned} by a decision: the optimum follows it, the other ways do not.",
        ),
        "claim_pareto": (
            "personne ne peut gagner sans qu'un autre perde",
            "nobody can gain without another losing",
        ),
        "claim_strategyproof": ("dire vrai est le mieux", "telling the truth is best"),
        "claim_no_justified_envy": (
            "personne n'est passé par un moins bien classé qui compte pour autant",
            "nobody is passed by a lower placed who counts for as much",
        ),
        "claim_sd_envy_free": (
            "personne ne préfère les chances d'un autre",
            "nobody prefers another's chances",
        ),
        "claim_sd_efficient": (
            "aucune autre loterie ne vaut mieux pour tous",
            "no other lottery is better for all",
        ),
        "claim_equal_treatment": ("mêmes dossiers, mêmes chances", "same files, same chances"),
        "claim_min_shortfall": ("manque le moins aux règles", "misses the rules least"),
        "claim_max_lettings": ("loge le plus de ménages", "houses the most households"),
        "claim_max_value": ("le plus de points, règles à leur prix", "most points, rules at their price"),
        "claim_individually_rational": ("aucun locataire ne perd au change", "no tenant is worse off"),
        "claim_leximin": (
            "la plus petite chance ne peut monter, puis la suivante",
            "the smallest chance cannot rise, then the next",
        ),
        "claim_max_min": ("la plus petite chance ne peut monter", "the smallest chance cannot rise"),
        "group_q1": ("Premier quartile de ressources", "First quartile of resources"),
        "group_priority": ("Public prioritaire", "Priority public"),
        "group_size": ("Taille du ménage", "Household size"),
        "group_tenant": ("Déjà locataire du parc social", "Already a social tenant"),
        "group_epci": ("EPCI du premier choix", "EPCI of the first choice"),
        "group_qpv_origin": ("Habite un QPV", "Lives in a QPV"),
        "level_qpv": ("en QPV", "in a QPV"),
        "level_outside": ("hors QPV", "outside QPV"),
        "level_q1": ("1er quartile", "first quartile"),
        "level_q2-q4": ("2e à 4e quartile", "second to fourth quartile"),
        "level_unknown": ("inconnu", "unknown"),
        "level_dalo": ("DALO", "DALO"),
        "level_proven": ("prioritaire prouvé", "proven priority"),
        "level_declared": ("prioritaire déclaré", "declared priority"),
        "level_other": ("autre", "other"),
        "level_tenant": ("locataire", "tenant"),
        "level_newcomer": ("nouvel entrant", "newcomer"),
        "level_true": ("oui", "yes"),
        "level_false": ("non", "no"),
        "measures": ("Les autres mesures", "The other measures"),
        "measures_note": (
            "Une colonne par manière de choisir, numérotées comme pour les groupes. Entre crochets, l'intervalle. Règles une à une : mechanisms.csv.",
            "One column for each way of choosing, numbered as for the groups. In brackets, the interval. Rules one by one: mechanisms.csv.",
        ),
        "measure": ("Mesure", "Measure"),
        "lottery_error": (
            "Écart des chances publiées aux chances prouvées",
            "Distance of the published chances from the proven ones",
        ),
        "scope_housed": ("logés", "housed"),
        "scope_left": ("non logés", "left"),
        "scope_max": ("maximum", "maximum"),
        "scope_min": ("minimum", "minimum"),
        "scope_nominees": ("ordres des réservataires passés", "réservataires' orders passed over"),
        "scope_p95": ("95e centile", "95th percentile"),
        "scope_positive": ("de ceux qui en ont", "of those who have one"),
        "scope_seats": (
            "places que le réservataire nomme plus tard",
            "places that the réservataire names later",
        ),
        "done": (
            "{mechanisms:manière de choisir comparée/manières de choisir comparées} sur {dwellings:logement/logements} et {households:ménage/ménages}.",
            "{mechanisms:way of choosing compared/ways of choosing compared} on {dwellings:dwelling/dwellings} and {households:household/households}.",
        ),
        "line": (
            "{name} : ménages logés {lettings}, baux qui manquent aux règles {shortfall}, Gini des chances {gini}.",
            "{name}: households housed {lettings}, leases missing from the rules {shortfall}, Gini of chances {gini}.",
        ),
        "open": ("À ouvrir : {page}", "Open: {page}"),
    },
)
