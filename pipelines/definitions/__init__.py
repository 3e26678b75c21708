"""What the certified figures mean, who approved it, and the rehearsal of a change before it counts."""
