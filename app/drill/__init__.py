"""From a figure to the records of the sources that it is made of: which they are, and that they add up to it."""
