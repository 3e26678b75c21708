"""What our taps of HTTP interfaces share: patience. No tap of its own."""
