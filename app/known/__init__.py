"""Two clocks: what was known at an instant, what is known now about one, and why the two differ."""
