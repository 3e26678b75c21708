"""What people keep under a name of theirs, in versions, and share with roles: reports, and dashboards of their own.

rows        how it is written and read
store       what a person may do with it, each act audited
"""
