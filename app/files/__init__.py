"""The company's own files: which there are, what each must look like, and how one is read. Pure: bytes in, rows out.

The tap's environment holds this package and nothing else of `app`, so it imports nothing of ours.
"""
