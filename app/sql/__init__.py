"""SQL that people write themselves: admitted, run as their role's login, kept in their history, saved and shared."""
