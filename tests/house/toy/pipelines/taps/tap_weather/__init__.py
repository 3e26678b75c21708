"""A Singer tap for the weather station."""
