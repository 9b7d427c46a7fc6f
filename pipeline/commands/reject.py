"""`reject`: this generation never again."""

from pipeline.commands import options


def reject(
    generation: options.Generation,
    home: options.HomeOption = None,
) -> None:
    """Take a picture out of reuse, everywhere. Files that show it stay until another takes their place.

    Example:
      pipeline reject 17
    """
    from pipeline.commands import deciding

    deciding.reject(generation, home=home)
