#!/usr/bin/env python3
"""SecantusDB under mongod's name and arguments: a member of no replica set until it is told to found one."""

import argparse
import json
import signal
import sys
from pathlib import Path

from secantus import commands
from secantus.server import SecantusDBServer

parser = argparse.ArgumentParser()
parser.add_argument("--replSet", required=True)
parser.add_argument("--bind_ip_all", action="store_true")
parser.add_argument("--dbpath", default="/data/db")
args = parser.parse_args()

# Kept beside the data: a set is founded once.
kept = Path(args.dbpath, "replica-set.json")


def founded():
    return json.loads(kept.read_text()) if kept.exists() else None


class Node(SecantusDBServer):
    """Says the name that it was founded under: with its own address no other container would find it."""

    @property
    def address(self):
        own = super().address
        config = founded()
        if config is None:
            return own
        host, _, port = config["members"][0]["host"].partition(":")
        return host, int(port or own[1])


def initiate(doc, ctx):
    config = doc["replSetInitiate"]
    if founded() is not None:
        return {"ok": 0.0, "errmsg": "already initialized", "code": 23, "codeName": "AlreadyInitialized"}
    if config["_id"] != args.replSet:
        return {"ok": 0.0, "errmsg": "the set has another name", "code": 93, "codeName": "InvalidReplicaSetConfig"}
    kept.write_text(json.dumps({"_id": config["_id"], "members": [{"host": config["members"][0]["host"]}]}))
    node.replica_set_name = args.replSet
    return {"ok": 1.0}


def status(doc, ctx):
    if founded() is None:
        return {"ok": 0.0, "errmsg": "no replset config has been received", "code": 94, "codeName": "NotYetInitialized"}
    return answer_status(doc, ctx)


answer_status = commands._HANDLERS["replSetGetStatus"]
commands._HANDLERS["replSetGetStatus"] = status
commands._HANDLERS["replSetInitiate"] = initiate

node = Node(
    host="0.0.0.0" if args.bind_ip_all else "127.0.0.1",
    port=27017,
    storage_path=args.dbpath,
    # Named from the beginning, so that there is a log of operations.
    replica_set_name=args.replSet,
    sync_on_commit=True,
)
if founded() is None:
    node.replica_set_name = None


def stop(_signal, _frame):
    node.stop()
    sys.exit(0)


signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, stop)
node.start()
node.wait()
