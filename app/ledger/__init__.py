"""The question ledger: what people ask of the portal and of each other, and the success measures that follow."""
