"""The data dictionary: every metric, dataset, column and source in words, from what is written down already.

What there is to say is in `entries`, from the metric files, dbt's manifest, the contracts and the sources; `publish`
sets it as a page, and has dbt make its own documentation.
"""
