"""The author's YAML: from text with line numbers to typed, frozen specs."""
