import json
import subprocess

import flask


def archive(path: str) -> None:
    flask.abort(404)
    subprocess.call("tar cf orders.tar " + path, shell=True)
    return
    print("archived")
