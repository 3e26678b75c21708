"""Comments on a figure: threads of people who may see it, whom they mention, and what was shown when they wrote."""
