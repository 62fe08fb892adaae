"""The city: its checked layers in one metric CRS."""
