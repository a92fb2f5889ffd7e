"""Start the rehearsal's local AWS.

    .venv/bin/python rehearsal/aws/main.py --state DIR --port 4566 --ready-file DIR/ready.json

runs until SIGTERM. The ready file says {"endpoint": ..., "pid": ...}. Everything is written to DIR:

    aws.log       the emulator's log
    report.json   which server stood behind which resource, what was accepted but not shown, what was retained
    ca/ca.pem     the authority that signed the stores' certificates
    faults/NAME   write a file here to order a fault (faults.py lists them); it disappears once played
    stores/, tmp/ data of the databases, unpacked Lambda code; emptied at start

Clients need
    AWS_ENDPOINT_URL=http://localhost:4566  (Node SDKs: http://127.0.0.1:4566, path-style S3)
    AWS_ENDPOINT_URL_S3=http://localhost:4566
    AWS_ACCESS_KEY_ID=<new for each run: the CDK CLI remembers accounts by it>  AWS_SECRET_ACCESS_KEY=any
    AWS_REGION=us-east-1

The server itself reads
    REHEARSAL_MONGODB_URI  a MongoDB of your own on this machine, used behind AWS::DocDB::DBCluster
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    # Nothing is written beside the code, and the package is found from wherever this is started.
    sys.dont_write_bytecode = True
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

    from aws.launcher import main

    sys.exit(main(sys.argv[1:]))
