"""Where pictures go: every slot of every platform, as data with its source and confidence."""
