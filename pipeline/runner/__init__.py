"""The only package that spends money: claims, submits, polls, stores, and settles what dead runs left."""
