"""Pages by e-mail on a schedule: when one is due, who has which, and the way to stop it."""
