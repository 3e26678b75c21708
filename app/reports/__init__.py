"""Reports that people build themselves: plain data, what may be put together, and where they are kept.

report      what a report says of itself, and the questions that answer it
choices     what can be added to it as it stands, and if not, why
shelves     a field put on a shelf, moved or taken away; a report fitted to another kind
store       saved reports: mine, those shared with my roles, their versions
"""
