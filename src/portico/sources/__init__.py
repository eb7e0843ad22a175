"""Where facts come from. Every source reports the same few events."""
