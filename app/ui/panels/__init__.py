"""One module per kind of panel: what it reads, its finding, its picture."""
