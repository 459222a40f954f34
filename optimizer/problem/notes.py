"""What a reader of the rows must be told: a yearly number nobody can share out, prices that the cotation outweighs."""

from __future__ import annotations

from optimizer.errors import Said
from optimizer.problem.rulebook import RuleBook


def notes_of(book: RuleBook, span: int) -> tuple[Said, ...]:
    """Sentences in both languages.

    Parameters
    ----------
    span : M of design §5, hundredths of a point: by how much two scores can differ.
    """
    least = book.ground.min_count
    unshared = [
        row.scope
        for row in book.rows
        if row.rule == "dalo"
        and row.status != "assumed"
        and not row.price
        and row.share
        and row.den_before * row.remaining_den + row.remaining_num >= least * row.remaining_den
    ]
    found = []
    if unshared:
        scopes = ", ".join(
            scope.replace("departement=", "département ").replace("landlord=", "").replace(";", " · ")
            for scope in unshared
        )
        found.append(
            Said(
                f"Le nombre annuel de ménages DALO ({scopes}) est montré sans prix : sans la table assiette ni les baux "
                "de l'année, on ne sait pas quelle part de l'année cette séance représente. Ajouter assiette.",
                f"The yearly number of DALO households ({scopes}) is shown without a price: without the table assiette or the "
                "year's leases nobody knows what part of the year this session is. Add assiette.",
            )
        )
    below = sorted({(row.price, row.rule) for row in book.rows if 0 < row.price < span})
    if below:
        words = {section.rule.id: section.rule.short for section in book.sections}
        named = list(dict.fromkeys(words[rule] for _, rule in below))
        points = f"{span / 100:.2f}".rstrip("0").rstrip(".")
        found.append(
            Said(
                f"L'étendue de la cotation ({points.replace('.', ',')} points) dépasse le prix d'un bail manquant de : "
                f"{', '.join(f'« {fr} »' for fr, _ in named)}. Ces règles ne l'emportent plus toujours sur la cotation.",
                f"Scores span {points} points, more than the price of a missing lease of: "
                f"{', '.join(f'“{en}”' for _, en in named)}. These rules no longer always prevail over the score.",
            )
        )
    return tuple(found)
