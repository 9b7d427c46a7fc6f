"""Looking back at everything that was made, and deciding about it. The page itself is in `review.web`."""
