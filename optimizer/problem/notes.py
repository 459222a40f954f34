"""What a reader of the rows must be told: a yearly number nobody can share out, prices that the cotation outweighs."""

from __future__ import annotations

from optimizer.problem.rulebook import RuleBook


def notes_of(book: RuleBook, span: int) -> tuple[str, ...]:
    """French sentences.

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
        found.append(
            f"Le nombre annuel de ménages DALO ({', '.join(unshared)}) est montré sans prix : sans la table assiette ni les baux "
            "de l'année, on ne sait pas quelle part de l'année cette séance représente. Ajouter assiette."
        )
    below = sorted({(row.price, row.rule) for row in book.rows if 0 < row.price < span})
    if below:
        rules = ", ".join(dict.fromkeys(rule for _, rule in below))
        found.append(
            f"L'étendue de la cotation ({span / 100:g} points) dépasse le prix d'un bail manquant de : {rules}. Ces règles ne "
            "l'emportent plus toujours sur la cotation."
        )
    return tuple(found)
