"""The memory: every prompt, task id, answer, output and decision. SQLAlchemy stays in here."""
