"""Everything that draws. A page never sets a colour or a format; it names what it wants to see."""
