"""Change data capture of the production database by what every PostgreSQL has built in: a slot with pgoutput.

messages ─ decoder     bytes of the log → typed messages (pure)
raw_types              which raw column holds which production type (pure)
changes                messages → the last state of each key in a batch (pure)
captured, memory       what the warehouse remembers: position, tables, pieces
origin, slot           what production says and is asked for
raw_table, drift       raw tables, made and fitted to what production's have become
copying                the initial state, in restartable pieces
apply, stream, session the log, batch by batch, each with its position in one transaction
spent, throughput      where the time goes, and how fast it is beside COPY; for `plumbline bench load`
watch                  how much of its log production keeps for us
load                   the load step: wait for the service, or read what there is
"""
