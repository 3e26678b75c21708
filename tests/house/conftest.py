"""The toy's own tests are run in the copy that it is added to, not here."""

collect_ignore = ["toy"]
