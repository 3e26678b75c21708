"""Files of what a page shows: CSV, XLSX, PDF and PNG, made of what its elements read, with the reader's own rights."""
