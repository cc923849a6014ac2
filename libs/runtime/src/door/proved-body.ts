import type { FastifyRequest } from 'fastify';
import { refuse } from '#contracts';
import type { DoorStep } from './door-step.js';
import { isProved, speaksAsOthers } from './paths.js';

/** Bytes of a body from somebody who has shown no key: what PagerDuty takes of an event. */
const PROVED_BYTES_MAX = 524_288;

/** Why nothing of the body is read; undefined where it may be. Its length must be said before. */
const refuseBody = ({ headers, method }: FastifyRequest) => {
  if (method === 'GET' || method === 'HEAD') return undefined;
  const length = Number(headers['content-length'] ?? NaN);
  if (headers['transfer-encoding'] !== undefined || Number.isNaN(length))
    return refuse('BODY_INVALID', 'expected content-length: a body of unknown length is not read without a key');
  return length > PROVED_BYTES_MAX
    ? refuse('BODY_TOO_LARGE', `the body has ${length} bytes: at most ${PROVED_BYTES_MAX}`)
    : undefined;
};

/** Hands the body to the route as it came: proofs are over bytes, and what is no JSON is answered in the words of the route. */
const takeBytes = ({ headers }: FastifyRequest): void => {
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined)
    headers['content-type'] = 'application/octet-stream';
};

/** What proves itself passes with a bounded body: the route looks at the proof. */
export const passProved: DoorStep = (request) => {
  if (!isProved(request.url)) return undefined;
  const refusal = refuseBody(request);
  if (refusal !== undefined) return refusal;
  takeBytes(request);
  return 'through';
};

/** What is answered in the words of another program is read by the route alone. */
export const readAsOthers: DoorStep = (request) => {
  if (speaksAsOthers(request.url)) takeBytes(request);
  return undefined;
};
