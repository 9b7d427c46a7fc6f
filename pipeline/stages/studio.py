"""What all stages work with: one home, opened for one run. Built in `wiring`; decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.delivery.layout import article_folder, file_name
from pipeline.history.gate import Gatekeeper
from pipeline.history.ledger import Ledger
from pipeline.history.memory import Memory
from pipeline.history.queries import Queries
from pipeline.home import Home
from pipeline.plan.model import Buyer
from pipeline.platforms.model import Catalog, Format, Slot
from pipeline.providers.contract import Provider
from pipeline.render.marking import Brand
from pipeline.render.recipe import LabelSpec, QualityPolicy
from pipeline.runner.model import Clock, Pacing, Patience
from pipeline.runner.signals import Bell
from pipeline.spec.model import Image
from pipeline.storage import BlobStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """One open home. `provider` None: nothing can be asked (no credentials), only what is there is used."""

    home: Home
    catalog: Catalog
    prices: Mapping[str, int]
    currency: str
    label: LabelSpec
    quality: QualityPolicy
    brand: Brand | None
    render_threads: int
    ledger: Ledger
    gatekeeper: Gatekeeper
    memory: Memory
    queries: Queries
    store: BlobStore
    buyer: Buyer
    provider: Provider | None
    pacing: Pacing
    patience: Patience
    clock: Clock
    bell: Bell

    @property
    def run(self) -> str:
        """The id of this run."""
        return self.ledger.run

    @property
    def output(self) -> Path:
        """Where this run delivers."""
        return self.home.output(simulated=self.buyer.simulated)

    def stem(self, image: Image, slot: Slot) -> str:
        """A slot's file without its ending, relative to the home, with forward slashes."""
        spec, article, _ = image.key.split("/", 2)
        name = file_name(number=image.number, image=image.id, slot=slot.id, kind=Format.JPEG)
        path = article_folder(self.output, spec, article) / name
        return self.home.relative(path.with_name(path.name.removesuffix(f".{Format.JPEG.value}")))
