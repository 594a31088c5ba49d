"""The composite action, its steps run as GitHub runs them."""
