"""The workshop: a history goes in, guesses and oddities come out.

Pure: no database, no drawing, no clock. Every table of series is `unique_id, ds, y`: one row per series and day,
`ds` a day without a time zone, `y` in the series' own unit.
"""
