"""Cases of the small country with a few rows each, read as the verifier reads them."""

from __future__ import annotations

import town as t

from optimizer.verify.bound import Field
from optimizer.verify.classes import Classes
from optimizer.verify.rows import Book
from optimizer.verify.scores import Scores
from optimizer.verify.tables import read_case
from optimizer.verify.world import read_world
from optimizer.verify.year import Year


def world(tmp_path, country, dwellings, applications, settings=None, **tables):
    """A case of one landlord: what a row does not say is plain."""
    base = {"landlord": "X", "commune": "25001", "rooms": "2", "financing": "PLUS"}
    home = [{"dwelling_id": f"D{i}", **base, **x} for i, x in enumerate(dwellings)]
    person = {"first_registered_on": "2024-07-01", "persons": "2", "choices": "25001", "status": "active"}
    people = [{"application_id": f"A{i}", **person, **x} for i, x in enumerate(applications)]
    case = t.write_case(t.Town(home, people, tables, settings or {}), tmp_path / "case")
    return read_world(read_case(case), country.models)


def counted(w, price_assumed=False):
    """The rows of a case, counted up to the run."""
    book = Book(w, price_assumed)
    Year(w, book).count()
    return book


def classes_of(w):
    """Its doors and classes."""
    return Classes(w, Scores(w), counted(w))


def field_of(classes):
    """All first ranks possible, read door by door."""
    found = Field(classes, classes.book)
    for door, named in classes.sweep():
        found.read(door, named)
    found.close()
    return found


def doors(classes):
    """Every door, place by place."""
    return map(classes.door, classes.door_order)
