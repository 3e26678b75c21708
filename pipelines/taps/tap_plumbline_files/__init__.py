"""Singer tap for the company's own files. Each has a schema; a file that breaks it changes nothing."""
