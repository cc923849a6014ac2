import { type Command, COMMAND_AUDIENCE_MAX, COMMAND_SKEW_MS, COMMAND_TTL_MS, releaseName } from '#contracts';
import { evolveAutomation, modeOf, UNTOUCHED_AUTOMATION } from '../automation/automation.js';
import { classOfRail } from '../rollout/rail-class.js';
import { plannedFallback } from './planned-fallback.js';
import { plannedRedirect } from './planned-redirect.js';
import { plannedRollback } from './planned-rollback.js';
import { plannedStage } from './planned-stage.js';
import {
  dataOf,
  isRefused,
  type PlannedCommand,
  refused,
  type SigningFacts,
  type SigningRefused,
} from './signing-facts.js';

/** A command, and what is known beside it. */
interface Asked {
  readonly command: Command;
  readonly facts: SigningFacts;
  readonly sha256: (text: string) => string;
}

/** The same, and what its plan says that it must be. */
interface Judged extends Asked {
  readonly planned: PlannedCommand;
}

/** Says what is wrong, or nothing. */
type Check<T> = (asked: T) => SigningRefused | undefined;

/** RAIL-8: the first wave is one PoP, or at most this share of the fleet. */
const FIRST_WAVE_SHARE = 0.05;

const ofPlan = (command: Command, { plan }: SigningFacts): PlannedCommand | SigningRefused => {
  if (command.rollbackId !== undefined) return plannedRollback(command, plan);
  if (command.redirectId !== undefined) return plannedRedirect(command, plan);
  return command.rolloutId === undefined ? plannedFallback(command, plan) : plannedStage(command, plan);
};

/** RAIL-14. */
const isSwitchedOn: Check<Asked> = ({ facts: { ownSwitch, automation } }) => {
  if (!ownSwitch.isOn) return refused('switched_off', ownSwitch.detail);
  const last = dataOf(automation, 'AutomationSwitched').at(-1);
  return last?.isOn === false ? refused('switched_off', `${last.by} switched it off: ${last.comment}`) : undefined;
};

/** RAIL-11: a delayed signer must never bring an old plan to life. */
const isOfNow: Check<Asked> = ({ command: { issuedAtMs, expiresAtMs }, facts: { nowMs } }) => {
  if (nowMs >= expiresAtMs) return refused('expired', `expired ${nowMs - expiresAtMs} ms ago`);
  if (expiresAtMs - issuedAtMs > COMMAND_TTL_MS)
    return refused('expired', `valid for ${expiresAtMs - issuedAtMs} ms, more than the ${COMMAND_TTL_MS} ms allowed`);
  return issuedAtMs > nowMs + COMMAND_SKEW_MS ? refused('expired', `issued ${issuedAtMs - nowMs} ms ahead`) : undefined;
};

/** RAIL-7. */
const namesItsNodes: Check<Asked> = ({ command: { audience, audienceDigest }, sha256 }) => {
  if (audience.length === 0) return refused('audience', 'it names no node');
  if (audience.length > COMMAND_AUDIENCE_MAX)
    return refused('audience', `${audience.length} nodes, more than ${COMMAND_AUDIENCE_MAX}`);
  if (new Set(audience).size < audience.length) return refused('audience', 'a node is named twice');
  return sha256(audience.toSorted().join('\n')) === audienceDigest
    ? undefined
    : refused('audience', 'the audience does not match its digest');
};

/** RAIL-11: each command is newer than every one that was signed before. */
const isNewest: Check<Judged> = ({ command: { generation }, facts: { signedGeneration }, planned }) => {
  if (generation <= signedGeneration)
    return refused('generation', `generation ${generation} is not above ${signedGeneration}, which was signed`);
  return generation === planned.generation
    ? undefined
    : refused('generation', `generation ${generation}, where the plan says ${planned.generation}`);
};

const isAsPlanned: Check<Judged> = ({ command, planned }) => {
  const { service, from, to, wave, audience } = planned;
  if (service !== undefined && service !== command.service)
    return refused('plan', `service ${command.service}, where the plan says ${service}`);
  if (from !== undefined && releaseName(from) !== releaseName(command.from))
    return refused('plan', `from ${releaseName(command.from)}, where the plan says ${releaseName(from)}`);
  if (to !== undefined && releaseName(to) !== releaseName(command.to))
    return refused('plan', `to ${releaseName(command.to)}, where the plan says ${releaseName(to)}`);
  if (wave !== undefined && wave !== command.wave)
    return refused('wave', `wave ${command.wave}, where the plan says ${wave}`);
  const isSame = audience === undefined || audience.toSorted().join('\n') === command.audience.toSorted().join('\n');
  return isSame ? undefined : refused('audience', `${command.audience.length} nodes that are not those of the plan`);
};

/** Rails that three people opened for this rollback, in time; nothing opens one of class X, and one of class E needs no opening. */
const openedRails = ({ command: { rollbackId }, facts: { override, nowMs } }: Judged): ReadonlySet<string> => {
  const [request] = dataOf(override, 'OverrideRequested');
  const [granted] = dataOf(override, 'OverrideGranted');
  const isOver = override.some(({ type }) => type === 'OverrideRefused' || type === 'OverrideExpired');
  if (request === undefined || granted === undefined || isOver) return new Set();
  const isOfThis = request.rollbackId === rollbackId && granted.rollbackId === rollbackId;
  const isInTime = granted.at <= request.expiresAtMs && request.at <= nowMs + COMMAND_SKEW_MS;
  return new Set(isOfThis && isInTime ? request.rails.filter((rail) => classOfRail(rail) === 'S') : []);
};

/**
 * Every rail that was recorded with the decision holds; one of class E is a warning where a person asked. The class is the one of its name: what
 * the record says of it is not believed.
 */
const railsHold: Check<Judged> = (judged) => {
  const { rails, by } = judged.planned;
  const opened = openedRails(judged);
  const failing = rails.find(
    ({ rail, holds }) => !holds && !opened.has(rail) && (by === undefined || classOfRail(rail) !== 'E'),
  );
  return failing && refused('rail', `${failing.rail} does not hold: ${failing.detail}`);
};

/** RAIL-6, R39: nothing brings a release that was rolled back from. */
const isTargetFree: Check<Judged> = (judged) => {
  const { command, facts } = judged;
  if (command.action !== 'rollback' && command.action !== 'deploy') return undefined;
  const name = releaseName(command.to);
  if (name === releaseName(command.from)) return refused('target', `${name} is what the nodes are to leave`);
  const last = facts.target.findLast(({ type }) => type === 'ReleaseQuarantined' || type === 'QuarantineLifted');
  if (last?.type !== 'ReleaseQuarantined' || openedRails(judged).has('target')) return undefined;
  return refused('target', `${name} is in quarantine: ${last.data.because}`);
};

/** RAIL-8, as far as the inventory knows the nodes: one PoP, or 5 % of the fleet; one node is always allowed. */
const isNarrow: Check<Judged> = (judged) => {
  const { command, facts } = judged;
  if (command.action !== 'rollback' || command.wave !== 1) return undefined;
  const named = new Set(command.audience);
  const known = facts.fleet.filter(({ nodeId }) => named.has(nodeId));
  const pops = new Set(known.map(({ pop }) => pop));
  const most = Math.max(1, Math.floor(FIRST_WAVE_SHARE * facts.fleet.length));
  if (pops.size < 2 || known.length <= most || openedRails(judged).has('blast_radius')) return undefined;
  return refused('blast_radius', `wave 1 takes ${known.length} nodes of ${pops.size} PoPs, and ${most} are 5 %`);
};

/** RAIL-15: what nobody asked for begins only where the service may act by itself. */
const mayAct: Check<Judged> = ({ command, facts, planned }) => {
  if (command.action !== 'rollback' || command.wave !== 1 || planned.by !== undefined) return undefined;
  const automation = facts.automation.reduce((now, event) => evolveAutomation(now, event) ?? now, UNTOUCHED_AUTOMATION);
  const mode = modeOf(automation, command.service);
  return mode === 'auto' ? undefined : refused('mode', `${command.service} is in mode ${mode}, and nobody asked`);
};

/** What a command must be whatever its plan says: told first, so that no fault of a plan hides that nothing may be commanded at all. */
const OF_ITSELF: readonly Check<Asked>[] = [isSwitchedOn, isOfNow, namesItsNodes];
const OF_ITS_PLAN: readonly Check<Judged>[] = [isNewest, isAsPlanned, railsHold, isTargetFree, isNarrow, mayAct];

const firstOf = <T>(checks: readonly Check<T>[], asked: T): SigningRefused | undefined => {
  for (const check of checks) {
    const found = check(asked);
    if (found !== undefined) return found;
  }
  return undefined;
};

/**
 * Why a command that was issued must not be signed, from the log alone: whether it is what its plan says, the next of it, and whether
 * what was recorded with the decision still allows it. Undefined: it may be signed. What was measured is not measured again.
 */
export const recheckCommand = (
  command: Command,
  facts: SigningFacts,
  sha256: (text: string) => string,
): SigningRefused | undefined => {
  const asked = { command, facts, sha256 };
  const found = firstOf(OF_ITSELF, asked);
  if (found !== undefined) return found;
  const planned = ofPlan(command, facts);
  return isRefused(planned) ? planned : firstOf(OF_ITS_PLAN, { ...asked, planned });
};
