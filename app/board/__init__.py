"""Board packs: sets of figures frozen under a name. Each figure is a receipt, so that it can be proved for good."""
