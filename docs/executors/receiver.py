#!/usr/bin/env python3
"""An executor of Tocsin's commands by webhook, in Python's own library and openssl:  python3 receiver.py executor.json

The same as receiver.mjs, which says what must hold before it acts. Python has no Ed25519 of its own: `openssl pkeyutl` (1.1.1 or later)
verifies, with the key that the configuration names and no other. At most one program runs at a time.
"""
import base64
import hashlib
import hmac
import json
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SKEW_MS = 5_000
LIFE_MS_MAX = 120_000
WEBHOOK_AGE_S_MAX = 300
BODY_BYTES_MAX = 4 << 20
WAITING_MAX = 16  # more are told to come again
DETAIL_CHARACTERS_MAX = 4_000


def read(path):
    with open(path, "rb") as file:
        return file.read()


CONFIG = json.loads(read(sys.argv[1]))
SECRET = base64.b64decode(read(CONFIG["webhookSecretFile"]).decode().strip().removeprefix("whsec_"))
DER = subprocess.run(
    ["openssl", "pkey", "-pubin", "-in", CONFIG["publicKeyFile"], "-outform", "DER"], check=True, capture_output=True
).stdout
# The DER form of an Ed25519 key: these 12 bytes, and 32 of the key.
if not DER.startswith(bytes.fromhex("302a300506032b6570032100")) or len(DER) != 44 or len(SECRET) < 24:
    sys.exit("an Ed25519 key and a secret of 24 bytes are needed")
KEY_ID = hashlib.sha256(DER).hexdigest()[:16]
BOOT_ID = str(int.from_bytes(os.urandom(6), "big"))


def say(line):
    print(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), line, flush=True)


class Journal:
    """One line for each command that is acted on, on the disk before anything is started."""

    def __init__(self, path):
        self.acted, self.last = set(), 0
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        for line in read(path).decode().splitlines():
            generation, command_id = line.split(" ")
            self.acted.add(command_id)
            self.last = max(self.last, int(generation))

    def write_down(self, command):
        os.write(self.file, f"{command['generation']} {command['commandId']}\n".encode())
        os.fsync(self.file)
        self.acted.add(command["commandId"])
        self.last = command["generation"]


JOURNAL = Journal(CONFIG["journal"])
LOCK = threading.Lock()
WAITING = queue.Queue(WAITING_MAX)


class Refused(Exception):
    pass


def is_webhook_signed(headers, body):
    timestamp = headers.get("webhook-timestamp", "")
    if not re.fullmatch(r"\d{1,12}", timestamp) or abs(time.time() - int(timestamp)) > WEBHOOK_AGE_S_MAX:
        return False
    signed = f"{headers.get('webhook-id', '')}.{timestamp}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest())
    given = headers.get("webhook-signature", "").encode().split(b" ")
    return any(hmac.compare_digest(each, expected) for each in given)


def is_command_signed(payload, signature):
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, name) for name in ("signed", "signature")]
        for name, value in zip(names, (b"tocsin.command.v1\0" + payload, signature)):
            with open(name, "wb") as file:
                file.write(value)
        verify = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", CONFIG["publicKeyFile"], "-rawin"]
        done = subprocess.run([*verify, "-in", names[0], "-sigfile", names[1]], capture_output=True)
        return done.returncode == 0


def judge(data, now_ms):
    """The command of a message; None when it was acted on before."""
    payload = base64.b64decode(data["payload"], validate=True)
    if data["keyId"] != KEY_ID:
        raise Refused("another key signed it")
    if not is_command_signed(payload, base64.b64decode(data["signature"], validate=True)):
        raise Refused("its signature is wrong")
    command = json.loads(payload)
    audience = command["audience"]
    if not audience or hashlib.sha256("\n".join(sorted(audience)).encode()).hexdigest() != command["audienceDigest"]:
        raise Refused("its audience was altered")
    foreign = [name for name in audience if name not in CONFIG["speaksFor"]]
    if foreign:
        raise Refused(f"{foreign[0]} is none that this executor speaks for")
    issued, expires = command["issuedAtMs"], command["expiresAtMs"]
    if now_ms > expires + SKEW_MS or expires - issued > LIFE_MS_MAX:
        raise Refused("it has expired")
    if issued > now_ms + SKEW_MS:
        raise Refused("it is of the future")
    if command["commandId"] in JOURNAL.acted:
        return None
    if command["generation"] <= JOURNAL.last:
        raise Refused(f"generation {command['generation']} is not above {JOURNAL.last}")
    return command


def program_of(command):
    """Never a shell, so that no name can be more than an argument."""
    words = {
        "action": command["action"],
        "audience": ",".join(command["audience"]),
        "software_version": command["to"]["softwareVersion"],
        "config_rev": command["to"]["configRev"],
        "command_id": command["commandId"],
        "customer": command.get("customer", {}).get("customerId", ""),
    }
    parts = CONFIG["programs"].get(command["action"])
    return parts and [re.sub(r"\{(\w+)\}", lambda m: words.get(m[1], m[0]), part) for part in parts]


def tell(command, status, detail):
    """For every name of the audience, and for as long as the command lives."""
    base = {"type": "answer", "agentBootId": BOOT_ID, "status": status, "detail": detail[:DETAIL_CHARACTERS_MAX]}
    base |= {key: command[key] for key in ("commandId", "generation")} | (command["to"] if status == "done" else {})
    reports = [{**base, "nodeId": name, "atUs": time.time_ns() // 1_000} for name in command["audience"]]
    headers = {
        "content-type": "application/json",
        "authorization": f"Bearer {read(CONFIG['gateway']['keyFile']).decode().strip()}",
    }
    url, until = f"{CONFIG['gateway']['url']}/v1/telemetry/nodes", time.time() + LIFE_MS_MAX / 1_000
    while time.time() < until:
        try:
            urllib.request.urlopen(urllib.request.Request(url, json.dumps(reports).encode(), headers), timeout=10).close()
            return
        except urllib.error.HTTPError as error:
            say(f"answer of {command['commandId']} is not taken: {error.code}")
            if 400 <= error.code < 500 and error.code != 429:
                return
        except OSError as error:
            say(f"answer of {command['commandId']} is not taken: {error}")
        time.sleep(1)


def run(program, command):
    """With the whole command as JSON on its input; what it writes last goes into the answer: it must print no secret."""
    try:
        done = subprocess.run(
            program,
            input=json.dumps(command).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=CONFIG["timeLimitS"],
        )
        output = done.stdout.decode(errors="replace")[-DETAIL_CHARACTERS_MAX:]
        return ("done" if done.returncode == 0 else "failed"), f"ended with {done.returncode}\n{output}"
    except (OSError, subprocess.TimeoutExpired) as error:
        return "failed", str(error)


def beside(function, *arguments):
    threading.Thread(target=function, args=arguments, daemon=True).start()


def act(command):
    program = program_of(command)
    if program is None:
        return tell(command, "refused", f"no program for {command['action']}")
    beside(tell, command, "accepted", "")
    # It waited for the one before it, and may have died of that.
    is_late = time.time() * 1_000 > command["expiresAtMs"] + SKEW_MS
    status, detail = ("refused", "it expired while it waited") if is_late else run(program, command)
    say(f"{command['action']} {command['commandId']}: {status}")
    tell(command, status, detail)


def act_one_by_one():
    while True:
        act(WAITING.get())


class Receiver(BaseHTTPRequestHandler):
    timeout = 30

    def answer(self):
        length = int(self.headers.get("content-length", "0"))
        if length > BODY_BYTES_MAX:
            return 413, "too large"
        body = self.rfile.read(length)
        if not is_webhook_signed(self.headers, body):
            return 401, "the webhook is not signed"
        with LOCK:
            try:
                command = judge(json.loads(body)["data"], time.time() * 1_000)
            except Refused as refused:
                return 422, str(refused)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                return 422, f"it cannot be read: {error}"
            if command is None:
                return 200, "it was acted on before"
            if WAITING.full():
                return 503, "too many are waiting"
            JOURNAL.write_down(command)
            if command["action"] == "halt":
                beside(act, command)  # it does not wait for what it is to stop
            else:
                WAITING.put(command)
        return 202, "accepted"

    def do_POST(self):
        status, text = self.answer()
        if status != 202:
            say(f"{status} {text}")
        self.send_response(status)
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


beside(act_one_by_one)
SERVER = ThreadingHTTPServer((CONFIG["listen"]["host"], CONFIG["listen"]["port"]), Receiver)
say(f"listening on {SERVER.server_address[1]}")
SERVER.serve_forever()
