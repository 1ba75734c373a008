"""Commands as an operator types them."""

from portal.database.transactions import session


def run(app, *arguments, typed=None, code=0):
    """Run a command and return its output; code: its expected exit code, if given; never a traceback."""
    session.rollback()
    result = app.test_cli_runner().invoke(args=arguments, input=typed)
    session.rollback()
    session.expire_all()
    ended = result.exception
    assert ended is None or isinstance(ended, SystemExit), f"ended with {ended!r} instead of a sentence"
    assert code is None or result.exit_code == code, result.output
    return result
