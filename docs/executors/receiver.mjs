// An executor of Tocsin's commands by webhook, in Node and nothing else:  node receiver.mjs executor.json
//
// It acts on a command when all of this holds, and is told why in its own log when it does not:
//   the webhook is signed by the secret both sides hold (Standard Webhooks), and not older than five minutes
//   the command is signed by Tocsin's key (Ed25519, which is never chosen by the message)
//   its audience is as it was signed, and every name in it is one that this executor speaks for
//   it has not expired, and its generation is above every one that was acted on
// What it acts on is written down, and on the disk, before anything is started: killed in between, it starts nothing twice.
import { spawn } from 'node:child_process';
import { createHash, createHmac, createPublicKey, randomBytes, timingSafeEqual, verify } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';

const SKEW_MS = 5_000;
const LIFE_MS_MAX = 120_000;
const WEBHOOK_AGE_S_MAX = 300;
const BODY_BYTES_MAX = 4 << 20;
// Commands come one after the other; who is asked for more than these says so, and is asked again.
const WAITING_MAX = 16;
const DETAIL_CHARACTERS_MAX = 4_000;

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const secret = Buffer.from(readFileSync(config.webhookSecretFile, 'utf8').trim().replace(/^whsec_/, ''), 'base64');
const publicKey = createPublicKey(readFileSync(config.publicKeyFile));
if (publicKey.asymmetricKeyType !== 'ed25519' || secret.length < 24) throw new Error('an Ed25519 key and a secret of 24 bytes are needed');
const keyId = createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('hex').slice(0, 16);
const speaksFor = new Set(config.speaksFor);
const bootId = String(randomBytes(6).readUIntBE(0, 6));
const say = (line) => console.log(`${new Date().toISOString()} ${line}`);

// One line for each command that is acted on: generation and id.
const lines = existsSync(config.journal) ? readFileSync(config.journal, 'utf8').split('\n').filter(Boolean) : [];
const acted = new Set(lines.map((line) => line.split(' ')[1]));
let lastGeneration = Math.max(0, ...lines.map((line) => Number(line.split(' ')[0])));
const journal = openSync(config.journal, 'a', 0o600);
const writeDown = ({ generation, commandId }) => {
  writeSync(journal, `${generation} ${commandId}\n`);
  fsyncSync(journal);
  acted.add(commandId);
  lastGeneration = generation;
};

const isWebhookSigned = (headers, body) => {
  const timestamp = headers['webhook-timestamp'] ?? '';
  if (!(Math.abs(Date.now() / 1_000 - Number(timestamp)) <= WEBHOOK_AGE_S_MAX)) return false;
  const signed = `${headers['webhook-id']}.${timestamp}.${body}`;
  const expected = Buffer.from(`v1,${createHmac('sha256', secret).update(signed).digest('base64')}`);
  const given = String(headers['webhook-signature'] ?? '').split(' ').map((each) => Buffer.from(each));
  return given.some((each) => each.length === expected.length && timingSafeEqual(each, expected));
};

/** The command of a message, or why it must not be acted on. */
const judge = ({ payload, signature, keyId: signedUnder }, nowMs) => {
  const bytes = Buffer.from(String(payload), 'base64');
  const signed = Buffer.concat([Buffer.from('tocsin.command.v1\0'), bytes]);
  if (signedUnder !== keyId) return { refused: 'another key signed it' };
  if (!verify(null, signed, publicKey, Buffer.from(String(signature), 'base64'))) return { refused: 'its signature is wrong' };
  const command = JSON.parse(bytes.toString('utf8'));
  const { audience, audienceDigest, issuedAtMs, expiresAtMs, generation, commandId } = command;
  const digest = createHash('sha256').update([...audience].sort().join('\n')).digest('hex');
  if (audience.length === 0 || digest !== audienceDigest) return { refused: 'its audience was altered' };
  const foreign = audience.find((name) => !speaksFor.has(name));
  if (foreign !== undefined) return { refused: `${foreign} is none that this executor speaks for` };
  if (nowMs > expiresAtMs + SKEW_MS || expiresAtMs - issuedAtMs > LIFE_MS_MAX) return { refused: 'it has expired' };
  if (issuedAtMs > nowMs + SKEW_MS) return { refused: 'it is of the future' };
  if (acted.has(commandId)) return { repeated: true };
  if (!(generation > lastGeneration)) return { refused: `generation ${generation} is not above ${lastGeneration}` };
  return { command };
};

/** The program of an action with the command in its arguments: never a shell, so that no name can be more than an argument. */
const programOf = (command) => {
  const words = {
    action: command.action,
    audience: command.audience.join(','),
    software_version: command.to.softwareVersion,
    config_rev: command.to.configRev,
    command_id: command.commandId,
    customer: command.customer?.customerId ?? '',
  };
  return config.programs[command.action]?.map((part) => part.replaceAll(/\{(\w+)\}/g, (whole, name) => words[name] ?? whole));
};

/** Runs it with the whole command as JSON on its input; what it writes last goes into the answer: it must print no secret. */
const run = ([file, ...args], command) =>
  new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: config.timeLimitS * 1_000, killSignal: 'SIGKILL' });
    let output = '';
    const take = (chunk) => void (output = (output + chunk).slice(-DETAIL_CHARACTERS_MAX));
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(command));
    child.once('error', (error) => resolve({ status: 'failed', detail: error.message }));
    child.once('close', (code, signal) => resolve({ status: code === 0 ? 'done' : 'failed', detail: `${signal ?? `ended with ${code}`}\n${output}`.slice(0, DETAIL_CHARACTERS_MAX) }));
  });

/** Tells Tocsin, for every name of the audience, and tries for as long as the command lives. */
const tell = async ({ commandId, generation, audience, to }, { status, detail }) => {
  const release = status === 'done' ? to : {};
  const reports = audience.map((nodeId) => ({
    ...{ type: 'answer', nodeId, agentBootId: bootId, atUs: Date.now() * 1_000, commandId, generation, status, detail, ...release },
  }));
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${readFileSync(config.gateway.keyFile, 'utf8').trim()}` };
  for (const untilMs = Date.now() + LIFE_MS_MAX; Date.now() < untilMs; ) {
    const answer = await fetch(`${config.gateway.url}/v1/telemetry/nodes`, { method: 'POST', headers, body: JSON.stringify(reports), signal: AbortSignal.timeout(10_000) }).catch((error) => error);
    if (answer.status === 202) return;
    say(`answer of ${commandId} is not taken: ${answer.status ?? answer.message}`);
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) return;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
};

let waiting = 0;
let inHand = Promise.resolve();
const act = async (command) => {
  const program = programOf(command);
  if (program === undefined) return tell(command, { status: 'refused', detail: `no program for ${command.action}` });
  void tell(command, { status: 'accepted', detail: '' });
  // It waited for the one before it, and may have died of that.
  const end = Date.now() > command.expiresAtMs + SKEW_MS ? { status: 'refused', detail: 'it expired while it waited' } : await run(program, command);
  say(`${command.action} ${command.commandId}: ${end.status}`);
  await tell(command, end);
};

const answer = (headers, body) => {
  if (!isWebhookSigned(headers, body)) return { status: 401, text: 'the webhook is not signed' };
  const judged = judge(JSON.parse(body).data ?? {}, Date.now());
  if (judged.repeated) return { status: 200, text: 'it was acted on before' };
  if (judged.command === undefined) return { status: 422, text: judged.refused };
  if (waiting >= WAITING_MAX) return { status: 503, text: 'too many are waiting' };
  writeDown(judged.command);
  waiting += 1;
  // A halt does not wait for what it is to stop.
  const isHalt = judged.command.action === 'halt';
  const ended = (isHalt ? Promise.resolve() : inHand).then(() => act(judged.command)).catch((error) => say(error.message));
  if (!isHalt) inHand = ended;
  void ended.then(() => (waiting -= 1));
  return { status: 202, text: 'accepted' };
};

const server = createServer(async (request, response) => {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return request.destroy();
    chunks.push(chunk);
  }
  let made;
  try {
    made = answer(request.headers, Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    made = { status: 422, text: `it cannot be read: ${error.message}` };
  }
  if (made.status !== 202) say(`${made.status} ${made.text}`);
  response.writeHead(made.status, { 'content-type': 'text/plain' }).end(made.text);
});
server.listen(config.listen.port, config.listen.host, () => say(`listening on ${server.address().port}`));
process.once('SIGTERM', () => {
  server.close();
  void inHand.then(() => closeSync(journal)).then(() => process.exit(0));
});
