"""Commands on breaches, and the looks that open them: at clocks that have passed, at indicators that are below."""
