"""The stages of a run, each a page: survey, buying, rendering, handover. `produce` tells their order."""
