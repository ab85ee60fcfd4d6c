"""People's records as each source gave them, the places they name, and published reference data."""

from wansdyke.people.models.equality import EqualityAnswer, PopulationShare
from wansdyke.people.models.judgement import Judgement
from wansdyke.people.models.model_in_use import ModelInUse
from wansdyke.people.models.people import (
    CallerPassword,
    ContactRule,
    Person,
    PersonRecord,
    Residence,
)
from wansdyke.people.models.places import Area, Place, Population, TeamArea
from wansdyke.people.models.published import PublishedCrime, PublishedOutcome
from wansdyke.people.models.vocabulary import Spelling, Word

__all__ = [
    "Area",
    "CallerPassword",
    "ContactRule",
    "EqualityAnswer",
    "Judgement",
    "ModelInUse",
    "Person",
    "PersonRecord",
    "Place",
    "Population",
    "PopulationShare",
    "PublishedCrime",
    "PublishedOutcome",
    "Residence",
    "Spelling",
    "TeamArea",
    "Word",
]
