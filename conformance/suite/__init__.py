"""The suite as pytest sees it: a plugin and one thin test module for each area of checks."""
