"""What happened to the company, day by day: entered by people, told by sources, drawn on every chart over time."""
