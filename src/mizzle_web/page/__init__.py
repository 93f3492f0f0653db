"""What every page is made of: base template, components, static files, the header that guards it. No models."""
