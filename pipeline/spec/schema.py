"""The JSON Schema of a spec, for editors. Written from the models that parse specs, so it cannot differ.

What it cannot say, and only the parser checks: whether slots, styles, files and used assets exist; which
sizes, seeds and parameters a model takes; prompt lengths; uniqueness of names; bytes and reserved names.
"""

from pydantic.json_schema import GenerateJsonSchema

from pipeline.fingerprint import Json
from pipeline.spec.document import SpecDocument


def spec_json_schema() -> dict[str, Json]:
    """Draft 2020-12, as `configs/spec.schema.json` and `pipeline schema` give it."""
    made = SpecDocument.model_json_schema()
    made.pop("title", None)
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": "urn:pipeline:spec",
        "title": "A week's pictures",
        **made,
    }
