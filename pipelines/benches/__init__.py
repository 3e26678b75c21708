"""One file per bench; a file here with a `BENCH` is all that a new one takes."""
