"""What an author types: YAML text, read strictly, every value with its line and column.

The one reader for specs, styles, settings and slots of one's own; knows the meaning of none of them.
"""
