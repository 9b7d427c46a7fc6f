"""The open history of one home, as the page reads it and writes to it. Decides nothing."""

from dataclasses import dataclass

from pipeline.history.database import Database
from pipeline.history.gallery import Gallery
from pipeline.history.ledger import Ledger
from pipeline.history.memory import Memory
from pipeline.history.queries import Queries
from pipeline.history.search import Search
from pipeline.home import Home
from pipeline.storage import BlobStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Everything that can be asked of the past, and the store that its pictures lie in."""

    home: Home
    gallery: Gallery
    search: Search
    queries: Queries
    memory: Memory
    ledger: Ledger
    store: BlobStore


def library_of(home: Home, database: Database) -> Library:
    """The library over an open history."""
    return Library(
        home=home,
        gallery=Gallery(database),
        search=Search(database),
        queries=Queries(database),
        memory=Memory(database),
        ledger=Ledger(database, run="review"),
        store=BlobStore(home.blobs),
    )
