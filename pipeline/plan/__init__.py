"""What a run will do and why: pure functions from specs and facts to actions with reasons and cost."""
