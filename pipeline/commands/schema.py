"""`schema`: the JSON Schema of a spec, for editors."""


def schema() -> None:
    """Print the JSON Schema of a spec. Editors check a spec with it as you type (see its first line).

    Example:
      pipeline schema > configs/spec.schema.json
    """
    from pipeline.console.terminal import Terminal
    from pipeline.spec.schema import spec_json_schema

    Terminal().document(spec_json_schema())
