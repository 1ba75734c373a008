"""A bare Flask application: what the server and Flask cost when there is nothing to do."""

from flask import Flask

app = Flask(__name__)


@app.route("/")
def hello():
    return "hello"
