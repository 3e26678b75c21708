"""Singer tap for the company's own CSV files. Each has a schema in `schemas.py`; a file that breaks it changes nothing."""
