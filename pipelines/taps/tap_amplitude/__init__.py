"""Singer tap for Amplitude: the raw events of a project, its taxonomy of event types, its saved cohorts."""
