"""A stand-in for Jimeng on loopback: the same wire, the same refusals, no bill."""
