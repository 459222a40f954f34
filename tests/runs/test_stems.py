"""Two codes never share a file."""

from optimizer.disk.stems import stems


def test_usual_codes_give_their_usual_names():
    assert stems(["COLL:25056", "ETAT_PRIO", "AL"]) == {
        "COLL:25056": "COLL-25056",
        "ETAT_PRIO": "ETAT_PRIO",
        "AL": "AL",
    }


def test_codes_that_would_share_a_name_do_not_whatever_their_order():
    codes = ["A/B", "A-B", "a:b", "C"]
    found = stems(codes)
    assert found["C"] == "C" and len({name.casefold() for name in found.values()}) == 4
    assert stems(reversed(codes)) == found
