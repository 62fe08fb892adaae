"""What pitches cost the vehicles that pass them."""
