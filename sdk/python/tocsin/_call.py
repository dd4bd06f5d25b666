"""Whether a call is under way: imports answer inside of calls alone."""

inside = False


def entered(what):
    """Ends, with words, what a module does with an import while it is loaded."""
    if not inside:
        raise RuntimeError(
            f"{what} was called while the module was loaded, which is once, at the build; "
            "call it inside of `decode` and its like"
        )
